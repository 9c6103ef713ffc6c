"""From how many training rows on a surrogate beats a table of single trainings (Section 2, Figure 1)."""

from __future__ import annotations

from functools import cache
from typing import Annotated

import numpy as np

from validation.fits import FirstRows, PlannedFit
from validation.intervals import Array
from validation.measures.base import Measured, one_of, over_rows, refitted, trained_repeatedly
from validation.measures.registry import register
from validation.subject import Subject

#: Rows that models are fitted to, training and validation together.
SIZES = (500, 1000, 2000, 5000, 10_000, 20_000, 40_000)


def _all_sizes(_subject: Subject, **_parameters: object) -> list[PlannedFit]:
    return [PlannedFit(FirstRows(size)) for size in SIZES]


@register(_all_sizes)
def gain_over_table(subject: Subject, rows: Annotated[int, one_of(SIZES)]) -> Measured:
    """Mean absolute error of a table of single trainings minus that of models of so many rows, fraction.

    Beside it the number of rows from which on the models are better, interpolated in its logarithm.
    """
    table, surrogate = errors(subject)
    gain = table - surrogate[SIZES.index(rows)]
    means = table.mean() - surrogate.mean(axis=1)
    return over_rows(lambda r: float(gain[r].mean()), len(gain), crossing=_crossing(means))


@cache
def errors(subject: Subject) -> tuple[Array, Array]:
    """Absolute errors, fractions: of looking up seed 1, shape (n,), and of models, shape (sizes, n).

    The `n` architectures were trained with five seeds, the truth is the mean of the last four, and no
    model has seen any of them.
    """
    genotypes, runs = trained_repeatedly(subject)
    truth = runs[:, 1:].mean(axis=1)
    predicted = [refitted(subject, FirstRows(size)).predict(genotypes)[0] for size in SIZES]
    return np.abs(runs[:, 0] - truth), np.abs(np.stack(predicted) - truth)


def _crossing(gains: Array) -> float:
    """Rows where the gain becomes positive for good; NaN where it does not."""
    worse = np.flatnonzero(gains < 0)
    if not len(worse):
        return float(SIZES[0])
    last = worse[-1]
    if last == len(gains) - 1:
        return float("nan")
    share = -gains[last] / (gains[last + 1] - gains[last])
    low, high = np.log(SIZES[last]), np.log(SIZES[last + 1])
    return float(np.exp(low + share * (high - low)))
