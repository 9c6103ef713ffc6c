"""Differential evolution: its encoding, generations and selection."""

from collections import Counter

import numpy as np
import pytest

from nb301.optimizers import DifferentialEvolution, Observation
from nb301.optimizers.choices import SIZES, from_choices
from nb301.optimizers.de import decode


def _generation(search, n, accuracy):
    proposed = [search.ask() for _ in range(n)]
    for genotype in proposed:
        search.tell(genotype, Observation(accuracy(genotype), 1000.0))
    return proposed


def test_decodes_sub_intervals():
    """A component has as many equal sub-intervals as its choice has options; 1.0 is in the last."""
    below, above = np.nextafter(1 / 3, 0), np.nextafter(1 / 3, 1)
    vectors = np.zeros((4, 22))
    vectors[:, 0] = [0.0, below, above, 1.0]  # parents of node 3: three options
    vectors[:, 2] = [0.0, 0.0999, 0.95, 1.0]  # parents of node 5: ten options

    choices = decode(vectors)

    assert choices[:, 0].tolist() == [0, 0, 1, 2]
    assert choices[:, 2].tolist() == [0, 0, 9, 9]
    assert (decode(np.ones((1, 22))) == SIZES - 1).all()


def test_decodes_uniform_vectors_to_uniform_choices():
    """Each option of a choice is as likely as another."""
    choices = decode(np.random.default_rng(0).random((20_000, 22)))

    for column, size in zip(choices.T, SIZES, strict=True):
        share = np.bincount(column, minlength=size) / len(column)
        assert share == pytest.approx(np.full(size, 1 / size), abs=0.015)


def test_selects_the_better_of_target_and_trial():
    """After each generation a member is its trial if that was as good, and else as before."""
    search = DifferentialEvolution(np.random.default_rng(0), population_size=20)
    value = {}

    def accuracy(genotype):
        return value.setdefault(genotype, genotype.key / 2**64)

    members = _generation(search, 20, accuracy)
    for _ in range(5):
        trials = _generation(search, 20, accuracy)
        members = [max(pair, key=accuracy) for pair in zip(members, trials, strict=True)]

        assert from_choices(decode(search._population)) == members


def test_mutants_stay_in_the_unit_interval_and_are_resampled_uniformly():
    """Components outside are drawn anew, uniformly, and not clipped to the border."""
    search = DifferentialEvolution(np.random.default_rng(0), population_size=200, scale=50.0, crossover=1.0)
    _generation(search, 200, lambda _: 0.9)

    components = search._trials

    assert ((components >= 0) & (components <= 1)).all()
    assert not np.isin(components, [0.0, 1.0]).any()
    assert np.histogram(components, 4, (0, 1))[0] / components.size == pytest.approx(
        np.full(4, 0.25), abs=0.03
    )


@pytest.mark.parametrize(("crossover", "least", "most"), [(0.0, 1, 1), (0.5, 1, 22), (1.0, 22, 22)])
def test_crossover_takes_at_least_one_component(crossover, least, most):
    """A trial differs from its target in one component at least, in all when crossover is 1."""
    search = DifferentialEvolution(np.random.default_rng(0), population_size=50, crossover=crossover)
    _generation(search, 50, lambda _: 0.9)

    # a target among its own three parents may give a component back; rare, and never all of them
    changed = (search._trials != search._population).sum(axis=1)

    assert changed.min() >= least
    assert changed.max() <= most
    assert np.median(changed) == pytest.approx(max(1, 22 * crossover), abs=1.5)


def test_keeps_workers_busy_with_random_genotypes():
    """Beyond a generation's open trials come random genotypes, whose results change nothing."""
    search = DifferentialEvolution(np.random.default_rng(0), population_size=10)
    trials = [search.ask() for _ in range(10)]
    fillers = [search.ask() for _ in range(5)]
    for genotype in fillers:
        search.tell(genotype, Observation(0.99, 1000.0))
    for genotype in trials[::-1]:
        search.tell(genotype, Observation(0.5, 1000.0))

    assert Counter(from_choices(decode(search._population))) == Counter(trials)
    assert search._fitness == pytest.approx(np.full(10, 0.5))


def test_refuses_a_population_without_mutants():
    """Three different members and a target need a population of four."""
    with pytest.raises(ValueError, match="population_size is 3, expected at least 4"):
        DifferentialEvolution(np.random.default_rng(0), population_size=3)
