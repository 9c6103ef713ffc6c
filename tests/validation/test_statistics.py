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


def of_rows(statistic, *arrays):
    """A statistic of rows of some arrays."""
    return lambda rows: statistic(*(array[rows] for array in arrays))


@pytest.mark.parametrize("statistic", [r2, sparse_kendall_tau])
def test_equals_scipy(pairs, statistic):
    """The interval is that of `scipy.stats.bootstrap` with the same draws."""
    theirs = stats.bootstrap(
        pairs,
        statistic,
        paired=True,
        vectorized=False,
        method="percentile",
        n_resamples=300,
        confidence_level=0.9,
        rng=np.random.default_rng(7),
        batch=1,
    )
    ours = bootstrap_interval(of_rows(statistic, *pairs), 200, bootstrap=Bootstrap(300, 0.9, 7))
    assert ours == pytest.approx(tuple(theirs.confidence_interval), abs=5e-3)


def test_a_constant_has_no_spread():
    """A statistic that is the same in every resample has an interval of one point."""
    assert bootstrap_interval(lambda _rows: 0.5, 3) == (0.5, 0.5)


def test_normal_theory(pairs):
    """For a mean the interval is about 1.96 standard errors to each side."""
    difference = pairs[0] - pairs[1]
    error = 1.96 * difference.std() / np.sqrt(len(difference))
    low, high = bootstrap_interval(of_rows(np.mean, difference), 200, bootstrap=Bootstrap(4000))
    assert (low, high) == pytest.approx(
        (difference.mean() - error, difference.mean() + error), abs=0.1 * error
    )


def test_strata_are_resampled_among_themselves():
    """Two samples, each resampled in its own size: the error of their difference is that of theory."""
    rng = np.random.default_rng(0)
    one, other = rng.standard_normal(50), rng.standard_normal(200) + 1
    error = 1.96 * np.sqrt(one.var() / 50 + other.var() / 200)
    low, high = bootstrap_interval(
        lambda a, b: float(other[b].mean() - one[a].mean()), 50, 200, bootstrap=Bootstrap(4000)
    )
    assert (high - low) / 2 == pytest.approx(error, rel=0.1)


def test_coverage():
    """About 95 % of the intervals of many samples hold the true value."""
    samples = np.random.default_rng(1).standard_normal((300, 60))
    intervals = [bootstrap_interval(of_rows(np.mean, x), 60, bootstrap=Bootstrap(200)) for x in samples]
    # three binomial standard errors of 300 are 3.8 %
    assert np.mean([low <= 0 <= high for low, high in intervals]) == pytest.approx(0.95, abs=0.038)


def test_seed_decides(pairs):
    """Equal seeds give equal intervals, others do not."""
    first, again, other = (
        bootstrap_interval(of_rows(r2, *pairs), 200, bootstrap=Bootstrap(seed=seed)) for seed in (1, 1, 2)
    )
    assert first == again
    assert first != other


def test_undefined_resample():
    """An interval is undefined once a resample is: here some hold one value only."""
    truth = np.array([1.0, 2.0])
    assert np.isnan(bootstrap_interval(of_rows(r2, truth, truth), 2)).all()
