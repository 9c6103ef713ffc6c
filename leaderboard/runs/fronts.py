"""Fronts of two objectives: architectures of which none is better in accuracy and in cost than another."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nb301 import exact


def entering(accuracy: NDArray[np.float64], cost: NDArray[np.int64]) -> NDArray[np.intp]:
    """Numbers of those that no earlier one was as good as in both, shape (m,).

    Args:
        accuracy: To be maximized, in the order of evaluations, shape (n,).
        cost: To be minimized, shape (n,).
    """
    entered: list[int] = []
    kept: list[int] = []
    for number in range(len(accuracy)):
        beaten = (accuracy[kept] >= accuracy[number]) & (cost[kept] <= cost[number])
        if not beaten.any():
            entered.append(number)
            better = (accuracy[kept] <= accuracy[number]) & (cost[kept] >= cost[number])
            kept = [*np.array(kept, dtype=np.intp)[~better].tolist(), number]
    return np.array(entered, dtype=np.intp)


def hypervolume(points: NDArray[np.float64], reference: tuple[float, float]) -> float:
    """Area that points dominate, both objectives to be minimized, up to a reference point.

    Args:
        points: Shape (n, 2); those beyond the reference point dominate nothing.
        reference: What is as bad as nothing.
    """
    inside = points[(points < reference).all(axis=1)]
    ordered = inside[np.lexsort((inside[:, 1], inside[:, 0]))]
    # from left to right each lower point adds the rectangle below those before it
    lowest = np.minimum.accumulate(np.append(reference[1], ordered[:, 1]))
    return float(exact.total((reference[0] - ordered[:, 0]) * -np.diff(lowest)))
