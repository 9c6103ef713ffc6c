"""The simulated run: budgets, seeds of repeats, the clock."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from nb301 import load
from nb301.errors import GeneratorError, GenotypeError, ObjectiveError, ProposalError, SeedError
from nb301.formats import read, to_config, to_darts, to_naslib, to_yahpo
from nb301.optimizers import OPTIMIZERS, Budget, RandomSearch, RunEnded, Trajectory, simulate
from nb301.optimizers.base import EPOCHS, Training
from nb301.space import sample_many
from nb301.truth.emulated import EmulatedTruth

GENOTYPES = sample_many(np.random.default_rng(0), 10)
#: DARTS, second order: not in canonical form.
DARTS_TEXT = (
    "normal:sep_conv_3x3@0+sep_conv_3x3@1/sep_conv_3x3@0+sep_conv_3x3@1"
    "/skip_connect@0+sep_conv_3x3@1/skip_connect@0+dil_conv_3x3@2,"
    "reduce:max_pool_3x3@0+max_pool_3x3@1/max_pool_3x3@1+skip_connect@2"
    "/max_pool_3x3@0+skip_connect@2/max_pool_3x3@1+skip_connect@2"
)


class Listed:
    """An optimizer that proposes a fixed list and remembers what it is told."""

    def __init__(self, genotypes):
        self.genotypes = iter(genotypes)
        self.told = []

    def ask(self):
        return next(self.genotypes)

    def tell(self, genotype, observation):
        self.told.append((genotype, observation))


class Scripted:
    """An objective that returns fixed accuracies, 10 s each, and remembers its calls."""

    def __init__(self, accuracies):
        self.accuracies = iter(accuracies)
        self.calls = []

    def __call__(self, genotype, seed):
        self.calls.append((genotype, seed))
        return SimpleNamespace(val_accuracy=next(self.accuracies), runtime=10.0)


def run(accuracies, budget, genotypes=GENOTYPES, **arguments):
    return simulate(Listed(genotypes), Scripted(accuracies), budget, **{"seed": 1, **arguments})


def test_tells_what_the_objective_returned():
    """The optimizer is told each result before it is asked again; the trajectory keeps all of them."""
    optimizer, objective = Listed(GENOTYPES), Scripted([0.9, 0.8, 0.7])
    trajectory = simulate(optimizer, objective, Budget(evaluations=3), seed=5)
    assert [(genotype, o.val_accuracy, o.runtime) for genotype, o in optimizer.told] == [
        (GENOTYPES[0], 0.9, 10.0),
        (GENOTYPES[1], 0.8, 10.0),
        (GENOTYPES[2], 0.7, 10.0),
    ]
    assert trajectory.genotypes == GENOTYPES[:3]
    assert trajectory.val_accuracy.tolist() == [0.9, 0.8, 0.7]
    assert trajectory.runtime.tolist() == [10.0, 10.0, 10.0]
    assert trajectory.clock.tolist() == [10.0, 20.0, 30.0]
    assert len(trajectory) == 3


@pytest.mark.parametrize(
    ("budget", "n"),
    [
        (Budget(evaluations=4), 4),
        (Budget(seconds=30.0), 3),  # ends exactly with the third
        (Budget(seconds=39.9), 3),  # the fourth would end later
        (Budget(seconds=30.0, evaluations=2), 2),
        (Budget(seconds=10.0, evaluations=9), 1),
        (Budget(seconds=9.9), 0),
    ],
)
def test_ends_at_the_first_limit(budget, n):
    """A run ends at the first of its limits; a training that would end later is not counted, nor told."""
    optimizer = Listed(GENOTYPES)
    trajectory = simulate(optimizer, Scripted([0.9] * 10), budget, seed=1)
    assert len(trajectory) == len(optimizer.told) == n


def test_repeats_train_with_new_seeds():
    """The k-th training of an architecture, up to its nodes' names, has seed + k; others do not matter."""
    one, other = read(DARTS_TEXT), GENOTYPES[0]
    renamed = one.canonical()
    assert renamed != one
    objective = Scripted([0.9] * 6)
    genotypes = [one, other, renamed, other, one, GENOTYPES[1]]
    trajectory = simulate(Listed(genotypes), objective, Budget(evaluations=6), seed=40)
    assert [seed for _, seed in objective.calls] == [40, 40, 41, 41, 42, 40]
    assert trajectory.seeds.tolist() == [40, 40, 41, 41, 42, 40]


