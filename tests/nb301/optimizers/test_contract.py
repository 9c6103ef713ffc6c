"""The contract that every optimizer keeps, and what each of them promises beyond it."""

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
from nb301.space import Genotype, neighbours, sample, sample_many
from nb301.truth.emulated import EmulatedTruth

TRUTH = EmulatedTruth()
#: Small settings, so that learning starts soon.
SETTINGS = {"rs": {}, "re": {"population_size": 10, "sample_size": 4}}


def make(name, seed):
    return OPTIMIZERS[name](np.random.default_rng(seed), **SETTINGS[name])


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


def test_settings_cover_all_optimizers():
    """Every registered optimizer is held to the contract."""
    assert SETTINGS.keys() == OPTIMIZERS.keys()


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("parallel", [1, 7])
class TestContract:
    def test_is_reproducible(self, name, parallel):
        """Equal generators give equal proposals, other generators others."""
        first = drive(make(name, 0), 35, parallel)
        assert first == drive(make(name, 0), 35, parallel)
        assert first != drive(make(name, 1), 35, parallel)

    def test_proposes_genotypes(self, name, parallel):
        """Every proposal is a genotype, with results told in any order, also before the first result."""
        optimizer = make(name, 0)
        before = [optimizer.ask() for _ in range(20)]
        assert all(isinstance(g, Genotype) for g in (*before, *drive(optimizer, 35, parallel)))
        for genotype in before:
            optimizer.tell(genotype, observe(genotype))
        assert isinstance(optimizer.ask(), Genotype)

    def test_takes_results_of_others(self, name, parallel):
        """Results of architectures that it never proposed are taken, too, equal ones as well."""
        optimizer = make(name, 0)
        for genotype in sample_many(np.random.default_rng(9), 3) * parallel:
            optimizer.tell(genotype, Observation(0.9, 1000.0))
        assert isinstance(optimizer.ask(), Genotype)

    def test_leaves_global_randomness_alone(self, name, parallel):
        """Proposals neither read nor move numpy's global generator."""
        np.random.seed(0)  # noqa: NPY002 - that it is left alone is the point
        before = np.random.get_state()  # noqa: NPY002
        first = drive(make(name, 0), 35, parallel)
        after = np.random.get_state()  # noqa: NPY002
        assert (before[1] == after[1]).all()
        assert before[2:] == after[2:]
        np.random.seed(1)  # noqa: NPY002
        assert drive(make(name, 0), 35, parallel) == first


def test_random_search_is_uniform_sampling():
    """Random search proposes what `sample` draws, whatever it is told."""
    rng = np.random.default_rng(4)
    assert drive(make("rs", 4), 10) == [sample(rng) for _ in range(10)]


def test_evolution_beats_random_search():
    """On the emulated truth regularized evolution ends clearly above random search."""
    best = {}
    for name, settings in (("rs", {}), ("re", {"population_size": 20, "sample_size": 8})):
        ends = []
        for seed in range(3):
            optimizer = OPTIMIZERS[name](np.random.default_rng(seed), **settings)
            run = simulate(optimizer, TRUTH.evaluate, Budget(evaluations=200), seed=1)
            ends.append(TRUTH.mean([run.genotypes[run.incumbents[-1]]])[0])
        best[name] = ends
    assert np.mean(best["re"]) > np.mean(best["rs"]) + 2e-3
    assert min(best["re"]) > np.mean(best["rs"])


def test_evolution_starts_at_random():
    """The first `population_size` proposals are uniform samples, whatever has been told by then."""
    rng = np.random.default_rng(2)
    assert drive(make("re", 2), 10) == [sample(rng) for _ in range(10)]


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
