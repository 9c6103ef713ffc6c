"""From architecture weights to a genotype: the strongest edges and ops (DARTS, Liu et al., 2019b).

Needs no torch, so that a monitor can run beside any search.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nb301.errors import Nb301Error
from nb301.space import FIRST_EDGE, NODES, Cell, Genotype, Op

#: The ops that a supernet mixes, in the order of its architecture weights; None is the op `none`.
OpSet = tuple[Op | None, ...]

#: Edges of a cell before discretisation: every earlier node to each of the nodes 2-5.
N_EDGES = 14

#: Search spaces by name: `darts` has the eight candidates of Liu et al. in their order, `no_none`
#: leaves out `none`, `s2` is space S2 of Zela et al. (2020a), on which DARTS diverges (Appendix E.1).
SPACES: Mapping[str, OpSet] = {
    "darts": (None, *Op),
    "no_none": tuple(Op),
    "s2": (Op.skip_connect, Op.sep_conv_3x3),
}


class ArchitectureWeightsError(Nb301Error, ValueError):
    """Architecture weights of a wrong shape, or not positive: logits before their softmax."""


def discretise(normal: ArrayLike, reduce: ArrayLike, ops: OpSet = SPACES["darts"]) -> Genotype:
    """Keep each node's two strongest edges, each with its strongest op.

    As in DARTS, `none` never wins; it matters only in that it takes its share of an edge's softmax.

    Args:
        normal: Weights of the normal cell after softmax, shape (14, len(ops)); edges are ordered by
            target, then source (`space.FIRST_EDGE`). Ties go to the earlier edge and op.
        reduce: The same for the reduction cell.
        ops: The ops of the columns.

    Raises:
        ArchitectureWeightsError: A shape is wrong, or a weight is negative or not finite.
    """
    return Genotype(_cell("normal", normal, ops), _cell("reduce", reduce, ops))


def edge_numbers(source: int) -> list[int]:
    """Numbers of the edges that leave a node, by target."""
    return [FIRST_EDGE[target] + source for target in NODES if target > source]


def _cell(name: str, weights: ArrayLike, ops: OpSet) -> Cell:
    candidates = [column for column, op in enumerate(ops) if op is not None]
    strengths = _checked(name, weights, len(ops))[:, candidates]
    strongest = strengths.max(axis=1)
    code = []
    for node in NODES:
        first = FIRST_EDGE[node]
        order = np.argsort(-strongest[first : first + node], kind="stable")
        for source in sorted(order[:2].tolist()):
            code += [source, _op(ops, candidates, strengths[first + source])]
    return Cell(bytes(code))


def _op(ops: OpSet, candidates: Sequence[int], strengths: NDArray[np.float64]) -> int:
    op = ops[candidates[int(strengths.argmax())]]
    assert op is not None
    return int(op)


def _checked(name: str, weights: ArrayLike, n_ops: int) -> NDArray[np.float64]:
    array = np.asarray(weights, dtype=np.float64)
    if array.shape != (N_EDGES, n_ops):
        raise ArchitectureWeightsError(
            f"{name} cell: weights have shape {array.shape}, expected {(N_EDGES, n_ops)}: edges x ops"
        )
    if not (np.isfinite(array) & (array >= 0)).all():
        raise ArchitectureWeightsError(
            f"{name} cell: weights are negative or not finite: pass them after the softmax, as DARTS "
            "compares edges by it"
        )
    return array
