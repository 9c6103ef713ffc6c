"""Inference: intervals, and one comparison for ranks, ties and pairs, from runs that are paired by seed.

All functions take arrays whose last axis is seeds. Releases are fixed effects: they are averaged over
before, and never resampled, since a handful of related surrogates is no sample of tasks. Errors of the
surrogates themselves are in none of these intervals.

Results are equal to the last bit on every processor (see `nb301.exact`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

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
#: Of the generator that chooses them.
BOOTSTRAP_SEED = 301
#: Beyond so many pairs in the core set Bonferroni's bound takes the place of resampling.
MANY_PAIRS = 5000
#: Seeds below which nobody is told apart from anybody: of fewer the spread of differences is not known well
#: enough for a studentized statistic to keep its level.
FEWEST_SEEDS = 10
#: Means of so many values are normal whatever the values are: there is nothing to resample.
MANY_VALUES = 1000
#: Rows that are resampled at once, which bounds the memory.
_CHUNK = 1000
#: Differences below are rounding: scores and errors are percent.
ROUNDING = 1e-9
#: A resample's spread is rounding, too, where it is at most this share of the largest deviation of a value:
#: what is resampled is rounded, see `_few_bits`.
NEGLIGIBLE = 1e-5
#: Digits that scipy's quantiles are rounded to: their last ones depend on the processor.
_QUANTILE_DIGITS = 10
#: Bits that are kept of values before they are multiplied by the numbers of a resample.
_RESAMPLED_BITS = 40


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
    if n >= MANY_VALUES:
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
    return np.where(error[:, None] > ROUNDING, ends, mean[:, None])


@dataclass(frozen=True, slots=True)
class Compared:
    """Each two of k entries, all told apart by one maximum statistic; arrays have shape (pairs,).

    Pairs are in the order of `numpy.triu_indices(k, 1)`. Two entries are told apart where their simultaneous
    interval leaves zero out, where `p` is at most `ALPHA`, and where one is certainly above the other in
    rank: these say the same.
    """

    #: Mean differences, the first entry minus the second; NaN where no release counts for both.
    mean: Array
    #: Simultaneous intervals of level `LEVEL`; infinite where seeds are too few.
    low: Array
    high: Array
    #: The share of resamples in which any pair of its family deviates as far: corrected for all of them.
    p: Array
    #: How many standard errors a difference has to be away from zero; infinite where seeds are too few.
    critical: Array
    #: Which entries are of the core set, shape (k,).
    core: NDArray[np.bool_]

    @property
    def signs(self) -> NDArray[np.int64]:
        """1 where the first entry is above, -1 where it is below, 0 where that is open."""
        return (self.low > 0).astype(np.int64) - (self.high < 0)

    def ranks(self) -> list[tuple[int, int]]:
        """Ranks that the data allow for each entry, 1 for the highest mean, all together at level `LEVEL`.

        They are those among the core set and itself, so that further entries make nobody's wider
        (Mogstad et al., 2024).
        """
        first, second = np.triu_indices(len(self.core), 1)
        above, below = np.zeros((2, len(self.core)), dtype=int)
        for one, other, signs in ((first, second, self.signs), (second, first, -self.signs)):
            counts = self.core[other]
            np.add.at(above, one[counts], signs[counts] < 0)
            np.add.at(below, one[counts], signs[counts] > 0)
        last = self.core.sum() + ~self.core - below
        return list(zip((1 + above).tolist(), last.tolist(), strict=True))


def compare(scores: Array, core: NDArray[np.bool_] | None = None) -> Compared:
    """Compare entries, each two on the releases that count for both.

    A bootstrap-t maximum statistic over the pairs of the core set (Romano and Wolf, 2005). A pair with
    entries outside of it is judged together with the core set's and theirs, and changes no other pair.

    Args:
        scores: Shape (k, releases, n), NaN where an entry does not count.
        core: Which entries are of the core set, named before they ran, shape (k,); all by default.
    """
    k = len(scores)
    core = np.ones(k, dtype=bool) if core is None or core.sum() < 2 else core
    differences = paired_differences(scores)
    mean, error = _mean_and_error(differences)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.where(error > ROUNDING, mean / error, np.where(np.abs(mean) > ROUNDING, mean * np.inf, 0.0))
    critical, p = _judged(differences, np.abs(t), core)
    with np.errstate(invalid="ignore"):
        # equal differences have a point for an interval, whatever the critical value is
        reach = np.where((error > ROUNDING) | np.isinf(critical), critical * np.maximum(error, ROUNDING), 0)
    return Compared(mean, mean - reach, mean + reach, p, critical, core)


def _judged(differences: Array, t: Array, core: NDArray[np.bool_]) -> tuple[Array, Array]:
    """Critical values and corrected p-values of pairs with their absolute t, shape (pairs,) each."""
    critical, p = np.full(len(t), np.inf), np.ones(len(t))
    n, comparable = differences.shape[1], ~np.isnan(t)
    if n < FEWEST_SEEDS:
        return critical, p
    first, second = np.triu_indices(len(core), 1)
    guests = (~core[first]).astype(int) + ~core[second]
    of_core = comparable & (guests == 0)
    left, statements = comparable, int(comparable.sum())
    if of_core.sum() <= MANY_PAIRS:
        largest = _largest_t(differences[of_core])
        critical[of_core], p[of_core] = _by_resamples(largest, t[of_core])
        for guest in np.flatnonzero(~core):
            own = comparable & (guests == 1) & ((first == guest) | (second == guest))
            with_own = np.maximum(largest, _largest_t(differences[own]))
            critical[own], p[own] = _by_resamples(with_own, t[own])
        left, statements = comparable & (guests == 2), math.comb(int(core.sum()) + 2, 2)
    # two outside of the core set, or too many in it: Bonferroni's bound takes the place of resampling
    critical[left] = _quantile(student.isf(ALPHA / 2 / max(statements, 1), n - 1))
    tails = np.round(student.sf(t[left], n - 1), _QUANTILE_DIGITS)
    p[left] = np.minimum(1.0, 2 * statements * tails)
    return critical, p


def _largest_t(differences: Array) -> Array:
    """The largest absolute deviation of any row in each resample, shape (draws,); 0 of no rows."""
    largest = np.zeros(DRAWS)
    for resampled in _resampled_t(differences):
        largest = np.maximum(largest, np.abs(resampled).max(axis=0))
    return largest


def _by_resamples(largest: Array, t: Array) -> tuple[float, Array]:
    """The critical value, and the share of resamples that deviate as far as each t."""
    ordered = np.sort(largest)
    critical = float(np.quantile(ordered, LEVEL, method="inverted_cdf"))
    return critical, 1 - np.searchsorted(ordered, t, side="left") / len(ordered)


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


def tie_groups(apart: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Longest runs of neighbours in the ranking of which no two are told apart.

    Args:
        apart: Whether entries in ranking order are told apart, shape (k, k).

    Returns:
        First and last position of each group, from 0; every position is in one at least.
    """
    groups: list[tuple[int, int]] = []
    last = 0
    for first in range(len(apart)):
        # whoever is in no group with this one is in none with the next
        last = max(first, last)
        while last + 1 < len(apart) and not apart[first : last + 1, last + 1].any():
            last += 1
        if not groups or last > groups[-1][1]:
            groups.append((first, last))
    return groups


