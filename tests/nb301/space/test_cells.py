"""Cells: built of edges in any order, refused where they do not belong to the space."""

from __future__ import annotations

import itertools
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nb301.errors import GenotypeError
from nb301.space import (
    INPUT_PAIRS,
    NODES,
    Cell,
    Genotype,
    Op,
)

GENOTYPES = st.from_type(Genotype)


SEP = Op.sep_conv_3x3


#: The edges of a valid cell; tests below break one thing each.
EDGES = [(source, node, SEP) for node in NODES for source in (0, 1)]


def replaced(index, edge):
    return [*EDGES[:index], edge, *EDGES[index + 1 :]]


def test_counts_depths_of_all_topologies():
    """The 180 topologies have depth 1, 2, 3 and 4 for 1, 63, 92 and 24 of them (F27)."""
    depths = Counter()
    for sources in itertools.product(*INPUT_PAIRS.values()):
        edges = [(s, node, SEP) for node, pair in zip(NODES, sources, strict=True) for s in pair]
        depths[Cell.from_edges(edges).depth] += 1
    assert depths == {1: 1, 2: 63, 3: 92, 4: 24}


@given(GENOTYPES)
def test_lists_eight_edges_in_order(genotype):
    """A cell's edges are eight, two for each node, ordered by target and source."""
    for cell in (genotype.normal, genotype.reduce):
        assert [edge.target for edge in cell.edges] == [2, 2, 3, 3, 4, 4, 5, 5]
        assert [edge.number for edge in cell.edges] == sorted({edge.number for edge in cell.edges})
        assert sum(cell.count(op) for op in Op) == 8
        assert all(cell.count(op) == [e.op for e in cell.edges].count(op) for op in Op)


@given(GENOTYPES, st.randoms(use_true_random=False))
def test_takes_edges_in_any_order(genotype, random):
    """The order in which edges are given, and with it that of a node's inputs, does not matter."""
    shuffled = [random.sample(cell.edges, 8) for cell in (genotype.normal, genotype.reduce)]
    assert Genotype.from_edges(*shuffled) == genotype


@pytest.mark.parametrize("op", [Op.dil_conv_5x5, "dil_conv_5x5", 6, np.int64(6)])
def test_takes_ops_by_name_or_number(op):
    """An op may be an `Op`, its name or its number."""
    assert Cell.from_edges(replaced(7, (1, 5, op))).edges[7].op is Op.dil_conv_5x5


@pytest.mark.parametrize(
    "code",
    [
        b"",
        bytes(16),
        b"x" * 15,
        "0" * 16,
        None,
        bytes([0, 0, 1, 0] * 3 + [0, 0, 5, 0]),
        bytes([0, 7, 1, 0] * 4),
    ],
)
def test_refuses_bad_codes(code):
    """A cell cannot be made of bytes that describe none."""
    with pytest.raises(GenotypeError):
        Cell(code)


CELLS, GENOTYPES = st.from_type(Cell), st.from_type(Genotype)


@pytest.mark.parametrize("swapped", [False, True])
def test_swapping_inputs_of_a_node_is_no_change(swapped):
    """A node's two edges have no order: both ways describe the same cell."""
    edges = [(0, 2, "skip_connect"), (1, 2, "max_pool_3x3")]
    rest = [(source, node, "sep_conv_3x3") for node in (3, 4, 5) for source in (0, 1)]
    cell = Cell.from_edges([*(edges[::-1] if swapped else edges), *rest])
    assert [(e.source, e.op) for e in cell.edges[:2]] == [(0, Op.skip_connect), (1, Op.max_pool_3x3)]
