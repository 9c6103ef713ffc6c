"""Encodings against brute-force definitions; `vector` is checked against ConfigSpace in test_formats."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nb301.encodings import (
    CONFIGURATIONS,
    GRAPH_NODES,
    IDENTITY_EDGES,
    MAX_DEGREE,
    MAX_PATHS,
    OP_TARGETS,
    PATH_BITS,
    UNSET,
    VECTOR_RANGE,
    VECTOR_SLOTS,
    canonical,
    configuration_codes,
    configuration_vectors,
    configurations,
    graph,
    path_bits,
    path_columns,
    paths,
    vector,
)
from nb301.space import INPUT_PAIRS, NODES, Genotype, Op, from_codes, sample_many, to_codes

GENOTYPES = st.from_type(Genotype)


def walk(edges, start, node):
    """Every sequence of ops that leads over edges from input `start` to `node`."""
    if node < 2:
        return [()] if node == start else []
    into = [edge for edge in edges if edge.target == node]
    return [(*path, edge.op) for edge in into for path in walk(edges, start, edge.source)]


def number(path):
    """A path's number by the definition: digits op + 1 in base 8, the last op the lowest."""
    return int("".join(str(op + 1) for op in path), 8)


@given(GENOTYPES)
def test_paths_are_those_of_a_walk(genotype):
    """Every path of a cell is listed once, by cell, input and node that it ends in."""
    encoded = paths(to_codes([genotype]))
    assert encoded.shape == (1, 2, 2, len(NODES) * MAX_PATHS)
    by_node = encoded[0].reshape(2, 2, len(NODES), MAX_PATHS)
    for cell, of_cell in zip((genotype.normal, genotype.reduce), by_node, strict=True):
        for start in range(2):
            for node, found in zip(NODES, of_cell[start], strict=True):
                expected = sorted(number(path) for path in walk(cell.edges, start, node))
                assert sorted(found[found >= 0].tolist()) == expected
                assert set(found[found < 0].tolist()) <= {-1}


def sequences(genotype, *, without_last_edge=False):
    """Every (cell, input, ops) that a genotype has, by a walk over its edges."""
    for cell_number, cell in enumerate((genotype.normal, genotype.reduce)):
        last = max((edge for edge in cell.edges if edge.target == NODES[-1]), key=lambda edge: edge.source)
        edges = [edge for edge in cell.edges if not (without_last_edge and edge == last)]
        for start in range(2):
            for node in NODES:
                for path in walk(edges, start, node):
                    yield cell_number, start, path


