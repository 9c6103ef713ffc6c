"""Tests of `validation.measures.coverage`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm

from validation.measures import coverage


class WithoutNoise:
    """Knows the std of trainings as that of its models."""

    def __init__(self, predictor, factor=1.0):
        self.predictor, self.factor = predictor, factor

    def predict(self, genotypes):
        """Mean and std."""
        noise = self.predictor.noise_std(genotypes)
        return self.predictor.predict(genotypes)[0], self.factor * noise


@pytest.mark.parametrize("level", [0.5, 0.8, 0.95])
def test_the_truth_covers(real, level):
    """Its intervals hold as many as they say, whether the noise is told apart from the std or not."""
    alone = coverage.inside(replace(real, predictor=WithoutNoise(real.predictor)), level)
    assert alone.interval.low <= level <= alone.interval.high
    both = coverage.inside(real, level)
    assert both.value >= alone.value  # its models' std comes on top
    assert both.also["mean_std"] > alone.also["mean_std"]


@pytest.mark.parametrize("factor", [0.5, 2.0])
def test_wrong_noise_shows(real, factor):
    """Half and twice the std hold what a normal distribution says."""
    measured = coverage.inside(replace(real, predictor=WithoutNoise(real.predictor, factor)), 0.8)
    expected = 2 * norm.cdf(factor * norm.ppf(0.9)) - 1
    assert measured.value == pytest.approx(expected, abs=0.05)


def test_halves_are_all(real):
    """Upper and lower half of the predictions together are all rows."""
    whole, upper, lower = (coverage.inside(real, 0.8, half) for half in ("", "upper", "lower"))
    assert whole.n == upper.n + lower.n == 884
    assert whole.value * whole.n == pytest.approx(upper.value * upper.n + lower.value * lower.n)
    assert lower.also["mean_std"] > upper.also["mean_std"]


def test_a_std_of_zero_covers_nothing(real):
    """Single trainings are never what is predicted."""
    measured = coverage.inside(replace(real, predictor=WithoutNoise(real.predictor, 0.0)), 0.95)
    assert measured.value == measured.interval.low == 0
    assert np.isfinite(measured.interval.high)


def test_rows_of_one_optimizer(real, oracle):
    """All rows of a table of random search; of another one those of random search alone."""
    assert coverage.inside(real, 0.8, optimizer="rs") == coverage.inside(real, 0.8)
    assert coverage.inside(oracle, 0.8, optimizer="rs").n < coverage.inside(oracle, 0.8).n
