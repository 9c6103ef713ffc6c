"""Graphs whose ops are on their own edges, and on those of the official code."""

from __future__ import annotations

from itertools import product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from nb301.encodings import OP_TARGETS, graph
from nb301.space import INPUT_PAIRS, NODES, Genotype, to_codes
from nb301.surrogates.families.gin.file import Edges
from nb301.surrogates.families.gin.graphs import GRAPHS, official_graph


@given(st.from_type(Genotype))
def test_official_graph_joins_two_orders(genotype):
    """Ops by target meet edges by source, in each cell (bug F9); all else is as in `graph`."""
    codes = to_codes([genotype])
    ours, theirs = graph(codes), official_graph(codes)
    np.testing.assert_array_equal(theirs.sources, ours.sources)
    np.testing.assert_array_equal(theirs.degrees, ours.degrees)
    of_edge = {}
    for offset, cell in ((0, genotype.normal), (7, genotype.reduce)):
        by_target = sorted(cell.edges, key=lambda edge: (edge.target, edge.source))
        by_source = sorted(cell.edges, key=lambda edge: (edge.source, edge.target))
        for named, placed in zip(by_target, by_source, strict=True):
            of_edge[placed.source + offset, placed.target + offset] = named.op + 1
    places = zip(theirs.sources[0].tolist(), OP_TARGETS.tolist(), strict=True)
    assert theirs.ops[0].tolist() == [of_edge[place] for place in places]


def test_official_graph_misplaces_most_ops():
    """In 1 of a cell's 180 topologies all ops are on their edges; on average 5.2 of 8 are not (F9)."""
    topologies = [*product(*(INPUT_PAIRS[node] for node in NODES))]
    codes = np.zeros((len(topologies), 2, 8, 2), np.uint8)
    codes[..., 0] = np.array(topologies).reshape(-1, 1, 8)
    misplaced = np.zeros((len(topologies), 8), bool)
    for edge in range(8):
        one = codes.copy()
        one[:, 0, edge, 1] = 1
        misplaced[:, edge] = official_graph(one).ops[:, edge] != 2
    assert (~misplaced.any(axis=1)).sum() == 1
    assert round(float(misplaced.sum(axis=1).mean()), 1) == 5.2


def test_each_kind_of_edges_has_its_graph():
    """A batch is its genotypes one by one, none included."""
    assert set(GRAPHS) == set(Edges)
    codes = np.random.default_rng(0).integers(0, 2, (5, 2, 8, 2)).astype(np.uint8)
    for encode in GRAPHS.values():
        assert [part.shape for part in encode(codes[:0])] == [(0, 16), (0, 16), (0, 14)]
        for part, alone in zip(encode(codes), encode(codes[3:4]), strict=True):
            np.testing.assert_array_equal(part[3], alone[0])
