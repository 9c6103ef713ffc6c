"""The statistics that claims are written in: pure functions of arrays of accuracies (fractions).

They are equal to the last bit on every processor: releases are hashed with them in their manifests.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nb301 import exact
from nb301.extras import require

Array = NDArray[np.float64]


def r2(truth: Array, predicted: Array) -> float:
    """Coefficient of determination (Section 4.2): share of the truth's variance that is explained.

    Args:
        truth: Shape (n,), n >= 2.
        predicted: Shape (n,).

    Returns:
        At most 1; NaN where the truth is constant.
    """
    truth, predicted = _pair(truth, predicted)
    if np.ptp(truth) == 0:
        return float("nan")
    unexplained, spread = truth - predicted, truth - exact.mean(truth)
    return float(1 - exact.total(unexplained * unexplained) / exact.total(spread * spread))


def kendall_tau(truth: Array, predicted: Array) -> float:
    """Kendall's tau-b, shape (n,) each; NaN where one side is constant.

    Args:
        truth: Shape (n,).
        predicted: Shape (n,).
    """
    require("scipy.stats", "tables")
    from scipy.stats import kendalltau

    truth, predicted = _pair(truth, predicted)
    return float(kendalltau(truth, predicted).statistic)


def sparse_kendall_tau(truth: Array, predicted: Array) -> float:
    """Kendall's tau-b with predictions rounded to 0.1 % accuracy (sKT, Section 4.2).

    Rounding turns differences below the noise of the data into ties, so that ordering noise earns
    nothing. The truth is not rounded (official_facts F24).

    Args:
        truth: Fractions, shape (n,).
        predicted: Fractions, shape (n,).

    Returns:
        In [-1, 1]; NaN where one side is constant after rounding.
    """
    rounded: Array = np.asarray(predicted, dtype=np.float64).round(3)
    return kendall_tau(truth, rounded)


def spearman(truth: Array, predicted: Array) -> float:
    """Spearman's rank correlation, shape (n,) each; NaN where one side is constant.

    Args:
        truth: Shape (n,).
        predicted: Shape (n,).
    """
    require("scipy.stats", "tables")
    from scipy.stats import rankdata

    truth, predicted = _pair(truth, predicted)
    if np.ptp(truth) == 0 or np.ptp(predicted) == 0:
        return float("nan")
    # not scipy's, which multiplies matrices; these are halves and quarters, whose sums are exact
    one, other = (rankdata(values) - (len(values) + 1) / 2 for values in (truth, predicted))
    return float(exact.total(one * other) / np.sqrt(exact.total(one * one) * exact.total(other * other)))


def mean_absolute_error(truth: Array, predicted: Array) -> float:
    """Mean of |truth - predicted|, in the unit of both; shape (n,) each.

    Args:
        truth: Shape (n,).
        predicted: Shape (n,).
    """
    truth, predicted = _pair(truth, predicted)
    return float(exact.mean(np.abs(truth - predicted)))


def gaussian_kl(truth_mean: Array, truth_std: Array, mean: Array, std: Array) -> Array:
    """Kullback-Leibler divergence of a predicted normal distribution from the true one (Section 4.4).

    That is KL(truth || prediction), the only direction that can reach Table 5's values
    (official_facts F25). It has no unit: percent and fractions give the same.

    Args:
        truth_mean: Shape (n,).
        truth_std: In the unit of the means, above 0, shape (n,).
        mean: Predicted, shape (n,).
        std: Predicted, above 0, shape (n,).

    Returns:
        Nats, at least 0, shape (n,).

    Raises:
        ValueError: A std is not positive: the divergence is infinite or undefined.
    """
    stds = np.concatenate([np.ravel(truth_std), np.ravel(std)])
    if not (stds > 0).all():
        raise ValueError(f"a standard deviation is {stds.min()}, expected more than 0")
    variances = (truth_std**2 + (truth_mean - mean) ** 2) / std**2
    divergence: Array = exact.log(std / truth_std) + (variances - 1) / 2
    return divergence


def _pair(truth: Array, predicted: Array) -> tuple[Array, Array]:
    truth, predicted = np.asarray(truth, dtype=np.float64), np.asarray(predicted, dtype=np.float64)
    if truth.shape != predicted.shape or truth.ndim != 1 or len(truth) < 2:
        raise ValueError(
            f"expected two arrays of one shape (n,) with n >= 2, got {truth.shape} and {predicted.shape}"
        )
    if not (np.isfinite(truth).all() and np.isfinite(predicted).all()):
        raise ValueError("expected finite numbers, got NaN or infinity")
    return truth, predicted
