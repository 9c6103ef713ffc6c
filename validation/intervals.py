"""Bootstrap and binomial intervals: pure functions of arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta
from scipy.stats import t as student

Array = NDArray[np.float64]
Rows = NDArray[np.intp]
#: One number for how large absolute values are: `np.mean`, `np.max`, or another norm.
Norm = Callable[[Array], Any]


class Interval(NamedTuple):
    """A closed interval; both ends NaN where it is undefined, as where a resample has no value."""

    low: float
    high: float


UNDEFINED = Interval(float("nan"), float("nan"))


@dataclass(frozen=True, slots=True)
class Bootstrap:
    """How intervals are made; a report names all of it.

    Args:
        resamples: Their number.
        level: Share of resamples inside the interval, 0..1.
        seed: Of the generator: equal data give equal intervals, and statistics of one set of rows
            are resampled alike.
    """

    resamples: int = 2000
    level: float = 0.95
    seed: int = 301


#: How every interval of a report is made.
BOOTSTRAP = Bootstrap()


def bootstrap_interval(
    statistic: Callable[..., float], *strata: int, bootstrap: Bootstrap = BOOTSTRAP
) -> Interval:
    """Percentile bootstrap interval (Efron and Tibshirani 1993, sections 13.3 and 15.3).

    Rows are drawn one by one, though a test split has an architecture twice now and then; a fit is not
    repeated, so the interval is that of one fitted model over the draw of its test rows.

    It is undefined where it does not contain the statistic of the rows themselves: resamples then lie off
    what was measured, as those of a maximum of equals do, and say nothing about how far off the truth is.

    Args:
        statistic: A function of one array of row numbers for each stratum; NaN where it is undefined. Of
            distances, which resampling makes larger, see `distance_interval`.
        strata: Rows of each stratum, which are resampled among themselves.
        bootstrap: Number of resamples, level and seed.
    """
    measured = statistic(*map(np.arange, strata))
    values = np.array([statistic(*rows) for rows in _resamples(strata, bootstrap)])
    # the order of rows is no part of a statistic, but of its last digits
    values[np.isclose(values, measured, rtol=1e-12, atol=0)] = measured
    tail = (1 - bootstrap.level) / 2
    low, high = np.quantile(values, [tail, 1 - tail])
    return Interval(float(low), float(high)) if low <= measured <= high else UNDEFINED


def of_groups(statistic: Callable[[Rows], float], groups: Sequence[Rows]) -> Callable[[Rows], float]:
    """A statistic of rows as one of groups of rows, to be resampled whole (Davison and Hinkley 1997, 3.8).

    Rows of a group are alike: resampled one by one they claim to know more than they do.

    Args:
        statistic: A function of an array of row numbers.
        groups: Disjoint arrays of row numbers.

    Returns:
        A function of an array of numbers of groups; it gives rows in their order.
    """
    return lambda chosen: statistic(np.sort(np.concatenate([groups[number] for number in chosen])))


def distance_interval(
    difference: Callable[..., Array],
    *strata: int,
    norm: Norm = np.mean,
    bootstrap: Bootstrap = BOOTSTRAP,
) -> Interval:
    """Interval of a distance: of a norm of a difference, such as the mean absolute one of two mean curves.

    Noise makes any distance larger, and resampling adds to it once more, so that percentiles of resampled
    distances lie too high: with five runs a side they contained 0 % of the true distances of two curves, and
    three times in fifty not even the measured one. But the distances of two differences from zero are no
    farther apart than the differences are from each other. So the radius is the distance that resampled
    differences keep from the measured one: the interval contains the measured distance, and the true one at
    least as often as it says (99 % in the same simulation, 95 % where the difference is one number).

    Args:
        difference: A function as in `bootstrap_interval` that gives an array of any length, or a number.
        strata: As there; resamples of `n` rows vary as if there were `n / (n - 1)` times as many, which the
            radius makes good (Hesterberg 2015, section 4.2), so a single row leaves the interval undefined.
        norm: Of absolute values.
        bootstrap: As there.
    """
    measured = np.asarray(difference(*map(np.arange, strata)))
    moved = [norm(np.abs(np.asarray(difference(*rows)) - measured)) for rows in _resamples(strata, bootstrap)]
    fewest = min(strata)
    if fewest < 2:
        return UNDEFINED
    distance = float(norm(np.abs(measured)))
    radius = float(np.quantile(moved, bootstrap.level)) * (fewest / (fewest - 1)) ** 0.5
    return Interval(max(0.0, distance - radius), distance + radius)


def binomial_interval(successes: int, n: int, level: float = BOOTSTRAP.level) -> Interval:
    """Interval of a probability that holds it at least as often as its level says (Clopper and Pearson 1934).

    Args:
        successes: Of independent trials.
        n: Trials, at least one.
        level: Probability that the interval contains that of a success.
    """
    tail = (1 - level) / 2
    low = beta.ppf(tail, successes, n - successes + 1) if successes else 0.0
    high = beta.ppf(1 - tail, successes + 1, n - successes) if successes < n else 1.0
    return Interval(float(low), float(high))


def mean_interval(values: Array, level: float = BOOTSTRAP.level) -> Interval:
    """Interval of a mean by Student's t; undefined for fewer than two values.

    Args:
        values: Independent of each other, shape (n,).
        level: Probability that the interval contains the expectation.
    """
    n = len(values)
    if n < 2:
        return UNDEFINED
    radius = float(student.ppf((1 + level) / 2, n - 1) * values.std(ddof=1) / n**0.5)
    return Interval(float(values.mean()) - radius, float(values.mean()) + radius)


def simultaneous_band(values: Array, bootstrap: Bootstrap = BOOTSTRAP) -> tuple[Array, Array]:
    """Lower and upper ends of intervals of several means that contain all expectations at once.

    A bootstrap of the largest studentized distance (Romano and Wolf 2005): unlike intervals for each mean,
    of which one in twenty may miss, the band as a whole misses one time in twenty.

    Args:
        values: Shape (n, means); rows are independent of each other.
        bootstrap: Number of resamples, level and seed.

    Returns:
        Shape (means,) each.
    """
    n, mean = len(values), values.mean(axis=0)
    error = values.std(axis=0, ddof=1) / n**0.5
    largest = []
    for (rows,) in _resamples([n], bootstrap):
        resampled = values[rows]
        spread = resampled.std(axis=0, ddof=1) / n**0.5
        moved = np.abs(resampled.mean(axis=0) - mean)
        largest.append(np.divide(moved, spread, out=np.zeros_like(moved), where=spread > 0).max())
    reach = float(np.quantile(largest, bootstrap.level)) * error
    return mean - reach, mean + reach


def _resamples(strata: Sequence[int], bootstrap: Bootstrap) -> Iterator[list[Rows]]:
    rng = np.random.default_rng(bootstrap.seed)
    for _ in range(bootstrap.resamples):
        yield [rng.integers(n, size=n) for n in strata]
