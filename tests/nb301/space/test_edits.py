"""Edits: mutations and neighbours."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare

from nb301.errors import GenotypeError
from nb301.space import (
    Cell,
    Genotype,
    Op,
    mutate,
    neighbours,
    sample,
)

GENOTYPES = st.from_type(Genotype)


CELLS, GENOTYPES = st.from_type(Cell), st.from_type(Genotype)


SEEDS = st.integers(0, 2**32)


def edited_edges(one, other):
    """The edges of `one` that `other` lacks, over both cells."""
    return [
        (name, edge)
        for name in ("normal", "reduce")
        for edge in set(getattr(one, name).edges) - set(getattr(other, name).edges)
    ]


@given(GENOTYPES)
def test_neighbours_differ_in_one_edge(genotype):
    """The 120 neighbours are distinct: 96 change one op, 24 change one source."""
    found = neighbours(genotype)
    assert len(set(found)) == len(found) == 120
    assert genotype not in found
    kinds = Counter()
    for other in found:
        [(cell, old)], [(same_cell, new)] = edited_edges(genotype, other), edited_edges(other, genotype)
        assert (cell, old.target) == (same_cell, new.target)
        assert (old.op == new.op) != (old.source == new.source)
        kinds[cell, "op" if old.source == new.source else "source"] += 1
    assert kinds == {
        ("normal", "op"): 48,
        ("reduce", "op"): 48,
        ("normal", "source"): 12,
        ("reduce", "source"): 12,
    }


@given(GENOTYPES, st.integers(0, 119))
def test_neighbours_are_symmetric(genotype, index):
    """A genotype is a neighbour of each of its neighbours."""
    assert genotype in neighbours(neighbours(genotype)[index])


@given(GENOTYPES, SEEDS)
def test_mutation_is_one_edit_or_none(genotype, seed):
    """A mutation gives the genotype itself or a neighbour, the same one for equal generators."""
    mutated = mutate(genotype, np.random.default_rng(seed))
    assert mutated == genotype or mutated in neighbours(genotype)
    assert mutated == mutate(genotype, np.random.default_rng(seed))


@given(GENOTYPES, SEEDS)
def test_mutation_keeps_the_genotype_by_identity(genotype, seed):
    """With identity 1 nothing ever changes, with identity 0 something always does."""
    assert mutate(genotype, np.random.default_rng(seed), identity=1) == genotype
    assert mutate(genotype, np.random.default_rng(seed), identity=0) != genotype


def test_mutation_frequencies():
    """Cells, kinds of edit, edges and new values are as often chosen as documented."""
    rng = np.random.default_rng(1)
    genotype = sample(rng)
    kinds, op_edges, source_nodes, ops = Counter(), Counter(), Counter(), Counter()
    n = 6_000
    for _ in range(n):
        mutated = mutate(genotype, rng)
        if mutated == genotype:
            kinds["identity"] += 1
            continue
        [(cell, old)], [(_, new)] = edited_edges(genotype, mutated), edited_edges(mutated, genotype)
        kind = "op" if old.source == new.source else "source"
        kinds[cell, kind] += 1
        if kind == "op":
            op_edges[cell, old.number] += 1
            ops[(new.op - old.op) % len(Op)] += 1
        else:
            source_nodes[new.target] += 1
    shares = {"identity": 0.05, **{(c, k): 0.2375 for c in ("normal", "reduce") for k in ("op", "source")}}
    assert chisquare([kinds[k] for k in shares], [n * s for s in shares.values()]).pvalue > 1e-3
    assert len(op_edges) == 16
    assert chisquare([*op_edges.values()]).pvalue > 1e-3
    assert len(ops) == 6
    assert chisquare([*ops.values()]).pvalue > 1e-3
    # node 2 has no other source; the others are drawn by edge, two each
    assert sorted(source_nodes) == [3, 4, 5]
    assert chisquare([*source_nodes.values()]).pvalue > 1e-3


@pytest.mark.parametrize("genotype", ["DARTS_V2", None, {}])
def test_edits_take_genotypes(genotype):
    """Edits read no notations, and say what does."""
    for edit in (neighbours, lambda g: mutate(g, np.random.default_rng(0))):
        with pytest.raises(GenotypeError, match=r"expected a Genotype, got .*: nb301.formats.read reads"):
            edit(genotype)
