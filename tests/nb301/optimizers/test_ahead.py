"""Looking ahead: many architectures are asked at once, with the same answers."""

from __future__ import annotations

import numpy as np
import pytest

import nb301
from nb301.formats import to_darts
from nb301.optimizers import OPTIMIZERS, Budget, Training, simulate
from nb301.optimizers.multi_fidelity import MULTI_FIDELITY
from nb301.truth.emulated import EmulatedTruth
from tests.nb301.optimizers.test_objectives import GENOTYPES, Listed


class Ahead(Listed):
    """One that can say what comes next."""

    def upcoming(self, n):
        return self.left[:n]


def test_reads_upcoming_proposals_in_any_notation():
    """An optimizer that looks ahead may do so in its own notation."""
    objective = Counted()
    trajectory = simulate(
        Ahead([to_darts(g) for g in GENOTYPES]), objective.__call__, Budget(evaluations=10), seed=4
    )
    assert trajectory.genotypes == GENOTYPES
    assert objective.sizes == [10]


class Counted:
    """An objective that takes many, and remembers how many it was asked for at a time."""

    def __init__(self):
        self.sizes = []

    def takes_one(self, genotype, seed):
        """The same objective, one architecture at a time."""
        return EmulatedTruth().evaluate(genotype, seed)

    def __call__(self, genotype, seed):
        self.sizes.append(1)
        return self.takes_one(genotype, seed)

    def ask_many(self, genotypes, seed):
        """All at once."""
        self.sizes.append(len(genotypes))
        return [self.takes_one(genotype, seed) for genotype in genotypes]


@pytest.mark.parametrize("workers", [1, 5])
@pytest.mark.parametrize("name", ["rs", "re", "ls", "de"])
def test_looking_ahead_changes_nothing(name, workers):
    """A run that evaluates ahead is the run that does not, with a fraction of the calls."""
    objective = Counted()
    settings = {"re": {"population_size": 60, "sample_size": 5}}.get(name, {})
    one, other = (
        simulate(
            OPTIMIZERS[name](np.random.default_rng(1), **settings),
            evaluate,
            Budget(evaluations=150),
            seed=4,
            workers=workers,
        )
        for evaluate in (objective.takes_one, objective.__call__)
    )
    assert one.genotypes == other.genotypes
    for field in ("seeds", "val_accuracy", "runtime", "clock"):
        np.testing.assert_array_equal(getattr(one, field), getattr(other, field))
    assert len(objective.sizes) <= (100 if name == "re" else 20)


def test_repeats_among_those_ahead_get_new_seeds():
    """An architecture that was evaluated ahead with the first seed is evaluated again for its repeat."""
    trajectory = simulate(Ahead([GENOTYPES[0]] * 3), Counted().__call__, Budget(evaluations=3), seed=4)
    assert trajectory.seeds.tolist() == [4, 5, 6]
    expected = [EmulatedTruth().evaluate(GENOTYPES[0], seed).val_accuracy for seed in (4, 5, 6)]
    assert trajectory.val_accuracy.tolist() == expected


def test_queries_are_looked_ahead():
    """A release's query takes many: a simulated run asks it for batches, and its answers are single ones'."""
    benchmark = nb301.load("emulated-xgb-v2.0")
    trajectory = simulate(
        OPTIMIZERS["rs"](np.random.default_rng(0)), benchmark.query, Budget(evaluations=40), seed=2
    )
    alone = [benchmark.query(genotype, seed=2) for genotype in trajectory.genotypes]
    assert trajectory.val_accuracy.tolist() == [evaluation.val_accuracy for evaluation in alone]
    assert trajectory.runtime.tolist() == [evaluation.runtime for evaluation in alone]


class Told:
    """A release's learning curves, which remembers how many trainings it was asked for at a time."""

    def __init__(self):
        self.benchmark, self.sizes = nb301.load("emulated-xgb-v2.0"), []

    def curve(self, genotype, seed):
        self.sizes.append(1)
        return self.benchmark.curve(genotype, seed)


class ToldMany(Told):
    """The same of many."""

    def __call__(self, genotype, seed):
        return self.benchmark.query(genotype, seed)

    def ask_many(self, genotypes, seed):
        return self.benchmark.ask_many(genotypes, seed)

    def curve_many(self, genotypes, seed):
        self.sizes.append(len(genotypes))
        return self.benchmark.curve_many(genotypes, seed)


@pytest.mark.parametrize("workers", [1, 5])
@pytest.mark.parametrize("name", ["sh", "hyperband", "asha", "dehb", "re_lce", "ls_lce"])
def test_looking_ahead_changes_no_part_of_a_training(name, workers):
    """Trainings that are told together, and those that go on, are what each would be on its own."""
    one, many = Told(), ToldMany()
    runs = [
        simulate(
            MULTI_FIDELITY[name](np.random.default_rng(1)),
            objective,
            Budget(evaluations=150),
            seed=4,
            workers=workers,
        )
        for objective in (one, many)
    ]
    assert runs[0] == runs[1]
    if name in {"sh", "hyperband", "asha"}:
        assert sum(many.sizes) < 150 + 2 * 513
        assert len(many.sizes) <= 3


def test_a_training_that_goes_on_is_told_once():
    """Its parts are those of one curve."""
    objective = Told()
    first = Training(GENOTYPES[0], 3)
    proposals = [first, second := Training(GENOTYPES[0], 7, first), Training(GENOTYPES[0], 98, second)]
    run = simulate(Listed(proposals), objective, Budget(evaluations=3), seed=4)
    assert objective.sizes == [1]
    curve = objective.benchmark.curve(GENOTYPES[0], 4)
    assert run.val_accuracy.tolist() == [curve.val_accuracy[2], curve.val_accuracy[6], curve.best]
    assert run.clock[-1] == pytest.approx(curve.runtime[-1])


class Halved(nb301.Benchmark):
    """A benchmark that answers in a way of its own, but not for many."""

    def __call__(self, genotype, seed):
        answer = self.query(genotype, seed)
        return {"val_accuracy": answer.val_accuracy / 2, "runtime": answer.runtime}

    def curve(self, genotype, seed):
        curve = super().curve(genotype, seed)
        return nb301.learning_curves.LearningCurve(curve.val_accuracy / 2, curve.runtime)


class Wrapper:
    """The same around a benchmark, whose other methods it hands on."""

    def __init__(self, release):
        self.own = Halved(release)

    def __call__(self, genotype, seed):
        return self.own(genotype, seed)

    def curve(self, genotype, seed):
        return self.own.curve(genotype, seed)

    def __getattr__(self, name):
        return getattr(super().__getattribute__("own"), name)


@pytest.mark.parametrize("kind", [Halved, Wrapper])
@pytest.mark.parametrize("make", [OPTIMIZERS["rs"], MULTI_FIDELITY["sh"]])
def test_answers_of_ones_own_are_not_passed_over(kind, make, embedded):
    """Neither a subclass nor a wrapper has its own method bypassed by the benchmark's for many."""
    run = simulate(make(np.random.default_rng(0)), kind(embedded.release), Budget(evaluations=20), seed=3)
    assert run.val_accuracy.max() < 0.5
