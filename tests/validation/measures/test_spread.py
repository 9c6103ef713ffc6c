"""Tests of `validation.measures.spread`."""

from __future__ import annotations

import numpy as np
import pytest

from validation.measures import spread


def test_the_truth_differs_as_it_should(real):
    """All predictions are distinct, and vary as much as they explain."""
    assert spread.distinct(real).value > 0.999
    interval = spread.ratio(real).interval
    assert interval.low <= 1 <= interval.high


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
