"""Statistics against their definitions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kendalltau, norm, rankdata

from nb301.metrics import (
    gaussian_kl,
    kendall_tau,
    mean_absolute_error,
    r2,
    sparse_kendall_tau,
    spearman,
)

TRUTH = np.array([0.91, 0.92, 0.93, 0.94, 0.95])
METRICS = [r2, kendall_tau, sparse_kendall_tau, spearman, mean_absolute_error]


def slow_kendall_tau(truth, predicted):
    """Tau-b by its definition over all pairs."""
    a = np.sign(np.subtract.outer(truth, truth))
    b = np.sign(np.subtract.outer(predicted, predicted))
    return (a * b).sum() / np.sqrt((a**2).sum() * (b**2).sum())


@given(st.integers(2, 30), st.integers(0, 2**16))
def test_against_definitions(n, seed):
    """Each statistic is what its definition over sums and pairs gives, ties included."""
    rng = np.random.default_rng(seed)
    truth = rng.uniform(0.9, 0.95, n)
    predicted = (truth + rng.normal(0, 0.01, n)).round(2 + seed % 3)
    predicted[0] += 0.1  # never constant
    residual = ((truth - predicted) ** 2).sum() / ((truth - truth.mean()) ** 2).sum()
    assert r2(truth, predicted) == pytest.approx(1 - residual)
    assert kendall_tau(truth, predicted) == pytest.approx(slow_kendall_tau(truth, predicted))
    assert mean_absolute_error(truth, predicted) == pytest.approx(abs(truth - predicted).sum() / n)
    ranks = np.corrcoef(rankdata(truth), rankdata(predicted))[0, 1]
    assert spearman(truth, predicted) == pytest.approx(ranks)


def test_r2_of_simple_predictions():
    """R2 is 1 for the truth, 0 for its mean, and negative for worse."""
    assert r2(TRUTH, TRUTH) == 1
    assert r2(TRUTH, np.full(5, TRUTH.mean())) == pytest.approx(0)
    assert r2(TRUTH, TRUTH[::-1]) == pytest.approx(-3)


def test_sparse_kendall_tau_rounds_predictions_only():
    """Predictions are rounded to 0.1 % before they are ranked, the truth is not (official_facts F24)."""
    near = TRUTH + np.array([0, 0, 0, 0.0002, -0.0097])  # the last two swap, but only below 0.1 %
    assert near[4] > near[3]
    swapped = np.array([0.91, 0.92, 0.93, 0.9403, 0.9402])
    expected = kendalltau(TRUTH, [0.91, 0.92, 0.93, 0.94, 0.94]).statistic
    assert sparse_kendall_tau(TRUTH, swapped) == pytest.approx(expected)
    assert sparse_kendall_tau(TRUTH, swapped) > kendall_tau(TRUTH, swapped)
    assert sparse_kendall_tau(TRUTH / 1000, TRUTH) == pytest.approx(1)


@pytest.mark.parametrize("metric", [r2, kendall_tau, sparse_kendall_tau, spearman])
@pytest.mark.parametrize("n", [5, 7])  # the mean of 7 times 0.9 is another float than 0.9
def test_constant_truth_is_nan(metric, n):
    """Where the truth is constant nothing can be explained or ranked: NaN, without a warning."""
    assert np.isnan(metric(np.full(n, 0.9), np.linspace(0.91, 0.95, n)))


def test_predictions_constant_after_rounding_are_nan():
    """Where no prediction differs by 0.1 % there is no order: NaN."""
    assert np.isnan(sparse_kendall_tau(TRUTH, 0.93 + TRUTH * 1e-4))


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize(
    "pair",
    [(TRUTH, TRUTH[:4]), (TRUTH[:1], TRUTH[:1]), ([], []), (TRUTH[None], TRUTH[None]), (0.9, 0.9)],
)
def test_refuses_arrays_that_do_not_pair(metric, pair):
    """Both arrays have one shape (n,) with n >= 2."""
    with pytest.raises(ValueError, match="shape"):
        metric(*pair)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_refuses_what_is_no_number(metric, bad):
    """NaN and infinity are refused on either side."""
    broken = np.append(TRUTH[:4], bad)
    for pair in ((TRUTH, broken), (broken, TRUTH)):
        with pytest.raises(ValueError, match="finite"):
            metric(*pair)


def test_gaussian_kl_is_the_integral():
    """The closed form equals the integral of p ln(p / q) over two normal densities."""
    x = np.linspace(-20, 20, 200_001)
    p, q = norm.pdf(x, 0.3, 1.2), norm.pdf(x, -0.5, 2.0)
    integral = np.trapezoid(p * np.log(p / q), x)

    found = gaussian_kl(np.array([0.3]), np.array([1.2]), np.array([-0.5]), np.array([2.0]))

    assert found[0] == pytest.approx(integral, rel=1e-6)


def test_gaussian_kl_has_no_unit_and_a_direction():
    """It is zero for equal distributions, the same in percent, and not symmetric."""
    mean, std = np.array([0.94, 0.93]), np.array([1e-3, 2e-3])
    other, spread = np.array([0.941, 0.929]), np.array([3e-4, 1e-3])

    assert gaussian_kl(mean, std, mean, std) == pytest.approx(0, abs=1e-12)
    percent = gaussian_kl(100 * mean, 100 * std, 100 * other, 100 * spread)
    assert percent == pytest.approx(gaussian_kl(mean, std, other, spread))
    assert (percent > gaussian_kl(other, spread, mean, std)).all()
    with pytest.raises(ValueError, match="standard deviation is 0"):
        gaussian_kl(mean, np.zeros(2), other, spread)
