"""Cost of an `ask` of each optimizer, after 1,000 results and after as many as its collection has.

Run with `pytest tests/bench --benchmark-only`; the groups are to be read as ratios within one run.
What is told is random, so that no time goes into getting there by the optimizer's own proposals.
"""

from __future__ import annotations

import numpy as np
import pytest

from nb301.optimizers import OPTIMIZERS, Observation
from nb301.space import sample_many
from nb301.truth.emulated import EmulatedTruth

#: Settings and numbers of evaluations of the collection (Table 2).
COLLECTIONS = {
    "rs": ({}, 23_746),
    "re": ({"population_size": 3000, "sample_size": 100}, 4639),
    "ls": ({}, 10_000),  # not in Table 2
    "de": ({}, 7275),
    "tpe": ({}, 6741),
    "bananas": ({}, 2243),
    "combo": ({}, 745),
}


def _after(name, n):
    """The optimizer when `n` results are there: its own random start first, then others."""
    if name == "tpe":
        pytest.importorskip("optuna")
    settings, _ = COLLECTIONS[name]
    optimizer = OPTIMIZERS[name](np.random.default_rng(0), **settings)
    genotypes = sample_many(np.random.default_rng(1), n)
    results = EmulatedTruth().evaluate_many(genotypes, 1)
    own = name in {"re", "ls", "de"}  # these pass over, or count, what they have not proposed
    for genotype, val_accuracy in zip(genotypes, results.val_accuracy, strict=True):
        optimizer.tell(optimizer.ask() if own else genotype, Observation(val_accuracy, 1000.0))
    return optimizer


@pytest.mark.parametrize("name", COLLECTIONS)
@pytest.mark.benchmark(group="ask after 1,000")
def test_ask_after_1000(benchmark, name):
    """An ask of each optimizer among 1,000 results; those that fit a model do it once before."""
    optimizer = _after(name, 1000)
    optimizer.ask()

    benchmark.pedantic(optimizer.ask, rounds=20)


@pytest.mark.parametrize("name", COLLECTIONS)
@pytest.mark.benchmark(group="ask at collection size")
def test_ask_at_collection_size(benchmark, name):
    """An ask of each optimizer among as many results as it is run for."""
    optimizer = _after(name, COLLECTIONS[name][1])
    optimizer.ask()

    benchmark.pedantic(optimizer.ask, rounds=20)


@pytest.mark.parametrize("name", ["rs", "re", "ls", "de"])
@pytest.mark.benchmark(group="ask and tell after 10,000")
def test_ask_and_tell_after_10000(benchmark, name):
    """An ask and its tell of each optimizer without a model: no ask above 1 ms is the aim."""
    optimizer = _after(name, 10_000)

    def step():
        optimizer.tell(optimizer.ask(), Observation(0.9, 1000.0))

    benchmark.pedantic(step, rounds=1000)
