"""How often ops stand in the cells: sums over a genotype that trees on single edges cannot see at once."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from nb301.columns import read_only
from nb301.encodings import UNSET
from nb301.space import CELL_NAMES, NODES, Op

_EDGES = 2 * len(NODES)
#: Pairs of a cell and an op, and what is counted of each: edges, and those of them from a cell's input.
_PAIRS, _COUNTS = len(CELL_NAMES) * len(Op), 2
#: Length of `op_counts`.
COUNTED = _PAIRS * _COUNTS
#: Largest count.
MOST = _EDGES
#: Both counts of one op in one cell as one number: there are so many.
_VALUES = (_EDGES + 1) ** 2


def op_counts(codes: NDArray[np.uint8]) -> NDArray[np.int8]:
    """Count the edges of each op in each cell, and those of them that come from a cell's input.

    Args:
        codes: Genotypes as `space.to_codes` packs them, shape (n, 2, 8, 2).

    Returns:
        Shape (n, 28), 0..8: normal cell first, ops by their numbers, of each all edges and those from inputs.
    """
    is_op = codes[..., 1, None] == np.arange(len(Op))
    from_input = (codes[..., 0, None] < NODES[0]) & is_op
    counts = np.stack([is_op.sum(axis=2), from_input.sum(axis=2)], axis=-1)
    return counts.reshape(len(codes), COUNTED).astype(np.int8)


def count_numbers(codes: NDArray[np.uint8]) -> NDArray[np.intp]:
    """Number both counts of each (cell, op) together, as `encodings.configurations` numbers nodes.

    Args:
        codes: Genotypes as `space.to_codes` packs them, shape (n, 2, 8, 2).

    Returns:
        Numbers of rows of `count_vectors`, shape (n, 14).
    """
    is_op = codes[..., 1, None] == np.arange(len(Op))
    weight = count_weights().take(codes[..., 0])
    numbers: NDArray[np.intp] = (is_op * weight[..., None]).sum(axis=2).reshape(len(codes), _PAIRS)
    return numbers + count_offsets()


@cache
def count_weights() -> NDArray[np.intp]:
    """What an edge adds to the number of its (cell, op), by its source, shape (5,)."""
    sources = np.arange(NODES[-1])
    return read_only(np.where(sources < NODES[0], _EDGES + 2, _EDGES + 1))


@cache
def count_offsets() -> NDArray[np.intp]:
    """The numbers of each (cell, op) that no edge has, shape (14,)."""
    return read_only(np.arange(_PAIRS) * _VALUES)


@cache
def count_vectors() -> NDArray[np.int8]:
    """What every number of `count_numbers` says of `op_counts`.

    Returns:
        Shape (14 * 81, 28): counts, and `encodings.UNSET` in those of other pairs of a cell and an op.
    """
    vectors = np.full((_PAIRS, _VALUES, COUNTED), UNSET, dtype=np.int8)
    both = np.divmod(np.arange(_VALUES), _EDGES + 1)
    for pair in range(_PAIRS):
        for k, values in enumerate(both):
            vectors[pair, :, _COUNTS * pair + k] = values
    return read_only(vectors.reshape(-1, COUNTED))
