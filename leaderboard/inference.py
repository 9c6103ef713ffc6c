"""Inference: intervals, tests and rank intervals from runs that are paired by seed.

Everything takes arrays whose last axis is seeds. Releases are fixed effects: they are averaged over
before, and never resampled, since a handful of related surrogates is no sample of tasks. What the
surrogates themselves get wrong is in none of these intervals.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm, wilcoxon

Array = NDArray[np.float64]

#: Level of all intervals, and what tests are held against.
LEVEL = 0.95
ALPHA = 1 - LEVEL
#: Probability with which `seeds_needed` separates a pair.
POWER = 0.8
_DRAWS, _BOOTSTRAP_SEED = 10_000, 301
#: Differences below are rounding: scores and errors are percent.
_ROUNDING = 1e-9
#: A signed-rank test is nearly as good as a t test on normal differences: 3 / pi.
_EFFICIENCY = 3 / math.pi


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over seeds with its interval of level `LEVEL`; infinite where seeds are too few."""

    value: float
    low: float
    high: float


def estimate(values: Array) -> Estimate:
    """Mean and interval of values over seeds, shape (n,)."""
    low, high = intervals(values[None])[0].tolist()
    return Estimate(float(values.mean()), low, high)


def intervals(values: Array) -> Array:
    """Bootstrap-t intervals of means, level `LEVEL`.

    Each resample of seeds is shared by all rows; the studentized form keeps its coverage with few
    seeds and skewed values, where percentile intervals are too short.

    Args:
        values: Shape (k, n).

    Returns:
        Low and high ends, shape (k, 2); infinite where seeds are too few to tell.
    """
    mean, error = _mean_and_error(values)
    t = _resampled_t(values)
    low, high = np.quantile(t, [ALPHA / 2, 1 - ALPHA / 2], axis=1, method="inverted_cdf")
    with np.errstate(invalid="ignore"):
        ends = np.stack([mean - high * error, mean - low * error], axis=1)
    if values.shape[1] < 2:
        return np.broadcast_to(np.array([-np.inf, np.inf]), ends.shape).copy()
    # equal values have a point for an interval, whatever the quantile is
    return np.where(error[:, None] > _ROUNDING, ends, mean[:, None])


def separated(differences: Array) -> NDArray[np.int64]:
    """Which differences are away from zero, all statements together at level `LEVEL`.

    Args:
        differences: Shape (k, n); rows of NaN are pairs that cannot be compared.

    Returns:
        1 where the mean is above zero, -1 where it is below, 0 where that is open, shape (k,).
    """
    signs = np.zeros(len(differences), dtype=np.int64)
    comparable = ~np.isnan(differences).any(axis=1)
    if differences.shape[1] < 2 or not comparable.any():
        return signs
    found = differences[comparable]
    mean, error = _mean_and_error(found)
    # the largest of all at once: Mogstad et al. (2024), whose rank intervals this gives
    largest = np.abs(_resampled_t(found)).max(axis=0)
    critical = np.quantile(largest, LEVEL, method="inverted_cdf")
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.where(error > _ROUNDING, mean / error, np.where(np.abs(mean) > _ROUNDING, mean * np.inf, 0.0))
    signs[comparable] = np.sign(t) * (np.abs(t) > critical)
    return signs


def rank_intervals(scores: Sequence[Array]) -> list[tuple[int, int]]:
    """Ranks that the data allow for each entry, 1 for the highest mean, all together at level `LEVEL`.

    Args:
        scores: For each entry, shape (releases, n), NaN where it does not count. Two entries are
            compared on the releases that count for both.

    Returns:
        First and last possible rank of each entry.
    """
    pairs = [(i, j) for i in range(len(scores)) for j in range(i + 1, len(scores))]
    if not pairs:
        return [(1, 1)] * len(scores)
    signs = separated(np.array([paired_difference(scores[i], scores[j]) for i, j in pairs]))
    above, below = np.zeros((2, len(scores)), dtype=int)
    for (i, j), sign in zip(pairs, signs, strict=True):
        if sign:
            better, worse = (i, j) if sign > 0 else (j, i)
            above[worse] += 1
            below[better] += 1
    return [(1 + int(a), len(scores) - int(b)) for a, b in zip(above, below, strict=True)]


