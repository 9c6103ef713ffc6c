"""Terms of an architecture: its edges and pairs of its edges, each by its number in a list of weights.

There are four kinds. Every edge is a term, by its cell, where it comes from and its op. And pairs of edges
are, by their two ops: any two edges; two that leave the same node of a cell; two in line, of which one
enters the node that the other leaves. Where an edge comes from is one of three: input 0, input 1, an
intermediate node. So isomorphic architectures have the same terms.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from nb301.space import Op

_OPS, _CELLS, _SOURCES = len(Op), 2, 3
#: Unordered pairs of ops of one cell, and of both.
_PAIRS, _PAIRS_ANYWHERE = _OPS * (_OPS + 1) // 2, _CELLS * _OPS * (_CELLS * _OPS + 1) // 2
#: How many terms of each kind there are, in the order of their weights.
SIZES: Mapping[str, int] = {
    "edges": _CELLS * _SOURCES * _OPS,
    "anywhere": _PAIRS_ANYWHERE,
    "side_by_side": _CELLS * _SOURCES * _PAIRS,
    "in_line": _CELLS * _SOURCES * _OPS * _OPS,
}
#: Of a kind and op, as many in a cell cost nothing.
FREE = 3
_CELL = np.arange(_CELLS)[:, None]
_ANY = np.triu_indices(16, 1)
_WITHIN = np.triu_indices(8, 1)


def edge_terms(codes: NDArray[np.uint8]) -> NDArray[np.intp]:
    """Number the edges by cell, origin and op, 0..41; shape (n, 16).

    Args:
        codes: Genotypes as `space.to_codes` packs them, shape (n, 2, 8, 2).
    """
    _, origins, ops = _edges(codes)
    return ((_CELL * _SOURCES + origins) * _OPS + ops).reshape(len(codes), 16)


def terms(codes: NDArray[np.uint8]) -> dict[str, NDArray[np.intp]]:
    """List the terms of architectures by kind.

    Args:
        codes: Genotypes as `space.to_codes` packs them, shape (n, 2, 8, 2).

    Returns:
        Of each kind of `SIZES` numbers below its size, shape (n, terms); -1 is none.
    """
    sources, origins, ops = _edges(codes)
    n = len(codes)
    anywhere = (_CELL * _OPS + ops).reshape(n, 16)
    first, second = _WITHIN
    beside = (_CELL * _SOURCES + origins[..., first]) * _PAIRS + _pair(ops[..., first], ops[..., second])
    is_beside = sources[..., first] == sources[..., second]
    return {
        "edges": edge_terms(codes),
        "anywhere": _pair(anywhere[:, _ANY[0]], anywhere[:, _ANY[1]]),
        "side_by_side": _flat(np.where(is_beside, beside, -1)),
        "in_line": _flat(_in_line(sources, origins, ops)),
    }


def _flat(terms: NDArray[np.int64]) -> NDArray[np.int64]:
    """Of each architecture in a row; numpy cannot tell the length of no rows."""
    return terms.reshape(len(terms), math.prod(terms.shape[1:]))


def beyond_free(codes: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Square how many edges of an op a cell has beyond `FREE`; shape (n, 14), cells one after the other."""
    counts = (codes[..., 1, None] == np.arange(_OPS)).sum(axis=2)
    squares: NDArray[np.int64] = np.maximum(counts - FREE, 0) ** 2
    return squares.reshape(len(codes), _CELLS * _OPS)


def _edges(codes: NDArray[np.uint8]) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Source, origin and op of each edge, shape (n, 2, 8)."""
    sources, ops = codes[..., 0].astype(np.intp), codes[..., 1].astype(np.intp)
    return sources, np.minimum(sources, _SOURCES - 1), ops


def _pair(one: NDArray[np.intp], other: NDArray[np.intp]) -> NDArray[np.intp]:
    """Number unordered pairs: (0, 0), (1, 0), (1, 1), (2, 0) and so on."""
    larger, smaller = np.maximum(one, other), np.minimum(one, other)
    number: NDArray[np.intp] = larger * (larger + 1) // 2 + smaller
    return number


def _in_line(sources: NDArray[np.intp], origins: NDArray[np.intp], ops: NDArray[np.intp]) -> NDArray[np.intp]:
    """Each edge from an intermediate node after the two that enter that node, shape (n, 2, 16)."""
    after = []
    for entering in range(2):
        edge = np.maximum(2 * (sources - 2) + entering, 0)
        origin, op = np.take_along_axis(origins, edge, 2), np.take_along_axis(ops, edge, 2)
        number = ((_CELL * _SOURCES + origin) * _OPS + op) * _OPS + ops
        after.append(np.where(sources >= 2, number, -1))
    return np.concatenate(after, axis=2)
