"""Intervals, tests and rank intervals: cases computed by hand, scipy's, and coverage by simulation."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy.stats import bootstrap, rankdata, wilcoxon

from leaderboard.ranking import statistics
from leaderboard.ranking.statistics import (
    holm,
    intervals,
    paired_differences,
    rank_intervals,
    seeds_needed,
    separated,
    signed_rank_p,
    smallest_p,
    tie_groups,
)

NAN = float("nan")


@pytest.mark.parametrize(("n", "lowest"), [(5, 0.92), (30, 0.93)])
def test_intervals_cover_the_mean(n, lowest):
    """95 % intervals of normal values hold the true mean about that often, with few seeds, too."""
    found = intervals(np.random.default_rng(0).normal(3.0, 2.0, size=(600, n)))

    covered = ((found[:, 0] <= 3) & (found[:, 1] >= 3)).mean()
    assert lowest <= covered <= 0.98


def test_intervals_of_skewed_values_cover_better_than_percentiles():
    """Exponential values, 10 seeds: percentile intervals are too short, the studentized ones less so."""
    values = np.random.default_rng(1).exponential(size=(300, 10))

    def coverage(ends):
        return ((ends[:, 0] <= 1) & (ends[:, 1] >= 1)).mean()

    percentile = bootstrap(
        (values,), np.mean, axis=1, n_resamples=500, method="percentile", rng=np.random.default_rng(2)
    ).confidence_interval
    assert coverage(intervals(values)) >= 0.92 > coverage(np.stack(percentile, axis=1))


def test_equal_values_have_a_point_for_an_interval():
    """Without spread there is nothing to resample; with one seed nothing is known."""
    np.testing.assert_allclose(intervals(np.full((1, 5), 4.5)), [[4.5, 4.5]])
    np.testing.assert_array_equal(intervals(np.full((1, 1), 4.5)), [[-np.inf, np.inf]])
    assert np.isnan(intervals(np.full((1, 5), NAN))).all()


def test_intervals_move_and_stretch_with_the_values():
    """Percent or fractions, the interval is the same one."""
    values = np.random.default_rng(3).normal(size=(2, 12))

    np.testing.assert_allclose(intervals(10 + 5 * values), 10 + 5 * intervals(values))


@pytest.mark.parametrize("means", [[0, 0, 0, 0], [0, 0, 1, 2], [0, 0.3, 0.6, 0.9]])
def test_rank_intervals_cover_all_ranks_at_once(means):
    """With 20 seeds all entries' intervals hold all ranks that are true, ties included, in 95 %."""
    rng, n, covered = np.random.default_rng(4), 20, 0
    for _ in range(100):
        shared = rng.normal(size=n)
        ranks = rank_intervals(np.array([[mean + shared + rng.normal(size=n)] for mean in means]))
        covered += all(
            first <= 1 + sum(other > mean for other in means)
            and last >= len(means) - sum(other < mean for other in means)
            for (first, last), mean in zip(ranks, means, strict=True)
        )

    # 95 of 100 are expected in the worst case; fewer than 90 happen with a probability of 1 %
    assert covered >= 90


def test_pairing_separates_what_seeds_have_in_common():
    """Seeds that are hard for all do not hide a small, steady difference."""
    rng = np.random.default_rng(5)
    hard = rng.normal(0, 10, size=30)
    one, other = hard + rng.normal(0.5, 0.3, 30), hard + rng.normal(0, 0.3, 30)

    assert rank_intervals(np.array([[one], [other]])) == [(1, 1), (2, 2)]
    assert rank_intervals(np.array([[one], [rng.permutation(other)]])) == [(1, 2), (1, 2)]


def test_differences_without_spread():
    """Always better by the same is better; always equal is not; one seed tells nothing."""
    assert separated(np.array([[1.0] * 5, [-1.0] * 5, [0.0] * 5, [NAN] * 5])).tolist() == [1, -1, 0, 0]
    assert separated(np.array([[1.0]])).tolist() == [0]
    assert rank_intervals(np.ones((1, 1, 5))) == [(1, 1)]


def test_entries_are_compared_where_both_count():
    """The second does not count on the first release: there the first's low score does it no harm."""
    one = np.array([[0.0, 0.0, 0.0], [5.0, 6.0, 7.0]])
    other = np.array([[NAN, NAN, NAN], [4.0, 4.0, 4.0]])

    np.testing.assert_array_equal(paired_differences(np.array([one, other])), [[1, 2, 3]])
    assert np.isnan(paired_differences(np.array([one[:1], other[:1]]))).all()
    nowhere = np.array([[1.0, 1.0, 1.0], [NAN, NAN, NAN]])
    assert rank_intervals(np.array([other, nowhere])) == [(1, 2), (1, 2)]


