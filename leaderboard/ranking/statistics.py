"""Inference: intervals, tests and rank intervals from runs that are paired by seed.

All functions take arrays whose last axis is seeds. Releases are fixed effects: they are averaged over
before, and never resampled, since a handful of related surrogates is no sample of tasks. Errors of the
surrogates themselves are in none of these intervals.

Results are equal to the last bit on every processor (see `nb301.exact`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import count

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm
from scipy.stats import t as student

from nb301 import exact

Array = NDArray[np.float64]

#: Level of all intervals, and what tests are held against.
LEVEL = 0.95
ALPHA = 1 - LEVEL
#: Probability with which `seeds_needed` separates a pair.
POWER = 0.8
#: Resamples of seeds.
DRAWS = 10_000
_BOOTSTRAP_SEED = 301
#: Beyond so many statements at once Bonferroni's bound takes the place of resampling: hundreds of entries
#: make hundreds of thousands of pairs.
MANY_ROWS = 5000
#: Means of so many values are normal whatever the values are: there is nothing to resample.
_MANY_VALUES = 1000
#: Rows that are resampled at once, which bounds the memory.
_CHUNK = 1000
#: Differences below are rounding: scores and errors are percent.
_ROUNDING = 1e-9
#: Digits that scipy's quantiles are rounded to: their last ones depend on the processor.
_QUANTILE_DIGITS = 10
#: Bits that are kept of values before they are multiplied by the numbers of a resample.
_RESAMPLED_BITS = 40
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
    return estimates(values[None])[0]


def estimates(values: Array) -> list[Estimate]:
    """Means and intervals of values over seeds, shape (k, n)."""
    low, high = intervals(values).T.tolist()
    return list(map(Estimate, exact.mean(values).tolist(), low, high))


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
    n = values.shape[1]
    if n >= _MANY_VALUES:
        reach = _quantile(student.isf(ALPHA / 2, n - 1)) * error
        return np.stack([mean - reach, mean + reach], axis=1)
    ends_of_t = [ALPHA / 2, 1 - ALPHA / 2]
    chunks = [np.quantile(t, ends_of_t, axis=1, method="inverted_cdf") for t in _resampled_t(values)]
    low, high = np.concatenate([np.empty((2, 0)), *chunks], axis=1)
    with np.errstate(invalid="ignore"):
        ends = np.stack([mean - high * error, mean - low * error], axis=1)
    if n < 2:
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
    compared = differences[comparable]
    mean, error = _mean_and_error(compared)
    if len(compared) > MANY_ROWS:
        critical = _quantile(student.isf(ALPHA / 2 / len(compared), compared.shape[1] - 1))
    else:
        # the largest of all at once: Mogstad et al. (2024), whose rank intervals this gives
        largest = np.max([np.abs(t).max(axis=0) for t in _resampled_t(compared)], axis=0)
        critical = float(np.quantile(largest, LEVEL, method="inverted_cdf"))
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.where(error > _ROUNDING, mean / error, np.where(np.abs(mean) > _ROUNDING, mean * np.inf, 0.0))
    signs[comparable] = np.sign(t) * (np.abs(t) > critical)
    return signs


def rank_intervals(scores: Array) -> list[tuple[int, int]]:
    """Ranks that the data allow for each entry, 1 for the highest mean, all together at level `LEVEL`.

    Args:
        scores: Shape (k, releases, n), NaN where an entry does not count. Two entries are compared on
            the releases that count for both.

    Returns:
        First and last possible rank of each of the k entries.
    """
    k = len(scores)
    above, below = np.zeros((2, k), dtype=int)
    if k > 1:
        signs = separated(paired_differences(scores))
        first, second = np.triu_indices(k, 1)
        np.add.at(above, np.where(signs > 0, second, first), signs != 0)
        np.add.at(below, np.where(signs > 0, first, second), signs != 0)
    return list(zip((1 + above).tolist(), (k - below).tolist(), strict=True))


def paired_differences(scores: Array) -> Array:
    """Differences of each pair's means over the releases that count for both, for each seed.

    Args:
        scores: Shape (k, releases, n); a row of NaN does not count.

    Returns:
        Entry i minus entry j for i < j, in the order of `numpy.triu_indices(k, 1)`, shape (pairs, n);
        NaN where no release counts for both.
    """
    first, second = np.triu_indices(len(scores), 1)
    differences = np.empty((len(first), scores.shape[2]))
    for start in range(0, len(first), _CHUNK):
        rows = slice(start, start + _CHUNK)
        difference = scores[first[rows]] - scores[second[rows]]
        common = ~np.isnan(difference).any(axis=2, keepdims=True)
        with np.errstate(invalid="ignore"):
            differences[rows] = exact.total(np.where(common, difference, 0.0), axis=1) / common.sum(axis=1)
    return differences


def signed_rank_p(differences: Array) -> Array:
    """Two-sided p-values of Wilcoxon's signed-rank test; 1 where nothing differs or can be compared.

    Exact: the share of all choices of signs that are as far from even, or farther. Differences of zero are
    left out, and equal ones share their mean rank.

    Args:
        differences: Shape (k, n).

    Returns:
        Shape (k,).
    """
    tested = np.nan_to_num(np.where(np.abs(differences) > _ROUNDING, differences, 0.0))
    sizes = np.sort(np.abs(tested), axis=1)
    is_plain = (np.diff(sizes, axis=1, prepend=0.0) > _ROUNDING).all(axis=1)
    p_values = np.empty(len(tested))
    # without ties and zeros all rows have the ranks 1..n, and one distribution of their sums
    plain = tested[is_plain]
    order = np.argsort(np.abs(plain), axis=1, kind="stable")
    doubled = 2 * np.argsort(order, axis=1, kind="stable") + 2
    all_ranks = range(2, 2 * tested.shape[1] + 1, 2)
    p_values[is_plain] = _p_of_ranks(all_ranks, (doubled * (plain > 0)).sum(axis=1))
    for row in np.flatnonzero(~is_plain):
        values = tested[row][tested[row] != 0]
        doubled = _doubled_ranks(np.abs(values))
        p_values[row] = _p_of_ranks(doubled.tolist(), doubled[values > 0].sum())
    return p_values


def _doubled_ranks(sizes: Array) -> NDArray[np.int64]:
    """Twice the ranks of sizes, shape (n,); those that differ by rounding alone share their mean."""
    order = np.argsort(sizes, kind="stable")
    group = np.cumsum(np.diff(sizes[order], prepend=-np.inf) > _ROUNDING) - 1
    last = np.cumsum(np.bincount(group)) if len(sizes) else group
    first = np.append(1, last[:-1] + 1)
    doubled = np.empty(len(sizes), dtype=np.int64)
    doubled[order] = (first + last)[group]
    return doubled


def _p_of_ranks(ranks: Sequence[int], positive: NDArray[np.int64] | np.int64) -> Array:
    """Two-sided p-values of sums of the ranks of positive differences, of any shape."""
    at_most = _chances_of_sums(tuple(sorted(ranks)))
    return np.asarray(np.minimum(1.0, 2 * at_most[np.minimum(positive, sum(ranks) - positive)]))


@lru_cache(maxsize=64)
def _chances_of_sums(ranks: tuple[int, ...]) -> Array:
    """Chance of a sum of at most 0, 1, ... where each rank is added or not, shape (sum of ranks + 1,)."""
    chances = np.zeros(sum(ranks) + 1)
    chances[0] = 1.0
    for rank in ranks:
        halves = chances / 2
        chances = halves.copy()
        chances[rank:] += halves[:-rank]
    return np.cumsum(chances)


def holm(p_values: Array) -> Array:
    """Holm's correction of p-values, shape (k,), for all of them together, in their order."""
    order = np.argsort(p_values, kind="stable")
    raised = np.minimum(1.0, p_values[order] * np.arange(len(p_values), 0, -1))
    adjusted = np.empty(len(p_values))
    adjusted[order] = np.maximum.accumulate(raised)
    return adjusted


