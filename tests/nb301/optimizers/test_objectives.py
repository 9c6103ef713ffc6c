"""Objectives: results of any kind, and which ones can be asked for many."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

import nb301
from nb301.errors import ObjectiveError
from nb301.optimizers import OPTIMIZERS, Budget, ManyObjective, simulate
from nb301.optimizers.objectives import many_behind
from nb301.space import sample_many
from nb301.truth.emulated import EmulatedTruth

GENOTYPES = sample_many(np.random.default_rng(0), 10)


class Listed:
    """An optimizer that proposes a fixed list."""

    def __init__(self, proposals):
        self.left = list(proposals)

    def ask(self):
        return self.left.pop(0)

    def tell(self, genotype, observation):
        pass


class Many:
    """An objective that takes many."""

    def takes_one(self, genotype, seed):
        """The same objective, one architecture at a time."""
        return EmulatedTruth().evaluate(genotype, seed)

    def __call__(self, genotype, seed):
        return self.takes_one(genotype, seed)

    def ask_many(self, genotypes, seed):
        """All at once."""
        return [self.takes_one(genotype, seed) for genotype in genotypes]


def test_a_release_can_be_asked_for_many():
    """Itself, and its query."""
    benchmark = nb301.load("emulated-xgb-v2.0")
    assert many_behind(benchmark.query) is many_behind(benchmark) is benchmark


@pytest.mark.parametrize(
    "result",
    [
        *(
            0.93,
            None,
            (0.93, 10.0),
            "0.93",
            {},
            {"val_accuracy": 0.93},
            {"val_accuracy": None, "runtime": 1.0},
        ),
        *({"val_accuracy": 93.0, "runtime": 10.0}, {"val_accuracy": float("nan"), "runtime": 10.0}),
        *({"val_accuracy": 0.9, "runtime": -1.0}, {"val_accuracy": 0.9, "runtime": float("inf")}),
        *(SimpleNamespace(val_accuracy=0.9), SimpleNamespace(val_accuracy="high", runtime=1.0)),
    ],
)
def test_names_the_evaluation_whose_result_is_none(result):
    """What holds no accuracy and runtime ends the run with a word on what would be right."""
    answers = iter([{"val_accuracy": 0.9, "runtime": 1.0}, result])
    with pytest.raises(ObjectiveError, match=r"evaluation 1: the objective returned .*, expected"):
        simulate(Listed(GENOTYPES), lambda *_: next(answers), Budget(evaluations=3), seed=1)


def test_objectives_may_return_mappings():
    """A dict with accuracy and runtime is a result, be its numbers Python's or numpy's."""
    results = {"val_accuracy": 0.5, "runtime": 7}, {"val_accuracy": np.float32(0.25), "runtime": np.int64(3)}
    answers = iter(results)
    trajectory = simulate(Listed(GENOTYPES), lambda *_: next(answers), Budget(evaluations=2), seed=1)
    assert trajectory.val_accuracy.tolist() == [0.5, 0.25]
    assert trajectory.clock.tolist() == [7.0, 10.0]


def test_many_are_asked_where_the_answers_are_the_same():
    """An objective and its `__call__` take many; other methods, overridden ones and functions do not."""

    class Named(Many):
        query = Many.__call__

    class Overriding(Named):
        def query(self, genotype, seed):
            return self.takes_one(genotype, seed + 1)

    named, overriding = Named(), Overriding()
    assert isinstance(named, ManyObjective)
    assert many_behind(named) is many_behind(named.query) is many_behind(named.__call__) is named
    for objective in (named.takes_one, overriding.query, named.ask_many, EmulatedTruth().evaluate, print):
        assert many_behind(objective) is None


def test_overridden_queries_are_asked_one_by_one():
    """A benchmark whose `query` a subclass changes answers in a run as the subclass has it."""

    class Half(nb301.Benchmark):
        def query(self, genotype, seed=None):
            return {"val_accuracy": 0.5, "runtime": 10.0}

    half = Half(nb301.load("emulated-xgb-v2.0").release)
    run = simulate(OPTIMIZERS["rs"](np.random.default_rng(0)), half.query, Budget(evaluations=5), seed=2)
    assert run.val_accuracy.tolist() == [0.5] * 5
