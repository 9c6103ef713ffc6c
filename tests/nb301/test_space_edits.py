"""The search space: canonical form, stable hash, mutations and neighbours."""

from __future__ import annotations

from collections import Counter
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare

from nb301.errors import GeneratorError, GenotypeError
from nb301.formats import read
from nb301.space import NODES, Cell, Genotype, Op, mutate, neighbours, sample, sample_many

CELLS, GENOTYPES = st.from_type(Cell), st.from_type(Genotype)
SEEDS = st.integers(0, 2**32)


def renamings(cell):
    """All cells that rename the intermediate nodes: those of the 24 permutations that keep the order."""
    found = set()
    for names in permutations(NODES):
        new = {0: 0, 1: 1, **dict(zip(NODES, names, strict=True))}
        edges = [(new[edge.source], new[edge.target], edge.op) for edge in cell.edges]
        if all(source < target for source, target, _ in edges):
            found.add(Cell.from_edges(edges))
    return found


def edited_edges(one, other):
    """The edges of `one` that `other` lacks, over both cells."""
    return [
        (name, edge)
        for name in ("normal", "reduce")
        for edge in set(getattr(one, name).edges) - set(getattr(other, name).edges)
    ]


@given(CELLS)
def test_canonical_is_the_smallest_renaming(cell):
    """The canonical form is the brute-force minimum over all renamings, for each of them alike."""
    equal = renamings(cell)
    assert cell in equal
    assert {renamed.canonical() for renamed in equal} == {min(equal)}


@given(GENOTYPES)
def test_canonical_is_idempotent(genotype):
    """The canonical form of a canonical form is itself, and each cell is canonical on its own."""
    canonical = genotype.canonical()
    assert canonical.canonical() == canonical
    assert canonical == Genotype(genotype.normal.canonical(), genotype.reduce.canonical())


@given(GENOTYPES, st.data())
def test_hash_is_equal_for_isomorphic_genotypes(genotype, data):
    """Renaming the nodes of either cell changes neither hash nor key."""
    renamed = Genotype(
        *(data.draw(st.sampled_from(sorted(renamings(c)))) for c in (genotype.normal, genotype.reduce))
    )
    assert (renamed.hash, renamed.key) == (genotype.hash, genotype.key)
    assert len(genotype.hash) == 32
    assert genotype.key == int(genotype.hash[:16], 16)


@given(GENOTYPES)
def test_hash_differs_where_genotypes_are_not_isomorphic(genotype):
    """One edit away, hashes are equal exactly where brute force finds a renaming."""
    isomorphic = {"normal": renamings(genotype.normal), "reduce": renamings(genotype.reduce)}
    for other in neighbours(genotype):
        expected = all(getattr(other, name) in cells for name, cells in isomorphic.items())
        assert (other.hash == genotype.hash) is expected


def test_hash_tells_cells_apart():
    """A genotype with its two cells exchanged is another architecture; random genotypes all differ."""
    drawn = sample_many(np.random.default_rng(3), 2000)
    assert len({genotype.hash for genotype in drawn}) == 2000
    assert all(g.hash != Genotype(g.reduce, g.normal).hash for g in drawn[:100])


def test_hash_golden(darts_v2):
    """Hash and key are the same in every version: noise of all releases hangs on them."""
    cell = Cell(bytes([0, 3, 1, 3] * 4))
    # by coreutils: printf of the 32 bytes (0, 3, 1, 3) * 8, sha256sum
    assert Genotype(cell, cell).hash == "b481c4060ee8c8c4bbaddad2088a8ed2"
    assert Genotype(cell, cell).key == 0xB481C4060EE8C8C4
    # recorded with version 0.1.0; not in canonical form, so it fixes that form, too
    assert read(darts_v2).hash == "de4a59f2a627f46f342d6ea5005cb819"


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


@pytest.mark.parametrize("swapped", [False, True])
def test_swapping_inputs_of_a_node_is_no_change(swapped):
    """A node's two edges have no order: both ways describe the same cell."""
    edges = [(0, 2, "skip_connect"), (1, 2, "max_pool_3x3")]
    rest = [(source, node, "sep_conv_3x3") for node in (3, 4, 5) for source in (0, 1)]
    cell = Cell.from_edges([*(edges[::-1] if swapped else edges), *rest])
    assert [(e.source, e.op) for e in cell.edges[:2]] == [(0, Op.skip_connect), (1, Op.max_pool_3x3)]


@pytest.mark.parametrize("rng", [0, 7, None, "0", True, np.random.RandomState(0)])
def test_says_what_generator_is_needed(rng):
    """A seed in place of a generator is refused, with what would be right."""
    seed = 7 if rng == 7 else 0
    genotype = read("DARTS_V2")
    for draw in (sample, lambda rng: sample_many(rng, 2), lambda rng: mutate(genotype, rng)):
        with pytest.raises(GeneratorError, match=rf"such as np.random.default_rng\({seed}\), got"):
            draw(rng)


@pytest.mark.parametrize("genotype", ["DARTS_V2", None, {}])
def test_edits_take_genotypes(genotype):
    """Edits read no notations, and say what does."""
    for edit in (neighbours, lambda g: mutate(g, np.random.default_rng(0))):
        with pytest.raises(GenotypeError, match=r"expected a Genotype, got .*: nb301.formats.read reads"):
            edit(genotype)