@pytest.mark.parametrize("workers", [1, 3])
@pytest.mark.parametrize(
    "write",
    [
        str,
        repr,
        to_darts,
        to_config,
        to_naslib,
        lambda g: {**to_yahpo(g), "epoch": 98},
        lambda g: str(g).encode(),
    ],
)
def test_reads_proposals_in_any_notation(write, workers):
    """Whatever notation `ask` gives is read, and `tell` gets the very object back."""
    proposals = [write(genotype) for genotype in GENOTYPES]
    optimizer = Listed(proposals)
    trajectory = simulate(optimizer, Scripted([0.9] * 10), Budget(evaluations=10), seed=1, workers=workers)
    assert trajectory.genotypes == GENOTYPES
    assert all(told is asked for (told, _), asked in zip(optimizer.told, proposals, strict=True))


@pytest.mark.parametrize(
    "proposal", [None, 3, "normal:", {**to_yahpo(GENOTYPES[0]), "epoch": 1}, GENOTYPES[:2]]
)
def test_names_the_evaluation_that_asks_for_no_genotype(proposal):
    """A proposal that cannot be trained ends the run with its number."""
    with pytest.raises(GenotypeError, match="evaluation 2: ask"):
        simulate(Listed([*GENOTYPES[:2], proposal]), Scripted([0.9] * 3), Budget(evaluations=3), seed=1)


@pytest.mark.parametrize("seed", [True, -1, 1.5, "1", None, 2**62, 2**64])
def test_refuses_bad_seeds(seed):
    """A run's seed is an integer that leaves room for those of repeats."""
    with pytest.raises(SeedError, match=r"a run's seed is an integer from 0 to 2\^62-1, got"):
        run([0.9], Budget(evaluations=1), seed=seed)


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("rng", [0, None, np.random.RandomState(0)])
def test_optimizers_say_what_generator_they_need(name, rng):
    """A seed in place of a generator is refused at once, with what would be right."""
    with pytest.raises(
        GeneratorError, match=r"expected a numpy Generator, such as np.random.default_rng\(0\)"
    ):
        OPTIMIZERS[name](rng)


def test_a_run_without_evaluations_is_empty():
    """Where no training ends within the budget there is never an incumbent."""
    trajectory = run([0.9], Budget(seconds=5.0))
    assert trajectory.genotypes == []
    assert trajectory.incumbents.shape == trajectory.clock.shape == (0,)
    assert trajectory.incumbent_at(np.array([0.0, 1e9])).tolist() == [-1, -1]


def test_reports_progress():
    """Progress is reported after each evaluation with the number and the simulated seconds so far."""
    seen = []
    run([0.9] * 3, Budget(evaluations=3), progress=lambda *report: seen.append(report))
    assert seen == [(1, 10.0), (2, 20.0), (3, 30.0)]


@pytest.mark.parametrize(
    "limits",
    [
        {},
        {"seconds": 0.0},
        {"evaluations": 0},
        {"seconds": -1.0},
        {"seconds": 10.0, "evaluations": -1},
        {"seconds": float("nan")},
        {"evaluations": float("nan")},
    ],
)
def test_refuses_budgets_without_limit(limits):
    """A budget has a positive limit, in seconds or evaluations."""
    with pytest.raises(ValueError, match="budget"):
        Budget(**limits)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_runs_on_truth_and_release_alike(name, embedded):
    """The emulated truth and a release are objectives alike, and equal arguments give equal runs."""
    for objective in (EmulatedTruth().evaluate, embedded.query):
        trajectories: list[Trajectory] = []
        for _ in range(2):
            optimizer = OPTIMIZERS[name](np.random.default_rng(0))
            trajectories.append(simulate(optimizer, objective, Budget(seconds=120_000), seed=1))
        one, other = trajectories
        assert one.genotypes == other.genotypes
        assert one.val_accuracy.tolist() == other.val_accuracy.tolist()
        assert 15 < len(one) < 50
        assert one.clock[-1] <= 120_000
        expected = [objective(g, seed).val_accuracy for g, seed in zip(one.genotypes, one.seeds, strict=True)]
        assert one.val_accuracy.tolist() == expected


