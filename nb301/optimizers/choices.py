"""Genotypes as 22 independent categorical choices, the representation of DE and COMBO (Appendix C.3).

Each cell is three choices of a pair of parents, for the nodes 3, 4 and 5, among 3, 6 and 10, and
eight choices of an op among 7, by target and source of the edge. Node 2 has one pair of parents.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nb301.encodings import VECTOR_SLOTS, vector
from nb301.space import CELL_NAMES, INPUT_PAIRS, NODES, Genotype, Op, from_codes, to_codes


def _pair_slots(cell: str) -> list[int]:
    """Slots of a cell's pairs of parents in the vector encoding."""
    return [VECTOR_SLOTS.index(f"inputs_node_{cell}_{node}") for node in NODES[1:]]


_PER_CELL = [len(INPUT_PAIRS[node]) for node in NODES[1:]] + [len(Op)] * 8
#: Number of options of each choice, the normal cell's first, shape (22,).
SIZES = np.array(_PER_CELL * len(CELL_NAMES))
#: Pairs of parents of the nodes 3, 4 and 5, and where each node's begin.
_PAIRS = np.concatenate([INPUT_PAIRS[node] for node in NODES[1:]]).astype(np.uint8)
_FIRST_PAIRS = np.cumsum([0, *_PER_CELL[:2]])
#: Where the pairs of parents stand in the vector encoding, a row for each cell.
_PAIR_SLOTS = [*map(_pair_slots, CELL_NAMES)]


def to_choices(genotypes: list[Genotype]) -> NDArray[np.int64]:
    """Encode genotypes; the inverse of `from_choices`.

    Returns:
        Shape (n, 22): numbers 0 to `SIZES - 1`.
    """
    codes = to_codes(genotypes)
    pairs = vector(codes)[:, _PAIR_SLOTS]
    both = np.concatenate([pairs, codes[..., 1]], axis=2, dtype=np.int64)
    return both.reshape(len(genotypes), len(SIZES))


def from_choices(choices: NDArray[np.int64]) -> list[Genotype]:
    """Decode shape (n, 22) to `n` genotypes."""
    cells = choices.reshape(len(choices), len(CELL_NAMES), len(_PER_CELL))
    codes = np.empty((len(choices), len(CELL_NAMES), 8, 2), dtype=np.uint8)
    codes[:, :, :2, 0] = INPUT_PAIRS[NODES[0]]
    pairs = _PAIRS.take(cells[:, :, : len(_FIRST_PAIRS)] + _FIRST_PAIRS, axis=0)
    codes[:, :, 2:, 0] = pairs.reshape(len(cells), len(CELL_NAMES), 6)
    codes[..., 1] = cells[:, :, len(NODES) - 1 :]
    return from_codes(codes)
