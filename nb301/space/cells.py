"""Cells: eight edges, as 16 bytes and as text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain, product

from nb301.errors import GenotypeError, shown
from nb301.space.edges import CELL_BYTES, INPUT_PAIRS, NODES, Edge, Op, checked_edge
from nb301.space.renaming import canonical_code

#: Source and op of an edge, in the code of the node that it leads to.
_Input = tuple[int, int]
#: All that the sources of a cell's eight edges may be, and all ops.
_TOPOLOGIES = frozenset(bytes(chain.from_iterable(pairs)) for pairs in product(*INPUT_PAIRS.values()))
_OPS = bytes(Op)
_DIGITS = frozenset("0123456789")


@dataclass(frozen=True, slots=True, order=True, repr=False)
class Cell:
    """One cell: each of the nodes 2-5 adds two edges from two different earlier nodes.

    Args:
        code: 16 bytes, four for each node 2-5: source, op, source, op; the smaller source first.

    Raises:
        GenotypeError: The bytes are no such cell; names the node.
    """

    code: bytes

    def __hash__(self) -> int:
        return hash(self.code)

    def __post_init__(self) -> None:
        code = self.code
        if not isinstance(code, bytes) or len(code) != CELL_BYTES:
            raise GenotypeError(f"a cell code is {CELL_BYTES} bytes, got {shown(code)}")
        if code[::2] not in _TOPOLOGIES or code[1::2].strip(_OPS):
            for node in NODES:
                _check_node(node, code[4 * node - 8 : 4 * node - 4])

    @classmethod
    def from_edges(cls, edges: Iterable[Edge | tuple[int, int, Op | str]]) -> Cell:
        """Build a cell from its eight edges (source, target, op), in any order.

        Raises:
            GenotypeError: Names the node and edge that do not belong to the space.
        """
        inputs: dict[int, list[_Input]] = {node: [] for node in NODES}
        for edge in edges:
            source, target, op = checked_edge(edge)
            inputs[target].append((source, op))
        return cls(_code(inputs))

    @classmethod
    def parse(cls, text: str) -> Cell:
        """Read the text form that `str(cell)` writes.

        Args:
            text: Four nodes, `op@source+op@source/...`.

        Raises:
            GenotypeError: Names the node and edge that cannot be read.
        """
        nodes = text.split("/")
        if len(nodes) != len(NODES):
            raise GenotypeError(f"expected four nodes joined by '/', got {len(nodes)} in {shown(text)}")
        inputs = {}
        for node, words in zip(NODES, nodes, strict=True):
            inputs[node] = [_read_input(word, node) for word in words.split("+")]
        return cls(_code(inputs))

    @property
    def edges(self) -> tuple[Edge, ...]:
        """The eight edges, ordered by target, then source."""
        code = self.code
        return tuple(Edge(code[2 * i], 2 + i // 2, Op(code[2 * i + 1])) for i in range(8))

    def canonical(self) -> Cell:
        """The representative of all cells equal up to renaming intermediate nodes."""
        code = canonical_code(self.code)
        return self if code == self.code else Cell(code)

    @property
    def depth(self) -> int:
        """Edges on the longest path from an input to an intermediate node, 1..4 (F27)."""
        depths = [0, 0]
        for node in NODES:
            first, _, second, _ = self.code[4 * node - 8 : 4 * node - 4]
            depths.append(1 + max(depths[first], depths[second]))
        return max(depths)

    def count(self, op: Op) -> int:
        """Number of edges with `op`, 0..8.

        Returns:
            That number.
        """
        return self.code[1::2].count(op)

    def __str__(self) -> str:
        words = [f"{edge.op.name}@{edge.source}" for edge in self.edges]
        return "/".join(map("+".join, zip(words[::2], words[1::2], strict=True)))

    def __repr__(self) -> str:
        return f"Cell.parse({str(self)!r})"

    def _repr_html_(self) -> str:
        """Draw it in a notebook."""
        from nb301.display import cell_card

        return cell_card(str(self))


@cache  # of what is an input alone: 98 words and nodes
def _read_input(word: str, node: int) -> _Input:
    """Source and op of one edge of a cell's text, such as 'sep_conv_3x3@0'."""
    op, at, source = word.partition("@")
    if not at or source not in _DIGITS:
        raise GenotypeError(
            f"node {node}: cannot read edge {shown(word)}, expected 'op@source' such as 'sep_conv_3x3@0'"
        )
    number, _, known_op = checked_edge((int(source), node, op))
    return number, known_op


def _code(inputs: Mapping[int, Sequence[_Input]]) -> bytes:
    """A cell's code.

    Args:
        inputs: Of each node 2-5, in this order; of a node in any order.

    Raises:
        GenotypeError: A node has not two different inputs.
    """
    code = bytearray()
    for node, pair in inputs.items():
        if len(pair) != 2 or pair[0][0] == pair[1][0]:
            raise GenotypeError(_wrong_sources(node, [source for source, _ in pair]))
        first, second = sorted(pair)
        code += bytes((*first, *second))
    return bytes(code)


def _check_node(node: int, code: bytes) -> None:
    first, first_op, second, second_op = code
    if not first < second < node:
        raise GenotypeError(_wrong_sources(node, [first, second]))
    if max(first_op, second_op) >= len(Op):
        raise GenotypeError(f"node {node}: op {max(first_op, second_op)} is not one of 0-{len(Op) - 1}")


def _wrong_sources(node: int, sources: Sequence[int]) -> str:
    return f"node {node} has inputs {list(sources)}, expected two different ones from 0-{node - 1}"