@pytest.mark.parametrize("at", ["ask", "tell"])
def test_optimizer_may_end_its_run(at):
    """A run that its optimizer ends keeps everything that had ended, the result just told included."""

    class Ends(RandomSearch):
        told = 0

        def ask(self):
            if at == "ask" and self.told == 5:
                raise RunEnded
            return super().ask()

        def tell(self, genotype, observation):
            self.told += 1
            if at == "tell" and self.told == 5:
                raise RunEnded

    ended = simulate(Ends(np.random.default_rng(0)), EmulatedTruth().evaluate, Budget(evaluations=9), seed=1)

    assert len(ended) == 5


def part(genotype, epochs, resumes=None):
    """A proposed training."""
    return Training(genotype, epochs, resumes)


def test_trainings_pause_and_go_on():
    """Resumed, a training keeps its seed, and costs the rest of its epochs; a new one has another seed."""
    truth, genotype = EmulatedTruth(), GENOTYPES[0]
    first = part(genotype, 10)
    optimizer = Listed([first, part(genotype, 10), part(genotype, EPOCHS, first)])
    run = simulate(optimizer, truth, Budget(evaluations=3), seed=4)
    assert run.seeds.tolist() == [4, 5, 4]
    assert run.epochs.tolist() == [10, 10, EPOCHS]
    one, other = truth.curve(genotype, 4), truth.curve(genotype, 5)
    assert run.val_accuracy.tolist() == [one.val_accuracy[9], other.val_accuracy[9], one.best]
    rest = one.runtime[-1] - one.runtime[9]
    assert run.runtime.tolist() == [one.runtime[9], other.runtime[9], rest]
    assert run.clock[-1] == run.runtime.sum()
    assert optimizer.told[0][0] is first
    curves = [observation.curve for _, observation in optimizer.told]
    beginnings = [tuple(curve.val_accuracy[:10]) for curve in (one, other)]
    assert curves == [*beginnings, tuple(one.val_accuracy)]


def test_whole_trainings_have_no_epochs():
    """Runs of genotypes are what they were."""
    assert simulate(Listed(GENOTYPES), Scripted([0.9] * 3), Budget(evaluations=3), seed=0).epochs is None


PAUSED = part(GENOTYPES[0], 10)


@pytest.mark.parametrize(
    ("trainings", "said"),
    [
        ([part(GENOTYPES[0], 0)], r"evaluation 0: a training of 0 epochs .* has had 0"),
        ([part(GENOTYPES[0], EPOCHS + 1)], rf"evaluation 0: a training of {EPOCHS + 1} .* one has {EPOCHS}"),
        ([PAUSED, part(GENOTYPES[0], 10, PAUSED)], r"evaluation 1: a training of 10 epochs .* has had 10"),
        ([PAUSED, part(GENOTYPES[1], 20, PAUSED)], "evaluation 1: .* or is another genotype's"),
        ([PAUSED, part(GENOTYPES[0], 20, PAUSED), part(GENOTYPES[0], 30, PAUSED)], "evaluation 2: .* before"),
        ([part(GENOTYPES[0], 20, part(GENOTYPES[0], 10))], "evaluation 0: .* not paused"),
    ],
)
def test_names_the_training_that_cannot_go_on(trainings, said):
    """No epoch, more than there are, none that are new; another's, taken twice, never begun."""
    with pytest.raises(ProposalError, match=said):
        simulate(Listed(trainings), EmulatedTruth(), Budget(evaluations=len(trainings)), seed=0)


@pytest.mark.parametrize("epochs", [33.0, np.float64(33), np.inf, None, "33", 2**70, True, -1])
def test_epochs_are_integers(epochs):
    """Or the evaluation is named; numpy's are."""
    with pytest.raises(ProposalError, match=r"evaluation 0: a training of .* epochs was proposed, expected"):
        simulate(Listed([part(GENOTYPES[0], epochs)]), EmulatedTruth(), Budget(evaluations=1), seed=0)
    run = simulate(Listed([part(GENOTYPES[0], np.int64(3))]), EmulatedTruth(), Budget(evaluations=1), seed=0)
    assert run.epochs.tolist() == [3]


