"""Tests of `validation.measures.spread`."""

from __future__ import annotations

import numpy as np
import pytest

from nb301.space import sample_many
from validation.measures import spread


def test_the_truth_differs_as_it_should(real):
    """Predictions vary as much as they explain."""
    interval = spread.ratio(real).interval
    assert interval.low <= 1 <= interval.high


def test_predictions_that_meet_by_chance(real, answering):
    """Most of the truth's means are whole millionths, which two may share; further digits tell them apart."""
    mean = real.predictor.predict(sample_many(np.random.default_rng(0), 2000))[0]
    meeting = 1e-6 / (2 * np.sqrt(np.pi) * mean.std())  # of two normal draws of this std
    assert spread.distinct(real).value == pytest.approx(1 - 1000 * meeting, abs=0.02)
    assert spread.distinct(answering(lambda mean: mean + 1e-9 * np.arange(len(mean)))).value > 0.999


@pytest.mark.parametrize("factor", [0.5, 0.8, 1.2])
def test_shrunk_and_stretched(real, answering, factor):
    """By a factor c it is sqrt(c / (2 - c)) of that, as far as the truth's own is one."""
    level = real.predictor.predict(real.genotypes(real.split.test))[0].mean()
    changed = answering(lambda mean: level + factor * (mean - level))
    assert spread.ratio(changed).value == pytest.approx(np.sqrt(factor / (2 - factor)), abs=0.03)


def test_rounded_predictions_meet(answering):
    """There are about as many as tenths of points between the worst and the best."""
    rounded = spread.distinct(answering(lambda mean: mean.round(3)))
    assert rounded.value * rounded.n < 80


def test_who_explains_nothing_has_no_spread(answering):
    """Of a constant it is undefined, which no claim allows."""
    constant = answering(lambda mean: np.full_like(mean, 0.9))
    assert np.isnan(spread.ratio(constant).value)
    assert spread.distinct(constant).value == 1 / 2000
