"""Architectures that no optimizer proposes: how many there are, and of what kind."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
import pytest

from nb301.collection import probes
from nb301.collection.base import Collection
from nb301.collection.probes import Listed, parameter_free, poorly_performing, repeated, topologies
from nb301.errors import TableError
from nb301.space import PARAMETER_FREE, Op, sample, sample_many


@pytest.fixture
def rng():
    """A generator."""
    return np.random.default_rng(0)


def test_lists_are_proposed_in_their_order(rng):
    """Whatever is told, the next of the list is asked, and after the last none."""
    genotypes = sample_many(rng, 3)
    listed = Listed(genotypes)
    assert [listed.ask() for _ in range(3)] == genotypes
    with pytest.raises(StopIteration):
        listed.ask()


@pytest.mark.parametrize("cell", [0, 1])
@pytest.mark.parametrize("number", [0, 3, 8])
def test_overwrites_ops_until_there_are_as_many(rng, cell, number):
    """One cell has the number of edges with the op; sources and the other cell stay."""
    for genotype in sample_many(rng, 20):
        probe = probes.with_parameter_free(genotype, Op.skip_connect, number, rng, cell)
        cells, before = (probe.normal, probe.reduce), (genotype.normal, genotype.reduce)
        assert cells[cell].count(Op.skip_connect) == number
        assert cells[1 - cell] == before[1 - cell]
        assert [edge.source for edge in cells[cell].edges] == [edge.source for edge in before[cell].edges]
        kept = [
            one.op for one, other in zip(cells[cell].edges, before[cell].edges, strict=True) if one == other
        ]
        assert len(kept) == 8 - abs(number - before[cell].count(Op.skip_connect))


def test_parameter_free_ops_are_counted_up(rng):
    """By number of edges, then base, then repeat; the reduction cells tell the bases."""
    genotypes = parameter_free(rng, Op.max_pool_3x3, bases=3, repeats=2)
    assert [genotype.normal.count(Op.max_pool_3x3) for genotype in genotypes] == [*np.repeat(range(9), 6)]
    bases = [genotype.reduce for genotype in genotypes]
    assert bases == bases[:6] * 9
    assert bases[0] == bases[1]
    assert len({*bases}) == 3


def test_all_topologies_with_ten_op_sets(rng):
    """180 topologies, both cells alike, each with the same op sets."""
    genotypes = topologies(rng)
    assert len(genotypes) == 1800
    assert all(genotype.normal == genotype.reduce for genotype in genotypes)
    sources = Counter(tuple(edge.source for edge in genotype.normal.edges) for genotype in genotypes)
    ops = Counter(tuple(edge.op for edge in genotype.normal.edges) for genotype in genotypes)
    assert (len(sources), {*sources.values()}) == (180, {10})
    assert (len(ops), {*ops.values()}) == (10, {180})


def test_poor_architectures_have_many_parameter_free_ops(rng):
    """Five or more of one kind in the normal cell, the kinds in turn."""
    for number, genotype in enumerate(poorly_performing(rng, 30)):
        assert genotype.normal.count(PARAMETER_FREE[number % 3]) >= 5


def test_repeats_are_of_different_architectures(rng):
    """Each that is drawn comes as many times in a row; of fewer all are."""
    genotypes = sample_many(rng, 6)
    times = repeated([*genotypes, *genotypes], rng, architectures=4, times=3)
    assert [*Counter(times).values()] == [3] * 4
    assert times == [genotype for genotype in times[::3] for _ in range(3)]
    assert {*times} <= {genotype.canonical() for genotype in genotypes}
    assert len(repeated(genotypes, rng, architectures=50, times=1)) == 6


def test_sources_draw_as_their_collections_say(rng):
    """The functions that collections call pass on their numbers and settings."""
    skip = Collection("skip", 9, seed=0, run=int(Op.skip_connect), settings={"bases": 1, "repeats": 1})
    assert [g.normal.count(Op.skip_connect) for g in probes.skip(rng, skip, {})] == [*range(9)]
    assert len(probes.low_par(rng, Collection("low_par", 7, seed=0), {})) == 7
    assert len(probes.topology(rng, Collection("topology", 1, seed=0), {})) == 1800
    genotype = sample(rng).canonical()
    seeds = Collection("seeds", 4, seed=0, after="rs")
    earlier = {"rs": pd.DataFrame({"genotype": [str(genotype)]})}
    assert probes.seeds(rng, seeds, earlier) == [genotype] * 4


def test_seeds_come_after_another_collection(rng):
    """Without one there is nothing to train again."""
    with pytest.raises(TableError, match="`after` says which"):
        probes.seeds(rng, Collection("seeds", 4, seed=0), {})
