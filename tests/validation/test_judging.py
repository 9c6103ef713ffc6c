"""Tests of `validation.judging`: verdicts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nb301.truth.emulated import EmulatedTruth
from validation.claims import Claim
from validation.intervals import Interval
from validation.judging import explain, judge, measure
from validation.measures import MEASURES, Measured
from validation.subject import foreign_subject

NAN = float("nan")
CLAIM = Claim(
    id="ranks",
    statement="It ranks",
    measure="fit.unseen",
    parameters={"statistic": "sparse_kendall_tau"},
    symbol="sKT",
    threshold=0.8,
    direction="at_least",
    source="Table 3",
    reason="Because",
    trained_on=("all-data",),
)


class Oracle:
    """Predicts the truth's expectation, with a little noise or in another order."""

    def __init__(self, truth, change=lambda mean: mean):
        self.truth, self.change = truth, change

    def predict(self, genotypes):
        """Mean and std."""
        return self.change(self.truth.mean(genotypes)), np.full(len(genotypes), 0.001)


@pytest.fixture
def subject_that(tiny_table, tmp_path):
    def make(change):
        base = foreign_subject("base", Oracle(EmulatedTruth()), tiny_table, tmp_path)
        return replace(base, predictor=Oracle(base.truth, change))

    return make


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
        judge(replace(CLAIM, direction=direction), 0.8, Interval(low, high), None)
        for direction in ("at_least", "at_most")
    ]
    assert verdicts == [at_least, at_most]


def test_undefined_value_fails():
    """A statistic without a value satisfies nothing, whatever its interval."""
    assert judge(CLAIM, NAN, Interval(0.9, 0.95), None) == "fails"


def test_the_numbers_of_a_family_decide():
    """A verdict is by the threshold of the subject's family, for a foreign one by the hardest."""
    claim = replace(CLAIM, threshold={"xgb": 0.9, "gin": 0.7})
    verdicts = [judge(claim, 0.8, Interval(0.79, 0.81), family) for family in ("xgb", "gin", None)]
    assert verdicts == ["fails", "holds", "fails"]


def test_the_truth_itself_is_at_its_ceiling(subject_that):
    """The noise-free truth scores exactly its ceiling; a permutation of it scores nothing and fails."""
    best = measure(CLAIM, subject_that(lambda mean: mean)).measured
    assert best.value == best.ceiling
    assert best.interval.low < best.value < best.interval.high
    assert 0.5 < best.value < 1
    rng = np.random.default_rng(1)
    permuted = measure(CLAIM, subject_that(rng.permutation))
    assert permuted.verdict == "fails"


def test_constant_predictions_fail(subject_that):
    """A surrogate that always returns the mean ranks nothing, and that fails."""
    measurement = measure(CLAIM, subject_that(lambda mean: np.full_like(mean, 0.93)))
    assert np.isnan(measurement.measured.value)
    assert measurement.verdict == "fails"


def test_undefined_predictions_are_refused(subject_that):
    """NaN in the predictions is an error, not a verdict."""
    with pytest.raises(ValueError, match="expected finite numbers"):
        measure(CLAIM, subject_that(lambda mean: np.where(mean == mean.max(), NAN, mean)))


def test_values_are_shown_in_the_claims_unit(monkeypatch, subject_that):
    """Value, interval and ceiling are scaled before they are judged."""
    measured = Measured(0.002, Interval(0.001, 0.003), 5, ceiling=0.004)
    fixed = replace(MEASURES["fit.unseen"], function=lambda _subject, **_parameters: measured)
    monkeypatch.setattr("validation.judging.MEASURES", {**MEASURES, "fit.unseen": fixed})
    claim = replace(CLAIM, scale=100.0, unit="points", threshold=0.05)
    scaled = measure(claim, subject_that(lambda mean: mean))
    assert scaled.verdict == "holds"
    assert (scaled.measured.value, scaled.measured.ceiling) == pytest.approx((0.2, 0.4))
    assert tuple(scaled.measured.interval) == pytest.approx((0.1, 0.3))
    assert explain(claim, scaled, None) == (
        "Table 3: sKT >= 0.05 points; measured 0.2000 (95 % interval 0.1000 to 0.3000, n = 5): holds"
    )
