"""Random architectures that no table has, where the ground truth can be asked what it expects of them."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np

from nb301.space import Genotype, sample_many
from validation.intervals import Array, Rows, bootstrap_interval
from validation.measures.base import Measured, over_rows, predicted_mean, slope_of, truth_of, unseen_rows
from validation.measures.registry import register
from validation.subject import Subject

#: Architectures that are asked for.
_N = 3000
#: Errors of 1e-4 points, a fraction, count as none: quotients of them say nothing.
_NO_ERROR = 1e-6


class Fresh(NamedTuple):
    """Architectures, and what is said of them."""

    genotypes: list[Genotype]
    predicted: Array
    """Means, fractions, shape (n,)."""
    expected: Array
    """By the ground truth, shape (n,)."""


@register()
def as_test(subject: Subject) -> Measured:
    """Mean absolute error to the truth on fresh architectures over that on random search's test rows.

    These are draws of one distribution, and neither has been seen, so that the errors are alike. Squared
    ones would hang on the few largest.
    """
    rows, sample, truth = unseen_rows(subject, "rs"), fresh(subject), truth_of(subject)
    new = np.abs(sample.predicted - sample.expected) + _NO_ERROR
    seen = np.abs(predicted_mean(subject, rows) - truth.mean(subject.genotypes(rows))) + _NO_ERROR

    def ratio(f: Rows, t: Rows) -> float:
        return float(new[f].mean() / seen[t].mean())

    return Measured(
        value=ratio(np.arange(len(new)), np.arange(len(seen))),
        interval=bootstrap_interval(ratio, len(new), len(seen)),
        n=len(new),
        also={"mae": float(new.mean()), "test_mae": float(seen.mean())},
    )


@register()
def slope(subject: Subject) -> Measured:
    """Slope of the truth on the predictions: 1 of a conditional expectation; NaN where these are constant."""
    _, predicted, expected = fresh(subject)
    if np.ptp(predicted) == 0:
        return over_rows(lambda _: float("nan"), len(predicted))
    return over_rows(lambda r: slope_of(expected[r], predicted[r]), len(predicted))


@cache
def fresh(subject: Subject) -> Fresh:
    """Random architectures, with what the subject predicts and the truth expects.

    Raises:
        NotApplicable: The ground truth cannot be asked.
    """
    truth, genotypes = truth_of(subject), sample_many(np.random.default_rng(subject.split_seed), _N)
    mean, _ = subject.predictor.predict(genotypes)
    return Fresh(genotypes, np.asarray(mean, dtype=np.float64), truth.mean(genotypes))
