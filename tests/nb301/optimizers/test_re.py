"""Regularized evolution: what it promises beyond the contract."""

from __future__ import annotations

import numpy as np
import pytest

from nb301.optimizers import (
    OPTIMIZERS,
    Budget,
    Observation,
    RegularizedEvolution,
    simulate,
)
from nb301.space import neighbours, sample, sample_many
from nb301.truth.emulated import EmulatedTruth

TRUTH = EmulatedTruth()


def observe(genotype):
    run = TRUTH.evaluate(genotype, 1)
    return Observation(run.val_accuracy, run.runtime)


def drive(optimizer, n, parallel=1):
    """Ask and tell with several workers whose results come in reverse order."""
    asked = []
    while len(asked) < n:
        batch = [optimizer.ask() for _ in range(parallel)]
        for genotype in reversed(batch):
            optimizer.tell(genotype, observe(genotype))
        asked += batch
    return asked


def test_evolution_beats_random_search():
    """On the emulated truth regularized evolution ends clearly above random search."""
    best = {}
    for name, settings in (("rs", {}), ("re", {"population_size": 20, "sample_size": 8})):
        ends = []
        for seed in range(3):
            optimizer = OPTIMIZERS[name](np.random.default_rng(seed), **settings)
            run = simulate(optimizer, TRUTH.evaluate, Budget(evaluations=400), seed=1)
            ends.append(TRUTH.mean([run.genotypes[run.incumbents[-1]]])[0])
        best[name] = ends
    assert np.mean(best["re"]) > np.mean(best["rs"]) + 2e-3
    assert min(best["re"]) > np.mean(best["rs"])


def test_evolution_starts_at_random():
    """The first `population_size` proposals are uniform samples, whatever has been told by then."""
    rng = np.random.default_rng(2)
    assert drive(RegularizedEvolution(np.random.default_rng(2), 10, 4), 10) == [
        sample(rng) for _ in range(10)
    ]


def test_evolution_mutates_the_winner_of_the_sample():
    """When all compete every proposal is the best member or one edit from it."""
    optimizer = RegularizedEvolution(np.random.default_rng(0), population_size=5, sample_size=5)
    population = [optimizer.ask() for _ in range(5)]
    for genotype, accuracy in zip(population, (0.91, 0.95, 0.92, 0.93, 0.94), strict=True):
        optimizer.tell(genotype, Observation(accuracy, 1.0))
    family = {population[1], *neighbours(population[1])}
    assert all(optimizer.ask() in family for _ in range(50))


def test_evolution_forgets_the_oldest():
    """The oldest member dies, however good it is (Real et al., 2019)."""
    optimizer = RegularizedEvolution(np.random.default_rng(0), population_size=2, sample_size=2)
    best, _ = optimizer.ask(), optimizer.ask()
    younger, youngest = sample_many(np.random.default_rng(7), 2)
    optimizer.tell(best, Observation(0.99, 1.0))
    optimizer.tell(younger, Observation(0.90, 1.0))
    assert optimizer.ask() in {best, *neighbours(best)}
    optimizer.tell(youngest, Observation(0.80, 1.0))
    family = {younger, *neighbours(younger)}
    assert all(optimizer.ask() in family for _ in range(20))


@pytest.mark.parametrize(("population", "competing"), [(0, 0), (10, 0), (10, 11), (-1, -1), (0, 1)])
def test_evolution_refuses_impossible_sizes(population, competing):
    """Sizes are positive, and no more compete than there are."""
    with pytest.raises(ValueError, match="sample_size"):
        RegularizedEvolution(np.random.default_rng(0), population, competing)


def test_evolution_has_real_et_als_sizes():
    """By default 100 live and 25 compete (Real et al., 2019): 100 proposals are random, then none."""
    optimizer, rng = OPTIMIZERS["re"](np.random.default_rng(0)), np.random.default_rng(0)
    asked = drive(optimizer, 101)
    assert asked[:100] == [sample(rng) for _ in range(100)]
    assert any(asked[100] in {parent, *neighbours(parent)} for parent in asked[:100])
