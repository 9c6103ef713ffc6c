"""Edges: ops, nodes and numbers as the official space has them."""

from __future__ import annotations

import numpy as np
import pytest

from nb301.errors import GenotypeError
from nb301.space import INPUT_PAIRS, NODES, SPACE_SIZE, Edge, Op, no_op, op_of
from nb301.space.edges import checked_edge

SEP = Op.sep_conv_3x3


def test_counts_the_space():
    """The space has 180^2 * 7^16 genotypes, 1.077e18 (official_facts F27)."""
    assert [len(INPUT_PAIRS[node]) for node in NODES] == [1, 3, 6, 10]
    assert SPACE_SIZE == 180**2 * 7**16
    assert f"{SPACE_SIZE:.3e}" == "1.077e+18"


def test_orders_ops_as_the_official_space():
    """Op numbers are the official choice indices (official_facts F3)."""
    assert [op.name for op in Op] == [
        *("max_pool_3x3", "avg_pool_3x3", "skip_connect"),
        *("sep_conv_3x3", "sep_conv_5x5", "dil_conv_3x3", "dil_conv_5x5"),
    ]


def test_numbers_edges_by_target_and_source():
    """Edge numbers run by target, then source, from 0 to 13 (official_facts F4)."""
    numbers = [Edge(source, node, SEP).number for node in NODES for source in range(node)]
    assert numbers == [*range(14)]


@pytest.mark.parametrize("op", Op)
def test_reads_ops_by_name_and_number(op):
    """An op is read from itself, its name or its number, be they numpy's or not."""
    for written in (op, op.name, np.str_(op.name), int(op), np.int8(op)):
        assert op_of(written) is op


@pytest.mark.parametrize("written", ["none", "", 7, -1, 3.0, True, np.True_, None, b"skip_connect", []])
def test_nothing_else_is_an_op(written):
    """Numbers that are equal to an op's but mean none are none."""
    assert op_of(written) is None
    assert str(no_op(written, "edge 0 -> 2")).startswith("edge 0 -> 2 has op ")
    assert str(no_op(written, "edge 0 -> 2")).endswith("expected one of " + ", ".join(op.name for op in Op))


@pytest.mark.parametrize(
    ("edge", "words"),
    [
        ((0, 2), "an edge is"),
        (3, "an edge is"),
        ((0, 6, 1), "must be one of the nodes 2-5"),
        ((0, True, 1), "must be one of the nodes 2-5"),
        ((-1, 2, 1), "inputs are nodes 0-1"),
        ((0.0, 2, 1), "inputs are nodes 0-1"),
        ((2, 2, 1), "must come before the node"),
        ((0, 2, "none"), "edge 0 -> 2 has op 'none'"),
    ],
)
def test_refuses_edges_outside_the_space(edge, words):
    """The first thing that is wrong is named."""
    with pytest.raises(GenotypeError, match=words):
        checked_edge(edge)