def seeds_needed(differences: Array, critical: float) -> int | None:
    """Seeds with which a pair would be told apart with probability `POWER`.

    Args:
        differences: Of the pair, shape (n,): their mean and spread are taken for the true ones.
        critical: How many standard errors it has to be away from zero, see `Compared`.

    Returns:
        `FEWEST_SEEDS` at least; None where means are equal, or the critical value is not known.
    """
    mean, error = _mean_and_error(differences[None])
    if len(differences) < 2 or not abs(mean[0]) > ROUNDING or not math.isfinite(critical):
        return None
    effect = abs(float(mean[0])) / max(float(error[0]) * math.sqrt(len(differences)), ROUNDING)
    # the second term makes up for the spread that is estimated, too (Guenther, 1981)
    reach = (critical + _quantile(norm.isf(1 - POWER))) / effect
    return max(FEWEST_SEEDS, math.ceil(reach * reach + critical * critical / 2))


def _quantile(value: float) -> float:
    return round(float(value), _QUANTILE_DIGITS)


@cache
def _counts(n: int) -> NDArray[np.float64]:
    """How often each of `n` seeds is in each resample, shape (n, draws): equal in every call."""
    # integers, whose draws no logarithm decides, as it does those of a multinomial distribution
    chosen = np.random.default_rng(BOOTSTRAP_SEED).integers(n, size=(DRAWS, n))
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
        largest = np.abs(centred).max(axis=1, keepdims=True)
        with np.errstate(divide="ignore", invalid="ignore"):
            # all that can be said of equal values is whether they deviate
            spread = error > np.maximum(ROUNDING, NEGLIGIBLE * largest)
            t: Array = np.where(spread, mean / error, np.sign(mean) * np.inf)
        yield np.where(np.abs(mean) > ROUNDING, t, 0.0)


def _few_bits(rows: Array) -> Array:
    """Rows, rounded so that sums of them times small integers are exact, and equal in whatever order."""
    _, power = np.frexp(np.abs(rows).max(axis=1, keepdims=True))
    rounded: Array = np.ldexp(np.rint(np.ldexp(rows, _RESAMPLED_BITS - power)), power - _RESAMPLED_BITS)
    return rounded