def test_a_training_is_proposed_once():
    """Else nobody could say which of the two is gone on with; and what is resumed is a training."""
    begun = part(GENOTYPES[0], 5)
    with pytest.raises(ProposalError, match="evaluation 1: a training was proposed twice"):
        simulate(Listed([begun, begun]), EmulatedTruth(), Budget(evaluations=2), seed=0)
    with pytest.raises(ProposalError, match=r"evaluation 0: .* go on with .*, expected a `Training`"):
        simulate(Listed([part(GENOTYPES[0], 5, [begun])]), EmulatedTruth(), Budget(evaluations=1), seed=0)


def test_a_ground_truth_is_an_objective():
    """Of whole trainings and of parts alike."""
    whole, method = (
        simulate(Listed(GENOTYPES), objective, Budget(evaluations=3), seed=0)
        for objective in (EmulatedTruth(), EmulatedTruth().evaluate)
    )
    assert whole == method


class Told:
    """An objective whose learning curve is given."""

    def __init__(self, val_accuracy, runtime):
        self.told = SimpleNamespace(val_accuracy=val_accuracy, runtime=runtime)

    def curve(self, genotype, seed):
        return self.told


@pytest.mark.parametrize(
    ("accuracies", "seconds", "said"),
    [
        ([0.1, np.nan], [1, 2], "epoch 2 of a learning curve has accuracy nan at 2 s"),
        ([-3, 0.5], [1, 2], "epoch 1 of a learning curve has accuracy -3 at 1 s"),
        ([0.1, 0.2], [2, 1], "epoch 2 of a learning curve has accuracy 0.2 at 1 s"),
        ([0.1, 0.2], [1], r"accuracies of shape \(2,\) and times of shape \(1,\)"),
        (0.3, [1, 2], r"accuracies of shape \(\)"),
        ("much", [1, 2], "no learning curve: could not convert"),
    ],
)
def test_what_is_no_learning_curve(accuracies, seconds, said):
    """Names the evaluation and the epoch, before an optimizer is told of it; lists are as good as arrays."""
    trainings = [part(GENOTYPES[0], 1)]
    with pytest.raises(ObjectiveError, match=f"evaluation 0: .*{said}"):
        simulate(Listed(trainings), Told(accuracies, seconds), Budget(evaluations=1), seed=0)
    run = simulate(Listed([part(GENOTYPES[0], 1)]), Told([0.3, 0.4], [5, 6]), Budget(evaluations=1), seed=0)
    assert (run.val_accuracy[0], run.runtime[0]) == (0.3, 5)


def test_a_release_without_curves_is_named():
    """With the evaluation."""
    with pytest.raises(ObjectiveError, match=r"evaluation 0: .*xgb-rand-v1\.0 has no learning curves"):
        simulate(Listed([PAUSED]), load("cifar10-xgb-rand-v1.0"), Budget(evaluations=1), seed=0)


def test_says_what_tells_no_epochs():
    """An objective without curves."""
    with pytest.raises(ObjectiveError, match=r"evaluation 0: .* has no method `curve`"):
        simulate(Listed([PAUSED]), Scripted([0.9]), Budget(evaluations=1), seed=0)


@pytest.mark.parametrize(
    ("optimizer", "budget", "said"),
    [
        (RandomSearch(np.random.default_rng(0)), 1e6, r"the budget is 1000000\.0, expected a Budget"),
        (
            RandomSearch,
            Budget(evaluations=1),
            r"the optimizer is <class .*RandomSearch.*methods ask and tell",
        ),
        ("rs", Budget(evaluations=1), "the optimizer is 'rs', expected an object"),
        (SimpleNamespace(ask=list), Budget(evaluations=1), "methods ask and tell"),
    ],
)
def test_what_is_no_optimizer_and_no_budget(optimizer, budget, said):
    """What is easily given in their place is named, with what would be right."""
    with pytest.raises(TypeError, match=said):
        simulate(optimizer, EmulatedTruth(), budget, seed=1)
