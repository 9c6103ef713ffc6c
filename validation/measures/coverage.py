"""How many single trainings lie in the predicted intervals, where no architecture was trained twice."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Literal

import numpy as np
from pydantic import Field
from scipy.stats import norm

from validation.intervals import Array, Rows, binomial_interval
from validation.measures.base import Measured, Source, observed, predicted, unseen_rows
from validation.measures.registry import register
from validation.predictors import training_std
from validation.subject import Subject


@register()
def inside(
    subject: Subject,
    level: Annotated[float, Field(gt=0, lt=1)],
    half: Literal["", "upper", "lower"] = "",
    optimizer: Source | Literal[""] = "",
) -> Measured:
    """Share of the test rows inside the central interval of a nominal share, with its binomial interval.

    Args:
        subject: Its intervals are those of a training that is still to come.
        level: The nominal share.
        half: Of the test rows, by prediction; all where it is empty.
        optimizer: Whose rows; all where it is empty.
    """
    mean, spread, truth = _of_trainings(subject, optimizer)
    chosen = _half(mean, half)
    mean, spread, truth = mean[chosen], spread[chosen], truth[chosen]
    is_inside = np.abs(truth - mean) <= norm.ppf((1 + level) / 2) * spread
    n = len(mean)
    return Measured(
        value=float(is_inside.mean()),
        interval=binomial_interval(int(is_inside.sum()), n),
        n=n,
        also={"mean_std": float(spread.mean())},
    )


@cache
def _of_trainings(subject: Subject, optimizer: str) -> tuple[Array, Array, Array]:
    """Predicted mean, std of a training around it, and observed accuracy of test rows, shape (n,) each."""
    rows = unseen_rows(subject, optimizer)
    mean, _ = predicted(subject, rows)
    return mean, training_std(subject.predictor, subject.genotypes(rows)), observed(subject, rows)


def _half(mean: Array, half: str) -> Rows:
    order = np.argsort(mean, kind="stable")
    middle = len(order) // 2
    return {"": order, "lower": order[:middle], "upper": order[middle:]}[half]
