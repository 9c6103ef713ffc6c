"""The DARTS cell space: genotypes, uniform sampling, edits, canonical form (Appendix C.1)."""

from __future__ import annotations

import enum
import hashlib
import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import combinations, islice, permutations, product
from operator import itemgetter
from typing import NamedTuple, TypeGuard

import numpy as np
from numpy.typing import NDArray

from nb301.errors import GeneratorError, GenotypeError, shown


class Op(enum.IntEnum):
    """The seven operations, in the order of the official configuration space (official_facts F3)."""

    max_pool_3x3 = 0
    avg_pool_3x3 = 1
    skip_connect = 2
    sep_conv_3x3 = 3
    sep_conv_5x5 = 4
    dil_conv_3x3 = 5
    dil_conv_5x5 = 6


#: The ops without parameters.
PARAMETER_FREE = (Op.max_pool_3x3, Op.avg_pool_3x3, Op.skip_connect)

#: Intermediate nodes; nodes 0 and 1 are the outputs of the two previous cells.
NODES = (2, 3, 4, 5)
#: The pairs of inputs that a node may read: 1, 3, 6 and 10 of them, 180 topologies a cell.
INPUT_PAIRS = {node: tuple(combinations(range(node), 2)) for node in NODES}
#: Genotypes in the space, 180^2 * 7^16.
SPACE_SIZE = math.prod(len(pairs) for pairs in INPUT_PAIRS.values()) ** 2 * len(Op) ** 16

#: Number of a cell's edge (source -> target) is `FIRST_EDGE[target] + source` (official_facts F4).
FIRST_EDGE = {2: 0, 3: 2, 4: 5, 5: 9}
CELL_NAMES = ("normal", "reduce")
#: By node, all that its four bytes in a cell's code may be: source, op, source, op.
_NODE_CODES = {
    node: frozenset(
        bytes([first, first_op, second, second_op])
        for first, second in pairs
        for first_op, second_op in product(Op, repeat=2)
    )
    for node, pairs in INPUT_PAIRS.items()
}
_CELL_BYTES = 16


class Edge(NamedTuple):
    """One edge of a cell: `op` applied to node `source`, added into node `target`."""

    source: int
    target: int
    op: Op

    @property
    def number(self) -> int:
        """Position among the cell's 14 possible edges, 0..13 (official_facts F4)."""
        return FIRST_EDGE[self.target] + self.source


