"""Codes: many genotypes as one array."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nb301.space.cells import Cell
from nb301.space.edges import CELL_BYTES
from nb301.space.genotypes import Genotype, key_of


def to_codes(genotypes: Sequence[Genotype]) -> NDArray[np.uint8]:
    """Pack genotypes into one array.

    Returns:
        Shape (n, 2, 8, 2): genotype, cell (normal, reduce), edge by target and source, and
        (source, op). Edge `i` of a cell leads to node `2 + i // 2`.
    """
    cells: list[bytes] = []
    for genotype in genotypes:
        cells += (genotype.normal.code, genotype.reduce.code)
    return np.frombuffer(b"".join(cells), dtype=np.uint8).reshape(len(genotypes), 2, 8, 2)


def from_codes(codes: NDArray[np.uint8]) -> list[Genotype]:
    """Unpack what `to_codes` packed: shape (n, 2, 8, 2) to `n` genotypes.

    Args:
        codes: Shape (n, 2, 8, 2): normal and reduction cell, eight edges, source and op.
    """
    packed = np.ascontiguousarray(codes, dtype=np.uint8).tobytes()
    cells = [Cell(packed[i : i + CELL_BYTES]) for i in range(0, len(packed), CELL_BYTES)]
    return [Genotype(normal, reduce) for normal, reduce in zip(cells[::2], cells[1::2], strict=True)]


def keys_of_canonical(codes: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """`Genotype.key` of many genotypes in canonical form: shape (n, 2, 8, 2) to (n,).

    Args:
        codes: Codes of canonical forms.
    """
    packed = np.ascontiguousarray(codes, dtype=np.uint8).tobytes()
    size = 2 * CELL_BYTES
    return np.array([key_of(packed[i : i + size]) for i in range(0, len(packed), size)], dtype=np.uint64)
