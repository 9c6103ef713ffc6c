"""BANANAS: its path encoding, and proposals that are mutations of the best."""

from itertools import product

import numpy as np
import pytest

from nb301.optimizers import Bananas, Observation
from nb301.optimizers.bananas import path_encoding
from nb301.space import CELL_NAMES, Genotype, neighbours, sample_many
from nb301.truth.emulated import EmulatedTruth

GENOTYPES = sample_many(np.random.default_rng(0), 60)


def _paths(genotype):
    """All (cell, input, ops) of a genotype, found by walking over its edges."""
    found = set()
    for name in CELL_NAMES:
        ending = {0: {(0, ())}, 1: {(1, ())}}
        for edge in getattr(genotype, name).edges:
            longer = {(start, (*ops, edge.op)) for start, ops in ending[edge.source]}
            ending.setdefault(edge.target, set()).update(longer)
        found |= {(name, *path) for node in (2, 3, 4, 5) for path in ending[node]}
    return found


@pytest.mark.parametrize(("length", "bits"), [(1, 28), (2, 224), (3, 1596), (4, 11_200)])
def test_encoding_has_a_bit_for_each_path(length, bits):
    """Bits are as many as paths up to the length, and as many are set as a genotype has of them."""
    encoded = path_encoding(GENOTYPES, length)

    expected = [sum(len(ops) <= length for *_, ops in _paths(genotype)) for genotype in GENOTYPES]

    assert encoded.shape == (60, bits)
    assert set(np.unique(encoded)) == {0, 1}
    assert encoded.sum(axis=1).tolist() == expected


def test_encoding_shares_bits_as_genotypes_share_paths():
    """Two genotypes have as many bits in common as paths."""
    encoded = path_encoding(GENOTYPES)
    sets = [_paths(genotype) for genotype in GENOTYPES]

    expected = [[len(one & two) for two in sets] for one in sets]

    assert (encoded @ encoded.T).tolist() == expected


def test_encoding_is_equal_for_isomorphic_genotypes():
    """The names of intermediate nodes do not matter."""
    canonical = [genotype.canonical() for genotype in GENOTYPES]

    assert canonical != GENOTYPES
    assert (path_encoding(canonical) == path_encoding(GENOTYPES)).all()


def _run(search, evaluations, accuracy):
    proposed = []
    for _ in range(evaluations):
        proposed.append(search.ask())
        search.tell(proposed[-1], Observation(accuracy(proposed[-1]), 1000.0))
    return proposed


def test_proposals_are_mutations_of_the_best():
    """After its start every proposal is a neighbour of one of the best results before its batch."""
    search = Bananas(np.random.default_rng(0), startup=30, batch=5, parents=4, layers=1, length=2)
    truth = EmulatedTruth()

    def accuracy(genotype):
        return float(truth.mean([genotype])[0])

    proposed = _run(search, 60, accuracy)

    for first in range(30, 60, 5):
        best = sorted(proposed[:first], key=accuracy, reverse=True)[:4]
        around: set[Genotype] = {near for parent in best for near in neighbours(parent)}
        assert set(proposed[first : first + 5]) <= around


def test_never_proposes_an_architecture_twice():
    """No architecture is proposed a second time, whatever its nodes are called."""
    search = Bananas(np.random.default_rng(0), startup=10, layers=1, length=1, growth=1.0)

    proposed = _run(search, 150, lambda _: 0.9)

    assert len({genotype.canonical() for genotype in proposed}) == 150


def test_waits_for_its_start_with_random_genotypes():
    """Until the start's results are there, workers that ask get random genotypes."""
    search = Bananas(np.random.default_rng(0), startup=10)
    proposed = [search.ask() for _ in range(15)]
    for genotype in proposed[:9]:
        search.tell(genotype, Observation(0.9, 1000.0))
    search.ask()

    assert not search._networks

    search.tell(proposed[9], Observation(0.95, 1000.0))
    search.ask()

    assert len(search._networks) == 3


def test_refits_when_data_have_grown():
    """Networks are trained anew for each tenth of new results, and kept in between."""
    search = Bananas(np.random.default_rng(0), startup=100, batch=1, layers=1, length=1)
    _run(search, 101, lambda genotype: genotype.key / 2**64)
    first = search._networks
    _run(search, 9, lambda _: 0.5)

    assert search._networks is first

    _run(search, 1, lambda _: 0.5)

    assert search._networks is not first


def test_goes_further_when_all_neighbours_are_known():
    """When the best result's neighbours have all been proposed, mutations of mutations follow."""
    search = Bananas(np.random.default_rng(0), startup=5, parents=1, batch=100, layers=1, length=1)
    best = sample_many(np.random.default_rng(1), 1)[0]
    _run(search, 5, lambda _: 0.5)
    search.tell(best, Observation(0.99, 1000.0))

    proposed = [search.ask() for _ in range(200)]

    further = [genotype for genotype in proposed if genotype not in set(neighbours(best))]
    assert len(further) >= 80
    assert all(
        any(near in set(neighbours(best)) for near in neighbours(genotype)) for genotype in further[:5]
    )


def test_paths_of_the_product_of_ops():
    """The longest paths of all have a bit each: 7^4 for each cell and input."""
    chains = [
        Genotype.from_edges(
            *([[(0, 2, a), (1, 2, a), (2, 3, b), (0, 3, b), (3, 4, c), (0, 4, c), (4, 5, d), (0, 5, d)]] * 2)
        )
        for a, b, c, d in product(("skip_connect", "sep_conv_3x3"), repeat=4)
    ]

    longest = path_encoding(chains)[:, [bit % 2800 >= 7 + 49 + 343 for bit in range(11_200)]]

    assert len(np.unique(longest, axis=0)) == 16
    assert longest.sum(axis=1).tolist() == [4] * 16
