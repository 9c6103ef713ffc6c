"""Tests of `validation.measure`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from validation.claims import Claim
from validation.measure import explain, judge, measure
from validation.statistics import Interval

NAN = float("nan")
CLAIM = Claim(
    id="ranks",
    statement="It ranks",
    statistic="sparse_kendall_tau",
    threshold=0.8,
    direction="at_least",
    source="Table 3",
    reason="Because",
    families=("xgb",),
    trained_on=("all-data",),
)


@pytest.fixture
def accuracies():
    """Accuracies with noise, and what is left of them without."""
    rng = np.random.default_rng(0)
    mean = 0.93 + 0.006 * rng.standard_normal(400)
    return mean + 0.001 * rng.standard_normal(400), mean


@pytest.mark.parametrize(
    ("low", "high", "at_least", "at_most"),
    [
        (0.81, 0.9, "holds", "fails"),
        (0.7, 0.79, "fails", "holds"),
        (0.7, 0.9, "undecided", "undecided"),
        (0.8, 0.9, "holds", "undecided"),  # the threshold itself satisfies either direction
        (0.7, 0.8, "undecided", "holds"),
        (0.8, 0.8, "holds", "holds"),
        (NAN, NAN, "undecided", "undecided"),
    ],
)
def test_verdicts(low, high, at_least, at_most):
    """A claim holds where its whole interval does, fails where none of it does, else is undecided."""
    verdicts = [
        judge(replace(CLAIM, direction=direction), 0.8, Interval(low, high))
        for direction in ("at_least", "at_most")
    ]

    assert verdicts == [at_least, at_most]


def test_undefined_value_fails():
    """A statistic without a value satisfies nothing, whatever its interval."""
    assert judge(CLAIM, NAN, Interval(0.9, 0.95)) == "fails"


def test_good_predictions_hold(accuracies):
    """Predictions near the truth satisfy the claim, under the ceiling of the noise."""
    truth, mean = accuracies
    predicted = mean + 0.0005 * np.random.default_rng(1).standard_normal(len(mean))

    measured = measure(CLAIM, truth, predicted, mean)

    assert measured.verdict == "holds"
    assert measured.n == 400
    assert measured.ceiling is not None
    assert measured.interval.low < measured.value < measured.interval.high
    assert measured.value < measured.ceiling < 1


def test_permuted_predictions_fail(accuracies):
    """The same predictions for other architectures do not satisfy the claim."""
    truth, mean = accuracies

    measured = measure(CLAIM, truth, np.random.default_rng(1).permutation(mean))

    assert measured.verdict == "fails"
    assert abs(measured.value) < 0.1
    assert measured.ceiling is None


def test_constant_predictions_fail(accuracies):
    """A surrogate that always returns the mean ranks nothing, and that fails."""
    truth, mean = accuracies

    measured = measure(CLAIM, truth, np.full_like(mean, mean.mean()))

    assert np.isnan(measured.value)
    assert measured.verdict == "fails"


def test_undefined_predictions_are_refused(accuracies):
    """NaN in the predictions is an error, not a verdict."""
    truth, mean = accuracies

    with pytest.raises(ValueError, match="expected finite numbers"):
        measure(CLAIM, truth, np.where(mean == mean.max(), NAN, mean))


def test_explanation(accuracies):
    """The message names source, threshold, value, interval, rows and verdict."""
    truth, mean = accuracies
    measured = replace(
        measure(CLAIM, truth, mean), value=0.804, interval=Interval(0.791, 0.818), verdict="undecided"
    )

    assert explain(CLAIM, measured) == (
        "Table 3 says sKT >= 0.8; measured 0.8040 (95 % interval 0.7910 to 0.8180, n = 400): undecided"
    )
