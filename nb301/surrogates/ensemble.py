"""The ensemble of an architecture's member predictions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def mean_and_std(members: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Plain mean and population std of the members (official_facts F19).

    Members are added one after the other: numpy's own sums depend, in the last digit, on how many
    architectures are asked for.

    Args:
        members: Predictions, shape (members, n).

    Returns:
        Two arrays of shape (n,), in the unit of the predictions.
    """
    mean = np.cumsum(members, axis=0)[-1] / len(members)
    variance = np.cumsum((members - mean) ** 2, axis=0)[-1] / len(members)
    return mean, np.sqrt(variance)
