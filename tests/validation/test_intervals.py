"""Tests of `validation.intervals`."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from nb301.metrics import kendall_tau, r2, sparse_kendall_tau
from validation.intervals import (
    UNDEFINED,
    Bootstrap,
    binomial_interval,
    bootstrap_interval,
    distance_interval,
    mean_interval,
    of_groups,
    simultaneous_band,
)


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


#: Statistics of two arrays, with those that resampling moves to one side: extremes, distances, ranks.
STATISTICS = {
    "r2": r2,
    "kendall_tau": kendall_tau,
    "mean": lambda x, y: float((x - y).mean()),
    "largest": lambda x, y: float((x - y).max()),
    "smallest_fall": lambda x, _: float(-np.diff(np.sort(x)).max()) if len(x) > 1 else np.nan,
    "distance": lambda x, y: float(abs((x - y).mean())),
    "share": lambda x, y: float((x > y).mean()),
}
NUMBERS = st.one_of(st.floats(-1e3, 1e3), st.sampled_from([0.0, 1.0, 0.93, 1e-12]))
SAMPLES = st.lists(st.tuples(NUMBERS, NUMBERS), min_size=2, max_size=30).map(np.array)


@settings(max_examples=60)
@given(SAMPLES, st.sampled_from(sorted(STATISTICS)))
def test_an_interval_contains_what_was_measured(sample, name):
    """Or it is undefined: an interval beside its own estimate says nothing of the truth either."""
    statistic = of_rows(STATISTICS[name], *sample.T)
    low, high = bootstrap_interval(statistic, len(sample), bootstrap=Bootstrap(40))
    value = statistic(np.arange(len(sample)))
    assert np.isnan([low, high]).all() or low <= value <= high


def test_an_interval_beside_what_was_measured_is_undefined():
    """Resamples of a distance lie above it, as those of three published estimates did."""
    curves = np.random.default_rng(0).standard_normal((20, 30))
    curves -= curves.mean(axis=0)  # at no distance from zero, as no resample of them is
    assert bootstrap_interval(lambda r: float(np.abs(curves[r].mean(axis=0)).mean()), 20) is UNDEFINED


def test_digits_of_a_sum_are_no_spread():
    """What differs in the order of rows alone is one value, to the last digit."""
    x = np.random.default_rng(0).standard_normal(30)
    value = float(x.mean())
    interval = bootstrap_interval(
        lambda rows: float(np.add.accumulate(x[np.unique([*rows, *range(30)])])[-1] / 30), 30
    )
    assert interval == (interval.low, interval.low)
    assert interval.low == pytest.approx(value, rel=1e-12)


@settings(max_examples=60)
@given(SAMPLES, st.integers(1, 12))
def test_a_distance_is_inside_its_interval(sample, split):
    """Whatever the two samples are, if each has two rows; and no distance is below zero."""
    one, other = sample[:, 0], sample[:split, 1]
    low, high = distance_interval(
        lambda r, s: one[r].mean() - other[s].mean(), len(one), len(other), bootstrap=Bootstrap(40)
    )
    value = abs(one.mean() - other.mean())
    assert np.isnan([low, high]).all() if len(other) < 2 else 0 <= low <= value <= high


@pytest.mark.parametrize("true", [0.0, 0.3, 3.0])
def test_distances_are_covered(true):
    """Intervals of the distance of five curves from five others hold the true one at least so often."""
    rng, points = np.random.default_rng(2), 10
    held, of_percentiles = [], []
    for _ in range(150):
        one, other = true + rng.standard_normal((5, points)), rng.standard_normal((5, points))
        few = Bootstrap(150)
        low, high = distance_interval(
            lambda r, s, one=one, other=other: one[r].mean(axis=0) - other[s].mean(axis=0),
            5,
            5,
            bootstrap=few,
        )
        held.append(low <= true <= high)
        low, high = bootstrap_interval(
            lambda r, s, one=one, other=other: float(np.abs(one[r].mean(0) - other[s].mean(0)).mean()),
            *(5, 5),
            bootstrap=few,
        )
        of_percentiles.append(low <= true <= high)
    assert np.mean(held) > 0.93
    if true == 0:
        assert not any(of_percentiles)


@pytest.mark.parametrize(("successes", "n"), [(0, 10), (3, 10), (10, 10), (700, 884)])
def test_binomial_intervals_are_those_of_the_exact_test(successes, n):
    """Equal to scipy's; of no successes from 0 on, of nothing else up to 1."""
    theirs = stats.binomtest(successes, n).proportion_ci(0.95, "exact")
    ours = binomial_interval(successes, n)
    assert ours == pytest.approx(tuple(theirs))
    assert ours.low <= successes / n <= ours.high


def test_intervals_of_means_are_students():
    """Equal to scipy's; of one value there is none."""
    values = np.random.default_rng(0).standard_normal(7)
    theirs = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert mean_interval(values) == pytest.approx(tuple(theirs))
    assert mean_interval(np.ones(3)) == (1, 1)
    assert mean_interval(np.ones(1)) is UNDEFINED


def test_a_band_holds_all_means_at_once():
    """As often as it says, where intervals of each mean miss one in several far more often."""
    rng, few = np.random.default_rng(3), Bootstrap(200)
    held, each = [], []
    for _ in range(200):
        values = rng.standard_normal((40, 15))
        low, high = simultaneous_band(values, few)
        held.append(((low <= 0) & (high >= 0)).all())
        single = [mean_interval(column) for column in values.T]
        each.append(all(lower <= 0 <= upper for lower, upper in single))
    # three binomial standard errors of 200 are 4.6 %
    assert np.mean(held) == pytest.approx(0.95, abs=0.046)
    assert np.mean(each) < 0.7


def test_a_band_of_what_does_not_vary():
    """A mean of equals is itself, beside others."""
    values = np.random.default_rng(0).standard_normal((20, 2))
    values[:, 0] = 0.5
    low, high = simultaneous_band(values)
    assert low[0] == high[0] == 0.5
    assert low[1] < values[:, 1].mean() < high[1]


def test_groups_are_resampled_whole():
    """A statistic of groups gets all rows of those that are drawn, in their order."""
    groups = [np.array([3, 0]), np.array([1]), np.array([2, 4])]
    statistic = of_groups(lambda rows: tuple(rows.tolist()), groups)
    assert statistic(np.arange(3)) == (0, 1, 2, 3, 4)
    assert statistic(np.array([2, 0, 2])) == (0, 2, 2, 3, 4, 4)


@settings(max_examples=60)
@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=2, max_size=30).map(np.array))
def test_a_largest_distance_is_inside_its_interval(sample):
    """As the mean one is."""
    low, high = distance_interval(
        lambda r: sample[r].mean(axis=0), len(sample), norm=np.max, bootstrap=Bootstrap(40)
    )
    assert 0 <= low <= np.abs(sample.mean(axis=0)).max() <= high
