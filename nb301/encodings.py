"""Encodings of genotypes: pure functions of the codes that `space.to_codes` packs.

Every encoder works on a batch, shape (n, 2, 8, 2); a single genotype is a batch of one.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import cache
from itertools import chain, product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nb301.columns import read_only
from nb301.space import CELL_NAMES, FIRST_EDGE, INPUT_PAIRS, NODES, Op, renaming_positions

_EDGES = FIRST_EDGE[NODES[-1]] + NODES[-1]
#: Most paths that can end in one node: node 5 adds those of nodes 4 and 3, 5 and 3.
MAX_PATHS = 8
#: Longest path, in edges.
MAX_LENGTH = len(NODES)
#: Length of `path_bits`: for two cells and inputs 1 + 7 + 49 + 343 + 2401 sequences of ops.
PATH_BITS = 4 * 2801


def _slot_names() -> tuple[str, ...]:
    # F1: the official vector lists unconditional names A-Z, then conditional names A-Z as strings
    unconditional = _names("edge", (0, 1)) + _names("inputs_node", NODES[1:])
    return (*unconditional, *_names("edge", sorted(range(2, _EDGES), key=str)))


def _names(what: str, numbers: Iterable[int]) -> list[str]:
    return [f"{what}_{cell}_{number}" for cell, number in product(CELL_NAMES, numbers)]


#: Names of the 34 slots of `vector`, in the official order (official_facts F1).
VECTOR_SLOTS = _slot_names()
#: Smallest and largest number in any slot: -1 for an inactive edge, 9 for the last pair of node 5.
VECTOR_RANGE = (-1, 9)
#: In `configuration_vectors`: a slot that tells of other nodes.
UNSET = -128
_SLOT = {name: index for index, name in enumerate(VECTOR_SLOTS)}
_CELLS = np.arange(len(CELL_NAMES))[:, None]
_EDGE_SLOTS = np.array([*map(_SLOT.get, _names("edge", range(_EDGES)))]).reshape(2, _EDGES)
_INPUT_SLOTS = np.array([*map(_SLOT.get, _names("inputs_node", NODES[1:]))]).reshape(2, len(NODES) - 1)
#: Number of an input pair among its node's pairs, by (node - 3, smaller source, larger source).
_PAIR_NUMBER = np.zeros((3, 5, 5), dtype=np.int8)
for _node in NODES[1:]:
    for _number, (_first, _second) in enumerate(INPUT_PAIRS[_node]):
        _PAIR_NUMBER[_node - 3, _first, _second] = _number


def vector(codes: NDArray[np.uint8]) -> NDArray[np.int8]:
    """Encode as the architecture's 34 slots of the official ConfigSpace vector (F1-F4).

    Args:
        codes: Genotypes as `space.to_codes` packs them, shape (n, 2, 8, 2).

    Returns:
        Shape (n, 34), by `VECTOR_SLOTS`: op numbers 0..6, numbers of input pairs 0..2, 0..5 and
        0..9 for nodes 3, 4 and 5, and -1 where an edge is not active.
    """
    # each slot is set by one of the eight configurations, and below all numbers in the others
    encoded: NDArray[np.int8] = configuration_vectors().take(configurations(codes), axis=0).max(axis=1)
    return encoded


def canonical(codes: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The canonical forms of many genotypes, as `Genotype.canonical` gives that of one.

    A code's 16 numbers are the digits, in base 8, of one integer, which a renaming of the nodes changes
    to the renamed topology's integer plus the ops at their new places; the smallest is canonical.

    Args:
        codes: Genotypes as `space.to_codes` packs them, shape (n, 2, 8, 2).

    Returns:
        Of the same shape.
    """
    tables = _renaming_tables()
    sources, ops = codes[..., 0].reshape(-1, 8), codes[..., 1].reshape(-1, 8).astype(np.int64)
    pairs = _PAIR_NUMBER[np.arange(len(NODES) - 1), sources[:, 2::2], sources[:, 3::2]]
    topology = pairs @ _TOPOLOGY_DIGITS
    # cells with many renamings first, so that those with another one are always the first ones
    order = np.argsort(-tables.renamings[topology], kind="stable")
    topology, ops = topology[order], ops[order]
    numbers = np.full(len(order), np.iinfo(np.int64).max)
    for renaming in range(tables.sources.shape[1]):
        n = np.count_nonzero(tables.renamings[topology] > renaming)
        renamed = np.einsum("ij,ij->i", ops[:n], tables.places[topology[:n], renaming])
        np.minimum(numbers[:n], tables.sources[topology[:n], renaming] + renamed, out=numbers[:n])
    smallest = np.empty((len(order), 16), dtype=np.uint8)
    smallest[order] = numbers[:, None] >> _DIGITS & 7
    return smallest.reshape(codes.shape)


