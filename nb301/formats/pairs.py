"""Cells as lists of pairs: DARTS' namedtuple, GDAS' with a node's edges together, NASLib's compact tuples."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

import numpy as np

from nb301.errors import GenotypeError, shown
from nb301.formats.literals import Call
from nb301.space import CELL_NAMES, NODES, Cell, Edge, Genotype, Op, no_op, op_of

_OpAndSource = tuple[str, int]


class DartsGenotype(NamedTuple):
    """The namedtuple of DARTS (Liu et al., 2019b): eight (op, source) pairs a cell, two for each node."""

    normal: list[_OpAndSource]
    normal_concat: list[int]
    reduce: list[_OpAndSource]
    reduce_concat: list[int]

    def __repr__(self) -> str:
        # as in DARTS' own files, where the class is called Genotype
        words = ", ".join(f"{name}={value!r}" for name, value in self._asdict().items())
        return f"Genotype({words})"


def to_darts(genotype: Genotype) -> DartsGenotype:
    """Write the namedtuple of DARTS; `repr` of it can be pasted into DARTS' genotypes.py."""
    return DartsGenotype(_darts_cell(genotype.normal), [*NODES], _darts_cell(genotype.reduce), [*NODES])


def from_darts(darts: Any) -> Genotype:
    """Read a DARTS namedtuple, or a mapping with its fields; a node's two edges in any order.

    A cell is eight (op, source) pairs, or as GDAS has it four nodes of two; GDAS' weight may follow a
    source. A `Cell`, or its text, is one, too.

    Args:
        darts: The namedtuple, or a mapping with `normal`, `reduce` and, if any, the concatenated nodes.

    Raises:
        GenotypeError: It has other fields, or describes no cell; names the cell, node and edge.
    """
    fields = darts if isinstance(darts, Mapping) else _attributes(darts)
    for cell_name in CELL_NAMES:
        concat = fields.get(f"{cell_name}_concat")
        if concat is not None and not _is_nodes(concat):
            raise GenotypeError(f"{cell_name} cell: concatenates {shown(concat)}, expected the nodes 2-5")
    normal = _edges("normal", fields.get("normal"), _darts_pair)
    reduce = _edges("reduce", fields.get("reduce"), _darts_pair)
    return Genotype.from_edges(normal, reduce)


def to_naslib(genotype: Genotype) -> tuple[tuple[tuple[int, int], ...], tuple[tuple[int, int], ...]]:
    """Write NASLib's compact tuples: a cell is eight (source, op number) pairs, two for each node.

    NASLib numbers the ops as `Op` does.

    Returns:
        The normal cell, then the reduction cell.
    """
    return _naslib_cell(genotype.normal), _naslib_cell(genotype.reduce)


def from_naslib(compact: Sequence[Any]) -> Genotype:
    """Read NASLib's compact tuples (or lists); a node's two edges in any order.

    Beware of tuples whose ops are numbered with DARTS' `none` = 0, such as those made with DARTS' own
    `PRIMITIVES`: where no op is 7 they read as another architecture. Subtract 1 from each op first.

    Args:
        compact: The normal cell, then the reduction cell.

    Raises:
        GenotypeError: They are no two cells of eight pairs; names the cell, node and edge.
    """
    if not is_list(compact) or len(compact) != len(CELL_NAMES):
        raise GenotypeError(f"expected two cells (normal, reduce), got {shown(compact)}")
    normal, reduce = compact
    return Genotype.from_edges(_edges("normal", normal, _naslib_pair), _edges("reduce", reduce, _naslib_pair))


def is_list(value: Any) -> bool:
    """Whether a value is a list or another sequence, but no text."""
    return isinstance(value, (list, tuple)) or (
        isinstance(value, Sequence) and not isinstance(value, str | bytes)
    )


def _darts_cell(cell: Cell) -> list[_OpAndSource]:
    return [(edge.op.name, edge.source) for edge in cell.edges]


