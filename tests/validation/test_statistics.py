"""Tests of `validation.statistics`."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from nb301.metrics import r2, sparse_kendall_tau
from validation.statistics import Bootstrap, bootstrap_interval


@pytest.fixture
def pairs():
    rng = np.random.default_rng(0)
    truth = 0.93 + 0.006 * rng.standard_normal(200)
    return truth, truth + 0.002 * rng.standard_normal(200)


def mean_difference(truth, predicted):
    return float(np.mean(truth - predicted))


@pytest.mark.parametrize("statistic", [r2, sparse_kendall_tau])
def test_equals_scipy(pairs, statistic):
    """The interval is that of `scipy.stats.bootstrap` with the same draws."""
    ours = Bootstrap(resamples=300, level=0.9, seed=7)

    theirs = stats.bootstrap(
        pairs,
        statistic,
        paired=True,
        vectorized=False,
        method="percentile",
        n_resamples=300,
        confidence_level=0.9,
        rng=np.random.default_rng(7),
    )

    assert bootstrap_interval(statistic, *pairs, ours) == pytest.approx(tuple(theirs.confidence_interval))


def test_equal_differences_have_no_spread():
    """A statistic that is the same in every resample has an interval of one point."""
    truth = np.array([1.0, 2.0, 3.0])

    assert bootstrap_interval(mean_difference, truth, truth - 0.5, Bootstrap()) == (0.5, 0.5)


def test_normal_theory(pairs):
    """For a mean the interval is about 1.96 standard errors to each side."""
    difference = pairs[0] - pairs[1]
    error = 1.96 * difference.std() / np.sqrt(len(difference))

    low, high = bootstrap_interval(mean_difference, *pairs, Bootstrap(resamples=4000))

    assert (low, high) == pytest.approx(
        (difference.mean() - error, difference.mean() + error), abs=0.1 * error
    )


def test_coverage():
    """About 95 % of the intervals of many samples hold the true value."""
    rng = np.random.default_rng(1)
    bootstrap = Bootstrap(resamples=200)
    samples = rng.standard_normal((300, 60))

    intervals = [bootstrap_interval(mean_difference, x, np.zeros(60), bootstrap) for x in samples]

    # three binomial standard errors of 300 are 3.8 %
    assert np.mean([low <= 0 <= high for low, high in intervals]) == pytest.approx(0.95, abs=0.038)


def test_seed_decides(pairs):
    """Equal seeds give equal intervals, others do not."""
    first, again, other = (bootstrap_interval(r2, *pairs, Bootstrap(seed=seed)) for seed in (1, 1, 2))

    assert first == again
    assert first != other


def test_undefined_resample():
    """An interval is undefined once a resample is: here some hold one value only."""
    truth = np.array([1.0, 2.0])

    assert np.isnan(bootstrap_interval(r2, truth, truth, Bootstrap())).all()