@given(GENOTYPES, st.booleans())
def test_path_bits_are_the_sequences_of_a_walk(genotype, without_last_edge):
    """There is a bit for each sequence of ops, once, by cell and input; the empty path has none."""
    bits = path_bits(to_codes([genotype]), without_last_edge=without_last_edge)
    assert bits.shape == (1, PATH_BITS)
    assert bits.dtype == np.uint8
    expected = np.zeros((2, 2, PATH_BITS // 4), dtype=np.uint8)
    for cell, start, path in sequences(genotype, without_last_edge=without_last_edge):
        # sequences shorter than this one come before it, then those below it in base 7
        column = sum(7**k for k in range(len(path))) + int("".join(str(int(op)) for op in path), 7)
        expected[cell, start, column] = 1
    np.testing.assert_array_equal(bits[0], expected.ravel())


@given(GENOTYPES)
def test_without_the_last_edge_there_are_no_new_bits(genotype):
    """Leaving out the eighth edge of a cell adds no bit."""
    codes = to_codes([genotype])
    whole, part = path_bits(codes), path_bits(codes, without_last_edge=True)
    assert np.all(part <= whole)


@pytest.mark.parametrize(("length", "columns"), [(1, 7), (2, 56), (3, 399), (4, 2800)])
def test_path_columns_number_the_paths(length, columns):
    """Paths up to a length have the first columns, each its own, the same for every length."""
    by_number = path_columns(length)
    assert sorted(by_number[by_number >= 0]) == [*range(columns)]
    assert by_number[-1] == -1
    longest = path_columns()
    np.testing.assert_array_equal(by_number, np.where(longest < columns, longest, -1))


@given(st.lists(GENOTYPES, max_size=5))
def test_a_batch_is_its_genotypes_one_by_one(genotypes):
    """Encoding a batch equals encoding each genotype on its own, and none gives an empty array."""
    codes = to_codes(genotypes)
    for encode, shape in ((vector, (34,)), (paths, (2, 2, 32)), (path_bits, (PATH_BITS,))):
        encoded = encode(codes)
        assert encoded.shape == (len(genotypes), *shape)
        for row, genotype in zip(encoded, genotypes, strict=True):
            np.testing.assert_array_equal(row, encode(to_codes([genotype]))[0])
    encoded = graph(codes)
    assert [part.shape for part in encoded] == [(len(genotypes), width) for width in (16, 16, 14)]
    for number, genotype in enumerate(genotypes):
        for part, alone in zip(encoded, graph(to_codes([genotype])), strict=True):
            np.testing.assert_array_equal(part[number], alone[0])


def test_vector_stays_in_its_range():
    """Slots hold -1 for inactive edges, op numbers, and pair numbers up to node 5's nine, all of them."""
    encoded = vector(to_codes(sample_many(np.random.default_rng(0), 2000)))
    pairs = {"3": 2, "4": 5, "5": 9}
    for slot, column in zip(VECTOR_SLOTS, encoded.T, strict=True):
        always = "inputs" in slot or slot.endswith(("_0", "_1"))
        largest = pairs[slot[-1]] if "inputs" in slot else len(Op) - 1
        assert sorted(set(column.tolist())) == [*range(0 if always else -1, largest + 1)]
    assert (encoded.min(), encoded.max()) == VECTOR_RANGE


@given(GENOTYPES, GENOTYPES)
def test_vector_is_injective(one, other):
    """Different genotypes have different vectors."""
    encoded = vector(to_codes([one, other]))
    assert np.array_equal(*encoded) is (one == other)


@given(st.lists(GENOTYPES, max_size=5))
def test_configurations_put_a_genotype_together(genotypes):
    """Eight configurations, one of each node, hold the genotype's edges and make up its vector."""
    codes = to_codes(genotypes)
    numbers = configurations(codes)
    first = np.cumsum([0, *CONFIGURATIONS])
    assert ((first[:-1] <= numbers) & (numbers < first[1:])).all()
    np.testing.assert_array_equal(configuration_codes()[numbers].reshape(codes.shape), codes)
    parts = configuration_vectors()[numbers]
    assert ((parts != UNSET).sum(axis=1) == 1).all()
    np.testing.assert_array_equal(parts.max(axis=1, initial=UNSET), vector(codes))


def test_configurations_are_all_of_each_node():
    """49, 147, 294 and 490 configurations of the nodes 2-5, in each cell, all different."""
    assert CONFIGURATIONS == (49, 147, 294, 490) * 2
    for first in (0, 980):
        assert len({*map(bytes, configuration_codes()[first + 490 : first + 980])}) == 490
    assert configuration_vectors().shape == (1960, 34)


@given(st.lists(GENOTYPES, max_size=5))
def test_canonical_forms_are_those_of_each_genotype(genotypes):
    """Many at once have the canonical forms that each has alone."""
    expected = to_codes([genotype.canonical() for genotype in genotypes])
    np.testing.assert_array_equal(canonical(to_codes(genotypes)), expected)


def test_canonical_forms_of_every_topology():
    """All 180 topologies of a cell, some with a single renaming and some with 24."""
    rng = np.random.default_rng(0)
    topologies = [np.array(pairs).ravel() for pairs in product(*INPUT_PAIRS.values())]
    codes = rng.integers(7, size=(len(topologies), 2, 8, 2)).astype(np.uint8)
    codes[:, 0, :, 0], codes[:, 1, :, 0] = topologies, topologies[::-1]
    expected = to_codes([genotype.canonical() for genotype in from_codes(codes)])
    np.testing.assert_array_equal(canonical(codes), expected)
    np.testing.assert_array_equal(canonical(expected), expected)


@given(GENOTYPES)
def test_graph_is_that_of_both_cells(genotype):
    """29 edges: each cell's with their own op (not bug F9), to its output, and across (F7)."""
    (sources,), (ops,), _ = graph(to_codes([genotype]))
    edges = sorted(zip(sources.tolist(), OP_TARGETS.tolist(), ops.tolist(), strict=True))
    names = ({n: n for n in range(6)}, {n: n + 7 for n in range(6)})
    assert edges == sorted(
        (of_cell[edge.source], of_cell[edge.target], edge.op + 1)
        for cell, of_cell in zip((genotype.normal, genotype.reduce), names, strict=True)
        for edge in cell.edges
    )
    to_outputs = {(n, 6) for n in NODES} | {(n + 7, 13) for n in NODES}
    assert {*IDENTITY_EDGES} == to_outputs | {(6, 6), (6, 7), (6, 8), (13, 0), (13, 1)}
    assert len(edges) + len(IDENTITY_EDGES) == 29


@given(GENOTYPES)
def test_graph_counts_degrees_of_the_undirected_graph(genotype):
    """A node's degree is the number of ones in its row of the adjacency matrix made symmetric (F6)."""
    (sources,), _, (degrees,) = graph(to_codes([genotype]))
    adjacency = np.zeros((GRAPH_NODES, GRAPH_NODES), dtype=int)
    for source, target in [*zip(sources, OP_TARGETS, strict=True), *IDENTITY_EDGES]:
        adjacency[source, target] = adjacency[target, source] = 1
    np.testing.assert_array_equal(degrees, adjacency.sum(axis=1))


def test_degrees_stay_in_their_range():
    """No node has a degree above 7, which some node has (official_facts F6)."""
    degrees = graph(to_codes(sample_many(np.random.default_rng(0), 2000))).degrees
    assert degrees.min() >= 1
    assert degrees.max() == MAX_DEGREE == 7
