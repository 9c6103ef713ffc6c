"""Expected accuracy and runtime of a training: sums over the terms of an architecture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nb301.truth.emulation.terms import beyond_free, edge_terms, terms
from nb301.truth.emulation.weights import POINT, SECOND, weights


def additive_accuracy(codes: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Validation accuracy in percent, before it nears its ceiling.

    Args:
        codes: Genotypes as `space.to_codes` packs them, shape (n, 2, 8, 2).

    Returns:
        Percent, shape (n,): equal for isomorphic genotypes, and in any batch.
    """
    fitted = weights()
    # products of integers: exact, and none of BLAS
    total = fitted.intercept + beyond_free(codes) @ fitted.beyond_free
    for kind, numbers in terms(codes).items():
        total += fitted.terms[kind].take(numbers).sum(axis=1)
    percent: NDArray[np.float64] = total / POINT
    return percent


def median_seconds(codes: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Runtime of one whole training, seconds, shape (n,)."""
    fitted = weights()
    seconds: NDArray[np.float64] = (
        fitted.runtime + fitted.runtime_edges.take(edge_terms(codes)).sum(axis=1)
    ) / SECOND
    return seconds
