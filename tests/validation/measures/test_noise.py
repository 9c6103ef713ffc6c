"""Tests of `validation.measures.noise`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from validation.measures import NotApplicable, noise


def test_the_best_surrogate_is_calibrated(oracle):
    """Intervals of the truth's own noise hold as many trainings as they say."""
    for level in (0.5, 0.8, 0.95):
        measured = noise.coverage(oracle, level)
        assert measured.interval.low <= level <= measured.interval.high
    assert noise.calibration(oracle).value < 0.02
    assert noise.gain_over_table(oracle).interval.low > 0
    # five seeds tell a std badly: the divergence of the truth from itself is not zero
    assert noise.divergence(oracle).value < 2


def test_a_distance_near_zero_has_an_interval(oracle):
    """Of a calibrated surrogate resamples lie above its distance from calibration: percentiles miss it."""
    measured = noise.calibration(oracle)
    assert measured.interval.low <= measured.value <= measured.interval.high < 0.05


def test_without_an_std_the_divergence_is_undefined(oracle):
    """It says so of all architectures, and is no number that a claim could allow."""

    class Certain:
        def predict(self, genotypes):
            return np.full(len(genotypes), 0.93), np.zeros(len(genotypes))

    measured = noise.divergence(replace(oracle, predictor=Certain()))
    assert np.isnan(measured.value)
    assert measured.also == {"zero_std": 1.0}


def test_only_releases_have_siblings(oracle):
    """There is nothing to set a foreign surrogate beside."""
    with pytest.raises(NotApplicable, match="only releases have siblings"):
        noise.gain_of_gin(oracle)


def test_without_repetitions_nothing_is_known(subject):
    """A table without five seeds says nothing of noise."""
    with pytest.raises(NotApplicable, match="no architectures with five seeds"):
        noise.gain_over_table(subject)


def test_the_calibration_curve_is_near_the_diagonal(oracle):
    """Nominal shares, and about as many trainings inside."""
    levels, shares = noise.calibration_curve(oracle)
    assert levels.shape == shares.shape == (19,)
    np.testing.assert_allclose(shares, levels, atol=0.05)