def _naslib_cell(cell: Cell) -> tuple[tuple[int, int], ...]:
    return tuple((edge.source, int(edge.op)) for edge in cell.edges)


def _attributes(darts: object) -> dict[str, Any]:
    """The fields of a namedtuple; None for those that are not there."""
    return {name: getattr(darts, name, None) for name in DartsGenotype._fields}


def _is_nodes(concat: Any) -> bool:
    """Whether these are the four intermediate nodes, in any order."""
    if not isinstance(concat, Collection):
        return False
    try:
        return len(concat) == len(NODES) and all(node in concat for node in NODES)
    except (TypeError, OverflowError):  # "2" in a text; a range without end has no length
        return False


def _edges(
    cell_name: str, cell: Any, read_pair: Callable[[str, int, Any], tuple[Any, Op]]
) -> Sequence[Edge | tuple[Any, int, Op]]:
    """Edges of a cell listed as eight pairs, two for each node 2-5 in this order; sources not checked."""
    if isinstance(cell, Call) and cell.name == "Cell" and len(cell.arguments) == 1:
        cell = cell.arguments[0]
    if isinstance(cell, str) and "@" in cell:
        cell = Cell.parse(cell)
    if isinstance(cell, Cell):
        return cell.edges
    pairs = _plain(cell)
    if (
        is_list(pairs)
        and len(pairs) == len(NODES)
        and all(is_list(node) and len(node) == 2 for node in pairs)
    ):
        pairs = [*chain.from_iterable(pairs)]
    if not is_list(pairs) or len(pairs) != 8:
        raise GenotypeError(f"{cell_name} cell: expected eight (op, source) pairs, got {shown(pairs)}")
    edges = []
    for index, pair in enumerate(pairs):
        target = 2 + index // 2
        source, op = read_pair(cell_name, target, _plain(pair))
        edges.append((source, target, op))
    return edges


def _darts_pair(cell_name: str, target: int, pair: Any) -> tuple[Any, Op]:
    """Source and op of DARTS' (op, source), and of GDAS' (op, source, weight)."""
    if not is_list(pair) or not (len(pair) == 2 or (len(pair) == 3 and isinstance(pair[0], str))):
        raise GenotypeError(
            f"{cell_name} cell, node {target}: expected an (op, source) pair, got {shown(pair)}"
        )
    written, source = pair[:2]
    if isinstance(written, (int, np.integer)) and not isinstance(written, Op):
        # NASLib's (source, op) would read as another architecture
        raise GenotypeError(
            f"{cell_name} cell, node {target}: expected the op's name first, as in ('sep_conv_3x3', 0), "
            f"got {shown(pair)}"
        )
    return source, _op(written, cell_name, target, source)


def _naslib_pair(cell_name: str, target: int, pair: Any) -> tuple[Any, Op]:
    """Source and op of NASLib's (source, number of the op); of (op, source) where the op has its name."""
    if is_list(pair) and len(pair) > 1 and isinstance(pair[0], str):
        return _darts_pair(cell_name, target, pair)
    if not is_list(pair) or len(pair) != 2:
        raise GenotypeError(
            f"{cell_name} cell, node {target}: expected a (source, op) pair, got {shown(pair)}"
        )
    source, written = pair
    if isinstance(written, (int, np.integer)) and written == len(Op):
        raise GenotypeError(
            f"{cell_name} cell, edge {shown(source)} -> {target} has op 7, expected 0-6: ops numbered with "
            "none = 0, as in DARTS' PRIMITIVES, are one higher than NASLib's; subtract 1 from each"
        )
    return source, _op(written, cell_name, target, source)


def _op(written: Any, cell_name: str, target: int, source: Any) -> Op:
    op = op_of(written)
    if op is None:
        raise no_op(written, f"{cell_name} cell, edge {shown(source)} -> {target}")
    return op


def _plain(value: Any) -> Any:
    """The lists of an array, the scalars of numpy's."""
    return value.tolist() if hasattr(value, "tolist") else value