def paired_difference(one: Array, other: Array) -> Array:
    """Mean difference over the releases that count for both, for each seed.

    Args:
        one: Shape (releases, n); a row of NaN does not count.
        other: The same of another entry.

    Returns:
        Shape (n,); NaN where no release counts for both.
    """
    difference = one - other
    common = ~np.isnan(difference).any(axis=1)
    if not common.any():
        return np.full(difference.shape[1], np.nan)
    mean: Array = difference[common].mean(axis=0)
    return mean


def signed_rank_p(differences: Array) -> float:
    """Two-sided p-value of Wilcoxon's signed-rank test, shape (n,); 1 where nothing differs."""
    different = differences[np.abs(differences) > _ROUNDING]
    if not different.size or np.isnan(different).any():
        return 1.0
    return float(wilcoxon(different).pvalue)


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's correction of p-values for all of them together, in their order."""
    adjusted = [0.0] * len(p_values)
    largest = 0.0
    for place, index in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        largest = max(largest, min(1.0, (len(p_values) - place) * p_values[index]))
        adjusted[index] = largest
    return adjusted


def tie_groups(p_values: Array) -> list[tuple[int, int]]:
    """Longest runs of neighbours in the ranking of which no two are told apart.

    Args:
        p_values: Corrected, of each pair of entries in ranking order, shape (k, k).

    Returns:
        First and last position of each group, from 0; every position is in one at least.
    """
    groups: list[tuple[int, int]] = []
    for first in range(len(p_values)):
        last = first
        while last + 1 < len(p_values) and (p_values[first : last + 1, last + 1] >= ALPHA).all():
            last += 1
        if not groups or last > groups[-1][1]:
            groups.append((first, last))
    return groups


def smallest_p(n: int) -> float:
    """Smallest two-sided p-value of a signed-rank test on `n` pairs."""
    return min(1.0, 2.0 ** (1 - n))


def seeds_needed(differences: Array, comparisons: int = 1) -> int | None:
    """Seeds with which a signed-rank test would separate a pair with probability `POWER`.

    Args:
        differences: Of the pair, shape (n,): their mean and spread are taken for the true ones.
        comparisons: Pairs that are tested together: the first step of Holm's correction.

    Returns:
        At least as many as can reach significance at all; None where means are equal, or unknown.
    """
    mean, error = _mean_and_error(differences[None])
    if len(differences) < 2 or not abs(mean[0]) > _ROUNDING:
        return None
    alpha = ALPHA / comparisons
    fewest = math.ceil(1 - math.log2(alpha))
    critical = float(norm.isf(alpha / 2))
    effect = abs(mean[0]) / max(error[0] * math.sqrt(len(differences)), _ROUNDING)
    # the second term makes up for the spread that is estimated, too (Guenther, 1981)
    needed = ((critical + float(norm.isf(1 - POWER))) / effect) ** 2 / _EFFICIENCY + critical**2 / 2
    return max(fewest, math.ceil(float(needed)))


@cache
def _counts(n: int) -> NDArray[np.float64]:
    """How often each of `n` seeds is in each resample, shape (n, draws): equal in every call."""
    rng = np.random.default_rng(_BOOTSTRAP_SEED)
    return rng.multinomial(n, [1 / n] * n, size=_DRAWS).T.astype(np.float64)


def _mean_and_error(values: Array) -> tuple[Array, Array]:
    """Means and their standard errors over seeds, each of shape (k,)."""
    n = values.shape[1]
    if n < 2:
        return values.mean(axis=1), np.full(len(values), np.inf)
    return values.mean(axis=1), values.std(axis=1, ddof=1) / math.sqrt(n)


def _resampled_t(values: Array) -> Array:
    """Each resample's deviation from the mean in its own standard errors, shape (k, draws)."""
    n = values.shape[1]
    centred = values - values.mean(axis=1, keepdims=True)
    counts = _counts(n)
    mean = centred @ counts / n
    error = np.sqrt(np.maximum(centred**2 @ counts / n - mean**2, 0.0) / max(n - 1, 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        # of equal values nothing can be said but that they deviate
        t: Array = np.where(error > _ROUNDING, mean / error, np.sign(mean) * np.inf)
    return np.where(np.abs(mean) > _ROUNDING, t, 0.0)
