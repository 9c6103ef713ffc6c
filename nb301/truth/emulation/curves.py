"""Learning curves: how far behind its end a training is, epoch by epoch.

One shape for all, plus two components, of which each edge of an architecture adds a part.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nb301.noise import Stream
from nb301.truth.emulation.terms import edge_terms
from nb301.truth.emulation.weights import POINT, weights

#: Epochs of a training that are recorded (official_facts F20).
EPOCHS = 98
#: Streams of a curve's draws: those of all epochs, then of what else decides it, at these places.
STREAMS = np.array(
    [*range(Stream.EPOCHS, Stream.EPOCHS + EPOCHS), Stream.RUN, Stream.VALIDATION, Stream.RUNTIME]
)
RUN, VALIDATION, RUNTIME = range(EPOCHS, EPOCHS + 3)


def points_behind(codes: NDArray[np.uint8]) -> NDArray[np.float64]:
    """How far below the last epoch's a training's expected accuracy is after each epoch.

    Args:
        codes: Genotypes as `space.to_codes` packs them, shape (n, 2, 8, 2).

    Returns:
        Points of accuracy, 0 or more, shape (n, 98); between the epochs that were fitted on a straight line.
    """
    fitted = weights()
    edges = edge_terms(codes)
    parts = fitted.components_intercept + fitted.components_edges[:, edges].sum(axis=2).T
    # an integer product, not a matrix product of floats: its last digit does not depend on the processor
    behind = np.maximum(fitted.behind + parts @ fitted.components / POINT, 0) / POINT
    after = np.clip(np.searchsorted(fitted.epochs, np.arange(1, EPOCHS + 1)), 1, len(fitted.epochs) - 1)
    start, end = fitted.epochs[after - 1], fitted.epochs[after]
    share = (np.arange(1, EPOCHS + 1) - start) / (end - start)
    points: NDArray[np.float64] = behind[:, after - 1] * (1 - share) + behind[:, after] * share
    return points
