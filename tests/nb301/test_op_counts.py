"""Counts of ops: sums over the edges of each cell, and the numbers that trees read them by."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from nb301.encodings import UNSET
from nb301.op_counts import COUNTED, MOST, count_numbers, count_vectors, op_counts
from nb301.space import CELL_NAMES, Op, from_codes, sample_many, to_codes


@given(st.integers(0, 2**32))
def test_counts_are_those_of_the_edges(seed):
    """Of each op in each cell: all edges, and those that come from one of the cell's inputs."""
    codes = to_codes(sample_many(np.random.default_rng(seed), 3))
    counts = op_counts(codes).reshape(3, len(CELL_NAMES), len(Op), 2)

    assert op_counts(codes).shape == (3, COUNTED)
    for genotype, counted in zip(from_codes(codes), counts, strict=True):
        for cell, of_cell in zip((genotype.normal, genotype.reduce), counted, strict=True):
            for op in Op:
                edges = [edge for edge in cell.edges if edge.op is op]
                assert of_cell[op].tolist() == [len(edges), sum(edge.source < 2 for edge in edges)]


@given(st.integers(0, 2**32))
def test_numbers_name_the_counts(seed):
    """The rows that an architecture's numbers name set every count once."""
    codes = to_codes(sample_many(np.random.default_rng(seed), 5))
    named = count_vectors()[count_numbers(codes)]

    assert ((named != UNSET).sum(axis=1) == 1).all()
    np.testing.assert_array_equal(named.max(axis=1), op_counts(codes))
    assert named.max() <= MOST