def test_smallest_p_agrees_with_scipy():
    """The most extreme case of the exact signed-rank test has all differences on one side."""
    for n in (1, 5, 6, 10):
        assert smallest_p(n) == pytest.approx(wilcoxon(np.arange(1, n + 1), method="exact").pvalue)


def test_signed_rank_by_hand():
    """Ranks 1-6 with only the smallest negative: P(W <= 1) is 2 of 64, twice that two-sided."""
    by_hand = np.array([[-1.0, 2, 3, 4, 5, 6], [0.0] * 6, [NAN] * 6])

    np.testing.assert_allclose(signed_rank_p(by_hand), [4 / 64, 1, 1])
    assert (signed_rank_p(np.zeros((2, 6))) == 1).all()


def test_signed_rank_of_many_is_that_of_each():
    """Without ties scipy's exact test; with ties and zeros the share of all signs that are as uneven."""
    rng = np.random.default_rng(7)
    clear, tied = rng.normal(size=(20, 12)), rng.integers(-3, 4, size=(20, 12)) / 4
    alone = [wilcoxon(row, method="exact").pvalue for row in clear]
    alone += [_p_over_all_signs(row[row != 0]) for row in tied]

    np.testing.assert_allclose(signed_rank_p(np.concatenate([clear, tied])), alone, rtol=1e-14)
    # as scipy tells for many, but for the normal approximation
    many = rng.integers(-9, 10, size=60) / 4
    expected = wilcoxon(many[many != 0], method="asymptotic").pvalue
    assert signed_rank_p(many[None])[0] == pytest.approx(expected, rel=0.05)


def _p_over_all_signs(values):
    """Two-sided p-value of the sum of positive ranks, by going through all choices of signs."""
    ranks = rankdata(np.abs(values))
    sums = np.array(list(product([0, 1], repeat=len(values)))) @ ranks
    found = ranks[values > 0].sum()
    return min(1.0, 2 * min((sums <= found).mean(), (sums >= found).mean()))


def test_many_rows_are_resampled_as_each_alone(monkeypatch):
    """Chunks change nothing."""
    values = np.random.default_rng(8).normal(size=(7, 9))
    whole = intervals(values), separated(values)
    monkeypatch.setattr(statistics, "_CHUNK", 2)

    np.testing.assert_array_equal(intervals(values), whole[0])
    np.testing.assert_array_equal(separated(values), whole[1])


def test_holm_by_hand():
    """The smallest times 4, the next times 3 and so on, never below the one before, at most 1."""
    np.testing.assert_allclose(holm(np.array([0.01, 0.04, 0.03, 0.005])), [0.03, 0.06, 0.06, 0.02])
    assert holm(np.array([0.9, 0.8])).tolist() == [1, 1]
    assert holm(np.empty(0)).tolist() == []


@pytest.mark.parametrize(
    ("apart", "groups"),
    [
        ([], [(0, 3)]),
        ([(0, 3)], [(0, 2), (1, 3)]),
        ([(0, 1), (0, 2), (0, 3)], [(0, 0), (1, 3)]),
        # who is apart from a neighbour is in no group with it, though others would be
        ([(1, 2)], [(0, 1), (2, 3)]),
    ],
)
def test_tie_groups_by_hand(apart, groups):
    """Neighbours of which no two are told apart; groups may overlap."""
    p_values = np.ones((4, 4))
    for i, j in apart:
        p_values[i, j] = p_values[j, i] = 0.01

    assert tie_groups(p_values) == groups


@pytest.mark.parametrize(("effect", "comparisons"), [(0.8, 1), (0.5, 1), (0.8, 10)])
def test_seeds_needed_have_the_power(effect, comparisons):
    """With as many seeds as it says the test separates a pair of this effect in about 80 %."""
    rng = np.random.default_rng(6)
    spread = np.array([1.0, -1.0]) / np.sqrt(2)  # of standard deviation 1
    n = seeds_needed(spread + effect, comparisons)
    p_values = signed_rank_p(rng.normal(effect, 1, (500, n)))

    assert 0.74 <= np.mean(p_values < 0.05 / comparisons) <= 0.88


def test_seeds_needed_can_reach_significance():
    """However clear a difference is, fewer than six pairs never suffice; none suffice for no difference."""
    assert seeds_needed(np.array([5.0, 5.0, 5.0])) == 6
    assert seeds_needed(np.array([1.0, -1.0])) is None
    assert seeds_needed(np.array([1.0])) is None
    assert seeds_needed(np.array([NAN, NAN])) is None