#: Weights of the pair numbers of nodes 3, 4 and 5 in a cell's topology, 0..179.
_TOPOLOGY_DIGITS = np.array([60, 10, 1])
#: How far each of a code's 16 numbers, three bits each, is shifted in one integer.
_DIGITS = 3 * np.arange(15, -1, -1)


class _RenamingTables(NamedTuple):
    #: Renamings of each topology, shape (180,).
    renamings: NDArray[np.intp]
    #: The renamed topology's integer, shape (180, 24).
    sources: NDArray[np.int64]
    #: What each edge's op is multiplied by in the renamed code's integer, shape (180, 24, 8).
    places: NDArray[np.int64]


@cache
def _renaming_tables() -> _RenamingTables:
    shape = (math.prod(len(pairs) for pairs in INPUT_PAIRS.values()), math.factorial(len(NODES)))
    count = np.zeros(shape[0], dtype=np.intp)
    sources, places = np.zeros(shape, dtype=np.int64), np.zeros((*shape, 8), dtype=np.int64)
    for topology, pairs in enumerate(product(*INPUT_PAIRS.values())):
        renamings = np.array(renaming_positions([*chain.from_iterable(pairs)]))
        count[topology] = len(renamings)
        rows = np.arange(len(renamings))[:, None]
        sources[topology, : len(renamings)] = ((renamings[:, ::2] - 16) << _DIGITS[::2]).sum(axis=1)
        places[topology, rows, renamings[:, 1::2] // 2] = 1 << _DIGITS[1::2]
    return _RenamingTables(count, sources, places)


#: Configurations of each intermediate node, both cells' nodes 2-5: its pair of inputs and two ops.
CONFIGURATIONS = tuple(len(INPUT_PAIRS[node]) * len(Op) ** 2 for _ in CELL_NAMES for node in NODES)


def configurations(codes: NDArray[np.uint8]) -> NDArray[np.intp]:
    """Number the configuration of each intermediate node: its two inputs with their ops.

    A node has 49, 147, 294 or 490 of them, 1,960 in all, so whatever adds up over nodes, or is a
    conjunction over them, is a table that an architecture reads in eight places.

    Args:
        codes: Genotypes as `space.to_codes` packs them, shape (n, 2, 8, 2).

    Returns:
        Numbers 0..1959, shape (n, 8): nodes 2-5 of the normal, then of the reduction cell. Numbers of
        one node are consecutive, and no two nodes share one.
    """
    numbers, weights, first = configuration_numbers()
    return numbers.take(codes.reshape(-1, len(CONFIGURATIONS), 4) @ weights + first)


@cache
def configuration_numbers() -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Tell what makes a configuration's number of a node's sources and ops.

    Returns:
        Numbers by (node; source, op, source, op) as digits, shape (n,); the digits' weights, shape (4,);
        where each of the eight nodes starts, shape (8,).
    """
    weights = np.array([NODES[-1] * len(Op) ** 2, len(Op), len(Op) ** 2, 1])
    first = np.arange(len(CONFIGURATIONS)) * NODES[-1] ** 2 * len(Op) ** 2
    numbers = np.zeros(len(first) * first[1], dtype=np.intp)
    digits = configuration_codes() @ weights + np.repeat(first, CONFIGURATIONS)
    numbers[digits] = np.arange(sum(CONFIGURATIONS))
    return read_only(numbers), read_only(weights), read_only(first)


@cache
def configuration_codes() -> NDArray[np.uint8]:
    """Sources and ops of every configuration, by the numbers of `configurations`.

    Returns:
        Shape (1960, 4): source, op, source, op.
    """
    rows = []
    for node in NODES:
        for (first, second), first_op, second_op in product(INPUT_PAIRS[node], Op, Op):
            rows.append((first, first_op, second, second_op))
    return read_only(np.array(rows + rows, dtype=np.uint8))


@cache
def configuration_vectors() -> NDArray[np.int8]:
    """What every configuration sets in `vector`, by the numbers of `configurations`.

    Each slot belongs to one node: an architecture's vector is put together from its eight rows.

    Returns:
        Shape (1960, 34): numbers as in `vector`, and `UNSET` in the slots of other nodes.
    """
    codes = configuration_codes()
    vectors = np.full((len(codes), len(VECTOR_SLOTS)), UNSET, dtype=np.int8)
    first = 0
    for (cell, node), count in zip(product(range(2), NODES), CONFIGURATIONS, strict=True):
        rows = np.arange(first, first + count)
        edges = _EDGE_SLOTS[cell, FIRST_EDGE[node] : FIRST_EDGE[node] + node]
        vectors[rows[:, None], edges] = -1
        for source in (0, 2):
            vectors[rows, edges[codes[rows, source]]] = codes[rows, source + 1]
        if node != NODES[0]:
            pairs = _PAIR_NUMBER[node - 3, codes[rows, 0], codes[rows, 2]]
            vectors[rows, _INPUT_SLOTS[cell, node - 3]] = pairs
        first += count
    return read_only(vectors)


def paths(codes: NDArray[np.uint8], *, without_last_edge: bool = False) -> NDArray[np.int16]:
    """List every path from a cell's input to an intermediate node by its sequence of ops.

    Intermediate nodes all lead to the cell's output, so these are the paths through the cell, the
    unit of the path encoding (White et al., 2019; official_facts F17).

    Args:
        codes: Genotypes as `space.to_codes` packs them, shape (n, 2, 8, 2).
        without_last_edge: Leave out paths over the eighth edge of a cell, node 5's second, as the
            official path encoding does (official_facts F17).

    Returns:
        Shape (n, 2, 2, 4 * 8): for each cell, input node and (intermediate node, path), the path's
        ops as digits 1..7 (op + 1) of a number in base 8, the last op the lowest digit; -1 where
        there is no further path.
    """
    n = len(codes)
    numbers = np.full((n, 2, 2, 2 + len(NODES), MAX_PATHS), -1, dtype=np.int16)
    for start in range(2):
        numbers[:, :, start, start, 0] = 0  # the empty path
    rows, cells = np.arange(n)[:, None], np.arange(2)[None, :]
    for node in NODES:
        longer = []
        edges = [2 * node - 4] if without_last_edge and node == NODES[-1] else [2 * node - 4, 2 * node - 3]
        for edge in edges:
            source, op = codes[:, :, edge, 0], codes[:, :, edge, 1].astype(np.int16)
            shorter = numbers[rows, cells, :, source]
            longer.append(np.where(shorter < 0, -1, shorter * 8 + op[..., None, None] + 1))
        # a node has at most MAX_PATHS paths; sorted downwards, the absent ones fall off the end
        both = -np.sort(-np.concatenate(longer, axis=-1), axis=-1)
        numbers[:, :, :, node] = both[..., :MAX_PATHS]
    return numbers[:, :, :, 2:].reshape(n, 2, 2, len(NODES) * MAX_PATHS)


def _path_digits(numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """The digits of numbers of paths, the lowest first, shape (4, n)."""
    return numbers // 8 ** np.arange(MAX_LENGTH)[:, None] % 8


@cache
def path_columns(length: int = MAX_LENGTH) -> NDArray[np.int64]:
    """Columns of a path encoding by the numbers that `paths` gives to paths.

    Args:
        length: Longest path that has a column, in edges, 1..4: 7, 56, 399 or 2,800 columns.

    Returns:
        Shape (4097,): -1 for a number that belongs to no path or to a longer one, and at the end, too,
        where -1 finds it.
    """
    numbers = np.arange(8**MAX_LENGTH)
    digits = _path_digits(numbers)
    # a path has digits 1..7 without a 0 between: as many digits as the number needs
    digits_used = (numbers >= 8 ** np.arange(MAX_LENGTH)[:, None]).sum(axis=0)
    is_path = (numbers > 0) & (numbers < 8**length) & ((digits > 0).sum(axis=0) == digits_used)
    columns = np.where(is_path, np.cumsum(is_path) - 1, -1)
    return read_only(np.append(columns, -1))  # `paths` marks the absence of a path by -1


def path_bits(codes: NDArray[np.uint8], *, without_last_edge: bool = False) -> NDArray[np.uint8]:
    """Encode which paths a genotype has: 4 x 2,801 bits (official_facts F17).

    Args:
        codes: Genotypes as `space.to_codes` packs them, shape (n, 2, 8, 2).
        without_last_edge: See `paths`.

    Returns:
        Zeros and ones, shape (n, 11204): for each cell and input a bit for every sequence of up to 4 ops,
        short ones first; the first bit is that of the empty path, which no intermediate node ends.
    """
    columns = path_columns() + 1
    encoded = np.zeros((len(codes), 4, columns.max() + 1), dtype=np.uint8)
    numbers = paths(codes, without_last_edge=without_last_edge)
    bits = columns[numbers.reshape(len(codes), 4, len(NODES) * MAX_PATHS)]
    row, start, path = np.nonzero(bits)
    encoded[row, start, bits[row, start, path]] = 1
    return encoded.reshape(len(codes), PATH_BITS)


class Graphs(NamedTuple):
    """Architectures as graphs of 14 nodes and 29 directed edges (official_facts F6, F7); n of them.

    Each cell is seven nodes: its inputs 0 and 1, the intermediate nodes 2-5, its output 6; seven more
    in the reduction cell. An op edge `i` of the cells' 8 + 8 leads to intermediate node `2 + i // 2` of
    its cell. The other 13 edges, `IDENTITY_EDGES`, are the same in every architecture.
    """

    #: Node, 0..13, that each op edge comes from, shape (n, 16).
    sources: NDArray[np.intp]
    #: Op of each op edge, 1..7: `Op` + 1, since 0 is the identity; shape (n, 16).
    ops: NDArray[np.intp]
    #: Edges at each node, whichever their direction, 1..7; shape (n, 14).
    degrees: NDArray[np.intp]


#: Nodes of a cell, and of both.
CELL_NODES, GRAPH_NODES = 7, 14
#: Within a cell: nodes before it are inputs, the last one is the output, the others are between.
FIRST_INTERMEDIATE = 2
#: Type of each node: input 0, input 1, intermediate, output; shape (14,).
NODE_TYPES = read_only(np.array([0, 1, 2, 2, 2, 2, 3] * 2))
#: Targets of the op edges, shape (16,).
OP_TARGETS = read_only(np.repeat([*NODES, *(CELL_NODES + node for node in NODES)], 2))
#: Edges (source, target) without an op: intermediate nodes to the output of their cell; the normal
#: cell's output to itself and the reduction cell's inputs, and back from that one's output (F7).
IDENTITY_EDGES = (
    (2, 6),
    (3, 6),
    (4, 6),
    (5, 6),
    (9, 13),
    (10, 13),
    (11, 13),
    (12, 13),
    (6, 6),
    (6, 7),
    (6, 8),
    (13, 0),
    (13, 1),
)
#: Largest degree: the normal cell's output, with its self-loop counted once (F6).
MAX_DEGREE = 7


def _fixed_degrees() -> NDArray[np.intp]:
    # of an adjacency matrix made symmetric, in which a self-loop is one entry
    ends = chain.from_iterable(map(set, IDENTITY_EDGES))
    return np.bincount([*ends, *OP_TARGETS], minlength=GRAPH_NODES)


_FIXED_DEGREES = _fixed_degrees()


def graph(codes: NDArray[np.uint8]) -> Graphs:
    """Encode as the graphs of the GIN; each op stays on its own edge, unlike officially (F9).

    Args:
        codes: Genotypes as `space.to_codes` packs them, shape (n, 2, 8, 2).

    Returns:
        Sources and ops of the 16 op edges, and the degrees of the 14 nodes.
    """
    n = len(codes)
    numbers = codes.astype(np.intp)
    sources = (numbers[..., 0] + CELL_NODES * _CELLS).reshape(n, 16)
    ops = numbers[..., 1].reshape(n, 16) + 1
    # sources by graph and node, counted
    outgoing = (sources + GRAPH_NODES * np.arange(n)[:, None]).ravel()
    counted = np.bincount(outgoing, minlength=GRAPH_NODES * n).reshape(n, GRAPH_NODES)
    return Graphs(sources, ops, counted + _FIXED_DEGREES)