def tie_groups(p_values: Array) -> list[tuple[int, int]]:
    """Longest runs of neighbours in the ranking of which no two are told apart.

    Args:
        p_values: Corrected, of each pair of entries in ranking order, shape (k, k).

    Returns:
        First and last position of each group, from 0; every position is in one at least.
    """
    groups: list[tuple[int, int]] = []
    last = 0
    for first in range(len(p_values)):
        # whoever is in no group with this one is in none with the next
        last = max(first, last)
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
    fewest = next(n for n in count(1) if smallest_p(n) <= alpha)
    critical = _quantile(norm.isf(alpha / 2))
    effect = abs(float(mean[0])) / max(float(error[0]) * math.sqrt(len(differences)), _ROUNDING)
    # the second term makes up for the spread that is estimated, too (Guenther, 1981)
    reach = (critical + _quantile(norm.isf(1 - POWER))) / effect
    return max(fewest, math.ceil(reach * reach / _EFFICIENCY + critical * critical / 2))


def _quantile(value: float) -> float:
    return round(float(value), _QUANTILE_DIGITS)


@cache
def _counts(n: int) -> NDArray[np.float64]:
    """How often each of `n` seeds is in each resample, shape (n, draws): equal in every call."""
    # integers, whose draws no logarithm decides, as it does those of a multinomial distribution
    chosen = np.random.default_rng(_BOOTSTRAP_SEED).integers(n, size=(DRAWS, n))
    numbered = chosen + n * np.arange(DRAWS)[:, None]
    return np.bincount(numbered.ravel(), minlength=n * DRAWS).reshape(DRAWS, n).T.astype(np.float64)


def _mean_and_error(values: Array) -> tuple[Array, Array]:
    """Means and their standard errors over seeds, each of shape (k,)."""
    n, mean = values.shape[1], exact.mean(values)
    if n < 2:
        return mean, np.full(len(values), np.inf)
    centred = values - mean[:, None]
    return mean, np.sqrt(exact.total(centred * centred) / (n - 1) / n)


def _resampled_t(values: Array) -> Iterator[Array]:
    """Each resample's deviation from the mean in its own standard errors, shape (rows, draws), by chunks."""
    n = values.shape[1]
    counts = _counts(n)
    for start in range(0, len(values), _CHUNK):
        rows = values[start : start + _CHUNK]
        centred = rows - exact.mean(rows)[:, None]
        mean = _few_bits(centred) @ counts / n
        square = _few_bits(centred * centred) @ counts / n
        error = np.sqrt(np.maximum(square - mean * mean, 0.0) / max(n - 1, 1))
        with np.errstate(divide="ignore", invalid="ignore"):
            # all that can be said of equal values is whether they deviate
            t: Array = np.where(error > _ROUNDING, mean / error, np.sign(mean) * np.inf)
        yield np.where(np.abs(mean) > _ROUNDING, t, 0.0)


def _few_bits(rows: Array) -> Array:
    """Rows, rounded so that sums of them times small integers are exact, and equal in whatever order."""
    _, power = np.frexp(np.abs(rows).max(axis=1, keepdims=True))
    rounded: Array = np.ldexp(np.rint(np.ldexp(rows, _RESAMPLED_BITS - power)), power - _RESAMPLED_BITS)
    return rounded