@dataclass(frozen=True, slots=True, order=True, repr=False)
class Cell:
    """One cell: each of the nodes 2-5 adds two edges from two different earlier nodes.

    Args:
        code: 16 bytes, four for each node 2-5: source, op, source, op; the smaller source first.

    Raises:
        GenotypeError: The bytes are no such cell; names the node.
    """

    code: bytes

    def __post_init__(self) -> None:
        code = self.code
        if not isinstance(code, bytes) or len(code) != _CELL_BYTES:
            raise GenotypeError(f"a cell code is {_CELL_BYTES} bytes, got {shown(code)}")
        for node, known in _NODE_CODES.items():
            if code[4 * node - 8 : 4 * node - 4] not in known:
                raise GenotypeError(_wrong_node(node, code[4 * node - 8 : 4 * node - 4]))

    @classmethod
    def from_edges(cls, edges: Iterable[Edge | tuple[int, int, Op | str]]) -> Cell:
        """Build a cell from its eight edges (source, target, op), in any order.

        Raises:
            GenotypeError: Names the node and edge that do not belong to the space.
        """
        inputs: dict[int, list[tuple[int, int]]] = {node: [] for node in NODES}
        for edge in edges:
            source, target, op = _checked_edge(edge)
            inputs[target].append((source, op))
        for node, pairs in inputs.items():
            sources = [source for source, _ in pairs]
            if len(sources) != 2 or sources[0] == sources[1]:
                raise GenotypeError(_wrong_sources(node, sources))
        return cls(bytes(n for pairs in inputs.values() for pair in sorted(pairs) for n in pair))

    @classmethod
    def parse(cls, text: str) -> Cell:
        """Read the text form that `str(cell)` writes.

        Raises:
            GenotypeError: Names the node and edge that cannot be read.
        """
        return cls.from_edges(_parsed_edges(text))

    @property
    def edges(self) -> tuple[Edge, ...]:
        """The eight edges, ordered by target, then source."""
        code = self.code
        return tuple(Edge(code[2 * i], 2 + i // 2, Op(code[2 * i + 1])) for i in range(8))

    def canonical(self) -> Cell:
        """The representative of all cells equal up to renaming intermediate nodes."""
        return Cell(_canonical_code(self.code))

    @property
    def depth(self) -> int:
        """Edges on the longest path from an input to an intermediate node, 1..4 (F27)."""
        depths = [0, 0]
        for node in NODES:
            first, _, second, _ = self.code[4 * node - 8 : 4 * node - 4]
            depths.append(1 + max(depths[first], depths[second]))
        return max(depths)

    def count(self, op: Op) -> int:
        """Number of edges with `op`, 0..8."""
        return self.code[1::2].count(op)

    def __str__(self) -> str:
        words = [f"{edge.op.name}@{edge.source}" for edge in self.edges]
        return "/".join(f"{first}+{second}" for first, second in zip(words[::2], words[1::2], strict=True))

    def __repr__(self) -> str:
        return f"Cell({str(self)!r})"


@dataclass(frozen=True, slots=True, order=True)
class Genotype:
    """An architecture: the normal cell and the reduction cell.

    Two genotypes are equal if their edges are; `canonical()` and `hash` are equal for all
    genotypes that describe the same network up to the names of intermediate nodes.
    """

    normal: Cell
    reduce: Cell

    def __post_init__(self) -> None:
        for name in CELL_NAMES:
            cell = getattr(self, name)
            if not isinstance(cell, Cell):
                raise GenotypeError(f"{name} cell: expected a Cell, got {type(cell).__name__}")

    @classmethod
    def from_edges(
        cls,
        normal: Iterable[Edge | tuple[int, int, Op | str]],
        reduce: Iterable[Edge | tuple[int, int, Op | str]],
    ) -> Genotype:
        """Build a genotype from the edges (source, target, op) of both cells, in any order.

        Raises:
            GenotypeError: Names the cell, node and edge that do not belong to the space.
        """
        cells = []
        for name, edges in zip(CELL_NAMES, (normal, reduce), strict=True):
            with _naming_cell(name):
                cells.append(Cell.from_edges(edges))
        return cls(*cells)

    @classmethod
    def parse(cls, text: str) -> Genotype:
        """Read the text form that `str(genotype)` writes.

        Raises:
            GenotypeError: Names the cell, node and edge that cannot be read.
        """
        match = _TEXT.fullmatch(text.strip())
        if match is None:
            raise GenotypeError(
                f"cannot read {shown(text)} as a genotype: expected 'normal:CELL,reduce:CELL' with "
                "CELL = 'op@source+op@source' for each of the nodes 2-5, joined by '/'"
            )
        cells = []
        for name in CELL_NAMES:
            with _naming_cell(name):
                cells.append(Cell.parse(match[name]))
        return cls(*cells)

    def canonical(self) -> Genotype:
        """The representative of all genotypes equal up to renaming intermediate nodes.

        Among all such genotypes it is the smallest.
        """
        return Genotype(self.normal.canonical(), self.reduce.canonical())

    @property
    def canonical_code(self) -> bytes:
        """The codes of the canonical form's cells, normal cell first: 32 bytes."""
        return _canonical_code(self.normal.code) + _canonical_code(self.reduce.code)

    @property
    def hash(self) -> str:
        """Stable name of the canonical form: 32 hex digits, equal in every process and version.

        The first 128 bits of the SHA-256 of the canonical form's 32 code bytes, normal cell first.
        """
        return hashlib.sha256(self.canonical_code).hexdigest()[:32]

    @property
    def key(self) -> int:
        """The first 64 bits of `hash` as an integer; seeds everything that depends on the architecture."""
        return key_of(self.canonical_code)

    def __str__(self) -> str:
        return f"normal:{self.normal},reduce:{self.reduce}"


def sample(rng: np.random.Generator) -> Genotype:
    """Draw one genotype uniformly from all 180^2 * 7^16 (the paper's random search).

    Raises:
        GeneratorError: `rng` is no `numpy.random.Generator`.
    """
    return sample_in_turn(rng, 1)[0]


def sample_in_turn(rng: np.random.Generator, n: int) -> list[Genotype]:
    """Draw what `n` calls of `sample` draw, in less time."""
    check_generator(rng)
    drawn = rng.integers(_CHOICES, size=(n, len(_CHOICES)))
    codes = np.empty((n, 2, 8, 2), dtype=np.uint8)
    # both cells' pairs node by node, then the ops of one cell after the other, as `sample_many` draws
    for number, (node, pairs) in enumerate(_PAIRS.items()):
        codes[:, :, 2 * node - 4 : 2 * node - 2, 0] = pairs[drawn[:, 2 * number : 2 * number + 2]]
    codes[..., 1] = drawn[:, 2 * len(_PAIRS) :].reshape(n, 2, 8)
    return from_codes(codes)


#: By node, its pairs of inputs, shape (pairs, 2).
_PAIRS = {node: np.array(pairs) for node, pairs in INPUT_PAIRS.items()}
#: Out of how many each number of a genotype is drawn.
_CHOICES = np.array([len(pairs) for pairs in _PAIRS.values() for _ in CELL_NAMES] + [len(Op)] * 16)


def sample_many(rng: np.random.Generator, n: int) -> list[Genotype]:
    """Draw `n` independent genotypes uniformly from all 180^2 * 7^16.

    Raises:
        GeneratorError: `rng` is no `numpy.random.Generator`.
    """
    check_generator(rng)
    codes = np.empty((n, 2, 8, 2), dtype=np.uint8)
    for node, pairs in _PAIRS.items():
        codes[:, :, 2 * node - 4 : 2 * node - 2, 0] = pairs[rng.integers(len(pairs), size=(n, 2))]
    codes[..., 1] = rng.integers(len(Op), size=(n, 2, 8))
    return from_codes(codes)


def mutate(genotype: Genotype, rng: np.random.Generator, *, identity: float = 0.05) -> Genotype:
    """Mutate as regularized evolution does (Appendix C.3): a parent, an op or nothing.

    One of the two cells is chosen evenly; then, with probability `identity`, nothing changes, and
    otherwise, evenly, one edge gets another op or one edge of a node 3-5 another source.

    Args:
        genotype: The parent.
        rng: Where the choices are drawn from.
        identity: Probability of no change, 0..1. The paper names the case without its
            probability; 0.05 is Real et al. (2019).

    Raises:
        GenotypeError: The parent is no `Genotype`.
        GeneratorError: `rng` is no `numpy.random.Generator`.
    """
    _check_genotype(genotype)
    check_generator(rng)
    which = CELL_NAMES[rng.integers(2)]
    if rng.random() < identity:
        return genotype
    cell: Cell = getattr(genotype, which)
    edits = _op_edits if rng.random() < 0.5 else _source_edits
    # every op edit is as likely as another; a node's source edits are as many as its free sources,
    # so the edge is drawn first, as in Real et al.
    edges = range(8) if edits is _op_edits else range(2, 8)
    edge = edges[rng.integers(len(edges))]
    # sources that are free: those before the node but two
    options = len(Op) - 1 if edits is _op_edits else edge // 2
    return _with_cell(genotype, which, next(islice(edits(cell.code, edge), int(rng.integers(options)), None)))


def neighbours(genotype: Genotype) -> list[Genotype]:
    """All 120 genotypes that differ in one edge's op (96) or one edge's source (24).

    Raises:
        GenotypeError: It is no `Genotype`.
    """
    _check_genotype(genotype)
    found = []
    for which in CELL_NAMES:
        code = getattr(genotype, which).code
        for edge in range(8):
            for edits in (_op_edits, _source_edits):
                found += [_with_cell(genotype, which, new) for new in edits(code, edge)]
    return found


def to_codes(genotypes: Sequence[Genotype]) -> NDArray[np.uint8]:
    """Pack genotypes into one array.

    Returns:
        Shape (n, 2, 8, 2): genotype, cell (normal, reduce), edge by target and source, and
        (source, op). Edge `i` of a cell leads to node `2 + i // 2`.
    """
    packed = b"".join([part for g in genotypes for part in (g.normal.code, g.reduce.code)])
    return np.frombuffer(packed, dtype=np.uint8).reshape(len(genotypes), 2, 8, 2)


def from_codes(codes: NDArray[np.uint8]) -> list[Genotype]:
    """Unpack what `to_codes` packed: shape (n, 2, 8, 2) to `n` genotypes."""
    packed = np.ascontiguousarray(codes, dtype=np.uint8).tobytes()
    cells = [Cell(packed[i : i + _CELL_BYTES]) for i in range(0, len(packed), _CELL_BYTES)]
    return [Genotype(normal, reduce) for normal, reduce in zip(cells[::2], cells[1::2], strict=True)]


def keys_of_canonical(codes: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """`Genotype.key` of many genotypes in canonical form: shape (n, 2, 8, 2) to (n,)."""
    packed = np.ascontiguousarray(codes, dtype=np.uint8).tobytes()
    size = 2 * _CELL_BYTES
    return np.array([key_of(packed[i : i + size]) for i in range(0, len(packed), size)], dtype=np.uint64)


def key_of(canonical_code: bytes) -> int:
    """`Genotype.key` of the genotype with a canonical code of 32 bytes."""
    return int.from_bytes(hashlib.sha256(canonical_code).digest()[:8], "big")


def check_generator(rng: object) -> None:
    """Refuse what is no generator, such as a seed, before it gives an AttributeError somewhere below.

    Raises:
        GeneratorError: `rng` is no `numpy.random.Generator`; says how to make one.
    """
    if not isinstance(rng, np.random.Generator):
        seed = rng if _is_integer(rng) else 0
        raise GeneratorError(
            f"expected a numpy Generator, such as np.random.default_rng({shown(seed)}), got {shown(rng)}"
        )


def _check_genotype(genotype: object) -> None:
    if not isinstance(genotype, Genotype):
        raise GenotypeError(
            f"expected a Genotype, got {shown(genotype)}: nb301.formats.read reads other notations"
        )


def _with_cell(genotype: Genotype, which: str, code: bytes) -> Genotype:
    cell = Cell(code)
    return Genotype(cell, genotype.reduce) if which == "normal" else Genotype(genotype.normal, cell)


def _op_edits(code: bytes, edge: int) -> Iterator[bytes]:
    """The six codes with another op on `edge`."""
    for op in range(len(Op)):
        if op != code[2 * edge + 1]:
            yield code[: 2 * edge + 1] + bytes([op]) + code[2 * edge + 2 :]


def _source_edits(code: bytes, edge: int) -> Iterator[bytes]:
    """The codes with another free source on `edge`: 0 to 3, by the edge's target."""
    first = 4 * (edge // 2)
    kept = code[first + 2 : first + 4] if edge % 2 == 0 else code[first : first + 2]
    op = code[2 * edge + 1]
    for source in range(2 + edge // 2):
        if source not in (code[first], code[first + 2]):
            pair = sorted([kept, bytes([source, op])])
            yield code[:first] + pair[0] + pair[1] + code[first + 4 :]


@lru_cache(maxsize=2**16)
def _canonical_code(code: bytes) -> bytes:
    """The smallest code among all valid orders of the intermediate nodes."""
    extended = code + _NUMBERS
    return min(bytes(renamed(extended)) for renamed in _renamings(code[::2]))


#: Behind a cell's code, so that a renaming finds new sources by position as it finds ops.
_NUMBERS = bytes(range(len(NODES) + 1))


@cache
def _renamings(sources: bytes) -> list[Callable[[bytes], tuple[int, ...]]]:
    """All ways to rename intermediate nodes that keep inputs before nodes; 1 to 24, 4.4 on average.

    Args:
        sources: Of the cell's eight edges.

    Returns:
        Functions from a cell's code, with `_NUMBERS` behind it, to that of the renamed cell.
    """
    return [itemgetter(*positions) for positions in renaming_positions(sources)]


def renaming_positions(sources: Sequence[int]) -> list[list[int]]:
    """For each valid order of the intermediate nodes, where the renamed cell's code is read from.

    Args:
        sources: Of a cell's eight edges.

    Returns:
        Lists of 16 positions: those below 16 in the cell's code, where ops stay in the place of their
        edge, and `16 + k` for the new source k.
    """
    found = []
    for order in permutations(NODES):
        new = {0: 0, 1: 1, **{node: position for position, node in enumerate(order, start=NODES[0])}}
        positions: list[int] = []
        for node in order:
            edges = sorted((new[sources[edge]], edge) for edge in (2 * node - 4, 2 * node - 3))
            if edges[-1][0] >= new[node]:
                break
            positions += [place for source, edge in edges for place in (_CELL_BYTES + source, 2 * edge + 1)]
        else:
            found.append(positions)
    return found


_DIGITS = frozenset("0123456789")
_TEXT = re.compile(r"normal:(?P<normal>[^,:]*),reduce:(?P<reduce>[^,:]*)")


def _parsed_edges(text: str) -> Iterator[tuple[int, int, str]]:
    nodes = text.split("/")
    if len(nodes) != len(NODES):
        raise GenotypeError(f"expected four nodes joined by '/', got {len(nodes)} in {shown(text)}")
    for node, words in zip(NODES, nodes, strict=True):
        for word in words.split("+"):
            op, at, source = word.partition("@")
            if not at or source not in _DIGITS:
                raise GenotypeError(
                    f"node {node}: cannot read edge {shown(word)}, expected 'op@source' "
                    "such as 'sep_conv_3x3@0'"
                )
            yield int(source), node, op


def _checked_edge(edge: Edge | tuple[int, int, Op | str]) -> tuple[int, int, Op]:
    try:
        source, target, op = edge
    except (TypeError, ValueError):
        raise GenotypeError(f"an edge is (source, target, op), got {shown(edge)}") from None
    if not ((type(target) is int or _is_integer(target)) and target in NODES):
        raise GenotypeError(
            f"edge {shown(source)} -> {shown(target)}: the target must be one of the nodes 2-5"
        )
    if not ((type(source) is int or _is_integer(source)) and source >= 0):
        raise GenotypeError(f"node {target} reads node {shown(source)}: inputs are nodes 0-{target - 1}")
    if source >= target:
        raise GenotypeError(f"node {target} reads node {shown(source)}: inputs must come before the node")
    return int(source), int(target), to_op(op, f"edge {source} -> {target}")


def _is_integer(value: object) -> TypeGuard[int]:
    """Whether a value is an integer; True is equal to one, but means none."""
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)


def to_op(op: Op | str | int, where: str) -> Op:
    """Read an op by name, or by its number in `Op`.

    Raises:
        GenotypeError: No such op; `where` is named, the seven ops are listed.
    """
    if isinstance(op, str) and op in Op.__members__:
        return Op[op]
    # 3.0 is equal to the number of an op, but means none
    if _is_integer(op) and 0 <= op < len(Op):
        return Op(op)
    known = ", ".join(known.name for known in Op)
    raise GenotypeError(f"{where} has op {shown(op)}, expected one of {known}")


def _wrong_node(node: int, code: bytes) -> str:
    first, first_op, second, second_op = code
    if not first < second < node:
        return _wrong_sources(node, [first, second])
    return f"node {node}: op {max(first_op, second_op)} is not one of 0-{len(Op) - 1}"


def _wrong_sources(node: int, sources: Sequence[int]) -> str:
    return f"node {node} has inputs {list(sources)}, expected two different ones from 0-{node - 1}"


class _naming_cell:  # noqa: N801 - reads as a statement
    """Puts the cell's name before the message of any GenotypeError raised inside."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, GenotypeError) and not str(error).startswith(f"{self.name} cell"):
            raise GenotypeError(f"{self.name} cell, {error}") from None
