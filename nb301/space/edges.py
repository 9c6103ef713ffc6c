"""Edges of cells: the seven operations, the nodes, and what an edge may be."""

from __future__ import annotations

import enum
import math
from itertools import combinations
from typing import NamedTuple, TypeGuard

import numpy as np

from nb301.errors import GenotypeError, shown


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
#: A cell's code: source and op of its eight edges.
CELL_BYTES = 16


class Edge(NamedTuple):
    """One edge of a cell: `op` applied to node `source`, added into node `target`."""

    #: Number of the node that it comes from, 0..4; 0 and 1 are the cell's inputs.
    source: int
    #: Number of the node that it goes to, 2..5.
    target: int
    #: What it does.
    op: Op

    @property
    def number(self) -> int:
        """Position among the cell's 14 possible edges, 0..13 (official_facts F4)."""
        return FIRST_EDGE[self.target] + self.source


def checked_edge(edge: Edge | tuple[int, int, Op | str]) -> tuple[int, int, Op]:
    """Source, target and op of an edge, such as it may be in a cell.

    Raises:
        GenotypeError: It is no edge of the space; names source and target.
    """
    try:
        source, target, op = edge
    except (TypeError, ValueError):
        raise GenotypeError(f"an edge is (source, target, op), got {shown(edge)}") from None
    if not (is_integer(target) and target in NODES):
        raise GenotypeError(
            f"edge {shown(source)} -> {shown(target)}: the target must be one of the nodes 2-5"
        )
    if not (is_integer(source) and source >= 0):
        raise GenotypeError(f"node {target} reads node {shown(source)}: inputs are nodes 0-{target - 1}")
    if source >= target:
        raise GenotypeError(f"node {target} reads node {shown(source)}: inputs must come before the node")
    read = op_of(op)
    if read is None:
        raise no_op(op, f"edge {source} -> {target}")
    return int(source), int(target), read


def op_of(op: object) -> Op | None:
    """The op with a name, or with a number in `Op`; None where there is none such.

    Args:
        op: Anything.
    """
    if type(op) is Op:
        return op
    if isinstance(op, str):
        return _OPS.get(op)
    # 3.0 is equal to the number of an op, but means none
    return Op(op) if is_integer(op) and 0 <= op < len(Op) else None


def no_op(op: object, where: str) -> GenotypeError:
    """The error of what is no op: names where it stands, and lists the seven ops.

    Args:
        op: What was found.
        where: Such as `node 3`.
    """
    return GenotypeError(f"{where} has op {shown(op)}, expected one of {', '.join(_OPS)}")


def is_integer(value: object) -> TypeGuard[int]:
    """Whether a value is an integer; True is equal to one, but means none."""
    return type(value) is int or (isinstance(value, (int, np.integer)) and not isinstance(value, bool))


_OPS = {op.name: op for op in Op}
