"""What models predict that were fitted without some rows (Table 4, Appendices E.2 and E.3).

As in the paper these are single models, fitted on the training part and stopped on the validation part.
Intervals of one-shot methods' rows are over their searches.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from nb301.metrics import r2, sparse_kendall_tau
from nb301.space import Op
from validation.fits import NamedRows, PlannedFit, Without
from validation.intervals import Array, Rows
from validation.measures.base import (
    STATISTICS,
    Measured,
    Number,
    Source,
    Statistic,
    compare,
    observed,
    over_rows,
    over_searches,
    predicted_mean,
    rows_of,
    skips,
)
from validation.measures.registry import register
from validation.subject import Subject


def _without(_subject: Subject, name: str, **_parameters: object) -> list[PlannedFit]:
    return [PlannedFit(Without(name))]


def _above_92(_subject: Subject, **_parameters: object) -> list[PlannedFit]:
    return [PlannedFit(NamedRows.above_92)]


def _as_many_rows(_subject: Subject, **_parameters: object) -> list[PlannedFit]:
    return [PlannedFit(NamedRows.equal_size), PlannedFit(NamedRows.random_only)]


@register(_without)
def optimizer(subject: Subject, statistic: Statistic, name: Source) -> Measured:
    """A statistic over all rows of an optimizer, of a model that was fitted to the others'."""
    rows = rows_of(subject, name)
    return compare(subject, statistic, rows, predicted_mean(subject, rows, Without(name)))


@register(_without)
def overpredicted(subject: Subject, name: Source, more_than: Number) -> Measured:
    """Mean of predicted minus observed accuracy, fraction, over the left-out rows with many skips."""
    rows, count, truth, predicted = _with_skips(subject, name)
    many = count > more_than
    errors = predicted[many] - truth[many]
    fewer = float(np.mean(predicted[~many] - truth[~many]))
    return over_searches(
        subject,
        rows[many],
        lambda r: float(errors[r].mean()),
        others=fewer,
        share=len(errors) / len(rows),
    )


@register(_without)
def gain_without_skips(subject: Subject, name: Source, more_than: Number) -> Measured:
    """R2 over the left-out rows without those with many skips, minus R2 over all."""
    rows, count, truth, predicted = _with_skips(subject, name)

    def gain(r: Rows) -> float:
        few = count[r] <= more_than
        return r2(truth[r][few], predicted[r][few]) - r2(truth[r], predicted[r])

    return over_searches(subject, rows, gain, sparse_kendall_tau=sparse_kendall_tau(truth, predicted))


@register(_as_many_rows)
def gain_of_all_optimizers(subject: Subject, statistic: Statistic) -> Measured:
    """A statistic of a model of rows of all optimizers minus that of one of as many of random search."""
    rows = subject.split.test
    truth, compute = observed(subject, rows), STATISTICS[statistic]
    by_all = predicted_mean(subject, rows, NamedRows.equal_size)
    by_random = predicted_mean(subject, rows, NamedRows.random_only)
    return over_rows(
        lambda r: compute(truth[r], by_all[r]) - compute(truth[r], by_random[r]),
        len(rows),
        equal_size=compute(truth, by_all),
        random_only=compute(truth, by_random),
    )


@register(_above_92)
def below_92(subject: Subject, statistic: Statistic | Literal[""] = "") -> Measured:
    """Fitted above 92 %, tested below: a statistic, or the mean of predicted minus observed accuracy."""
    rows = subject.split_of(NamedRows.above_92).test
    truth, predicted = observed(subject, rows), predicted_mean(subject, rows, NamedRows.above_92)
    if statistic:
        return compare(subject, statistic, rows, predicted)
    return over_rows(lambda r: float(np.mean(predicted[r] - truth[r])), len(rows))


def _with_skips(subject: Subject, name: str) -> tuple[Rows, Array, Array, Array]:
    rows = rows_of(subject, name)
    count = skips(subject.genotypes(rows), Op.skip_connect)
    return rows, count, observed(subject, rows), predicted_mean(subject, rows, Without(name))
