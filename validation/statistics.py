"""Bootstrap intervals: pure functions of arrays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Rows = NDArray[np.intp]


class Interval(NamedTuple):
    """A closed interval; both ends NaN where a resample has no value."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Bootstrap:
    """How intervals are made; a report names all of it.

    Args:
        resamples: Their number.
        level: Share of resamples inside the interval, 0..1.
        seed: Of the generator: equal data give equal intervals, and statistics of one set of rows
            are resampled alike.
    """

    resamples: int = 500
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

    Args:
        statistic: A function of one array of row numbers for each stratum; NaN where it is undefined.
        strata: Rows of each stratum, which are resampled among themselves.
        bootstrap: Number of resamples, level and seed.
    """
    rng = np.random.default_rng(bootstrap.seed)
    values = np.array(
        [statistic(*(rng.integers(n, size=n) for n in strata)) for _ in range(bootstrap.resamples)]
    )
    tail = (1 - bootstrap.level) / 2
    low, high = np.quantile(values, [tail, 1 - tail])
    return Interval(float(low), float(high))
