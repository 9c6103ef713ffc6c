"""The plan of a stacked cell: every edge once, read after all that it depends on."""

from __future__ import annotations

from itertools import chain

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from nb301.space import NODES, Cell, Op, sample_many
from nb301.training.networks.stacked_plan import Plan, node_depths

CELLS = [genotype.normal for genotype in sample_many(np.random.default_rng(0), 5)]


def test_depths_are_longest_ways():
    """A chain grows deeper with each node, a flat cell does not."""
    chained = Cell.from_edges((s, n, Op.skip_connect) for n in NODES for s in (n - 2, n - 1))
    flat = Cell.from_edges((s, n, Op.skip_connect) for n in NODES for s in (0, 1))
    assert node_depths(chained) == [0, 0, 1, 2, 3, 4]
    assert node_depths(flat) == [0, 0, 1, 1, 1, 1]


@settings(max_examples=20)
@given(st.lists(st.sampled_from(CELLS), min_size=1, max_size=4))
def test_each_edge_is_in_one_phase(cells):
    """All edges of all cells, from a node of the phase's depth to a deeper one, by their rows."""
    plan = Plan(cells)
    seen = []
    for depth, terms in enumerate(plan.phases):
        for term in terms:
            seen.append((term.network, term.number))
            assert term.edge == cells[term.network].edges[term.number]
            assert plan.nodes[depth][term.source] == (term.network, term.edge.source)
            assert plan.nodes[term.target_depth][term.target] == (term.network, term.edge.target)
            assert term.target_depth > depth
    assert sorted(seen) == [(network, number) for network in range(len(cells)) for number in range(8)]


def test_the_order_sorts_nodes_by_network():
    """Nodes, which come depth after depth, are put together again."""
    plan = Plan(CELLS)
    nodes = [*chain.from_iterable(plan.nodes[1:])]
    assert [nodes[row] for row in plan.order] == [(k, node) for k in range(len(CELLS)) for node in NODES]
