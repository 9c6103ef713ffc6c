"""Bootstrap intervals: pure functions of arrays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


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

    resamples: int = 1000
    level: float = 0.95
    seed: int = 301


def bootstrap_interval(
    statistic: Callable[[Array, Array], float], truth: Array, predicted: Array, bootstrap: Bootstrap
) -> Interval:
    """Percentile bootstrap interval of a statistic of pairs (Efron and Tibshirani 1993, section 13.3).

    Rows are drawn one by one, though a test split has an architecture twice now and then; the fit is
    not repeated, so the interval is that of one fitted model over the draw of its test rows.

    Args:
        statistic: A function of two arrays of shape (n,); NaN where it is undefined.
        truth: Shape (n,).
        predicted: Shape (n,).
        bootstrap: Number of resamples, level and seed.
    """
    rng = np.random.default_rng(bootstrap.seed)
    resamples = rng.integers(len(truth), size=(bootstrap.resamples, len(truth)))
    values = np.array([statistic(truth[rows], predicted[rows]) for rows in resamples])
    tail = (1 - bootstrap.level) / 2
    low, high = np.quantile(values, [tail, 1 - tail])
    return Interval(float(low), float(high))
