"""Intervals, tests and rank intervals: cases computed by hand, scipy's, and coverage by simulation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import bootstrap, t

from leaderboard.ranking import statistics
from leaderboard.ranking.statistics import (
    FEWEST_SEEDS,
    compare,
    intervals,
    paired_differences,
    seeds_needed,
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


def test_two_seeds_leave_an_interval_open():
    """Half of their resamples have one seed twice: their spread is none, and not what rounding leaves."""
    low, high = intervals(np.array([[61.234567, 64.987654], [0.1, 0.1 + 1e-7]])).T

    assert np.isneginf(low).all()
    assert np.isposinf(high).all()


def test_intervals_move_and_stretch_with_the_values():
    """Percent or fractions, the interval is the same one."""
    values = np.random.default_rng(3).normal(size=(2, 12))

    np.testing.assert_allclose(intervals(10 + 5 * values), 10 + 5 * intervals(values))


SPREADS = {
    "normal": lambda rng, n: rng.normal(size=n),
    "heavy tails": lambda rng, n: rng.standard_t(3, size=n),
    "skewed": lambda rng, n: rng.exponential(size=n) - 1,
    # a run in ten fails, and scores far less
    "failures": lambda rng, n: np.where(rng.random(n) < 0.1, -9.0, 1.0) + 0.1 * rng.normal(size=n),
}


@pytest.mark.parametrize("spread", SPREADS)
@pytest.mark.parametrize("means", [[0, 0, 0, 0], [0, 0, 1, 2], [0, 0.3, 0.6, 0.9]])
def test_ranks_cover_all_true_ones_at_once(means, spread):
    """With 20 seeds all entries' intervals hold all ranks that are true, ties included, in 95 %."""
    rng, n, covered = np.random.default_rng(4), 20, 0
    for _ in range(100):
        shared = rng.normal(size=n)
        scores = np.array([[mean + shared + SPREADS[spread](rng, n)] for mean in means])
        covered += all(
            first <= 1 + sum(other > mean for other in means)
            and last >= len(means) - sum(other < mean for other in means)
            for (first, last), mean in zip(compare(scores).ranks(), means, strict=True)
        )

    # 95 of 100 are expected in the worst case; fewer than 90 happen with a probability of 1 %
    assert covered >= 90


@pytest.mark.parametrize("n", [FEWEST_SEEDS, 30])
def test_simultaneous_intervals_cover_all_differences_at_once(n):
    """Of five entries that are equal: all ten intervals hold zero in 95 %, at the fewest seeds, too."""
    rng, covered = np.random.default_rng(9), 0
    for _ in range(200):
        compared = compare(rng.normal(size=(5, 1, n)))
        covered += bool(((compared.low <= 0) & (compared.high >= 0)).all())
    # 190 of 200 are expected; fewer than 182 happen with a probability of 1 %
    assert 182 <= covered <= 199


def test_one_comparison_says_one_thing():
    """Intervals, p-values and ranks of the same pairs agree, whatever they are of."""
    rng = np.random.default_rng(10)
    for _ in range(40):
        scores = rng.normal(rng.normal(size=(6, 1, 1)), 1, size=(6, 2, 12))
        compared = compare(scores)
        np.testing.assert_array_equal(compared.signs != 0, compared.p <= 0.05)
        certainly_above = np.zeros(6, dtype=int)
        for one, other, sign in zip(*np.triu_indices(6, 1), compared.signs, strict=True):
            certainly_above[other if sign > 0 else one] += sign != 0
        assert [first for first, _ in compared.ranks()] == (1 + certainly_above).tolist()


def test_variants_of_one_entry_change_nobody_else():
    """Twenty more from outside of the core set: the pairs and ranks of those in it stay as they are."""
    rng = np.random.default_rng(11)
    scores = rng.normal([[[0.0]], [[0.5]], [[1.0]], [[1.2]]], 1, size=(4, 1, 30))
    variants = scores[:1] + rng.normal(0, 0.5, size=(20, 1, 30))
    alone = compare(scores)
    together = compare(np.concatenate([scores, variants]), np.arange(24) < 4)
    first, second = np.triu_indices(24, 1)
    of_core = second < 4
    for name in ("mean", "low", "high", "p", "critical"):
        np.testing.assert_array_equal(getattr(together, name)[of_core], getattr(alone, name))
    assert together.ranks()[:4] == alone.ranks()
    # each is ranked among the four and itself, by a value that is a little larger
    assert all(1 <= first <= last <= 5 for first, last in together.ranks()[4:])
    with_core = (first < 4) & (second >= 4)
    assert (together.critical[with_core] >= alone.critical[0]).all()
    assert together.critical[with_core].max() < 1.2 * alone.critical[0]
    between = first >= 4
    expected = t.isf(0.025 / 15, 29)
    np.testing.assert_allclose(together.critical[between], expected)


def test_those_outside_are_ranked_with_their_level():
    """A newcomer that is as good as the best of the core set is ranked above it in few samples only."""
    rng, wrong = np.random.default_rng(12), 0
    for _ in range(200):
        scores = rng.normal([[[0.0]], [[1.0]], [[1.0]], [[1.0]]], 1, size=(4, 1, 20))
        first, last = compare(scores, np.array([True, True, True, False])).ranks()[3]
        wrong += not (first == 1 and last >= 3)
    assert wrong <= 18  # 10 are expected at most; more than 18 happen with a probability of 1 %


def test_without_a_core_set_all_are_in_it():
    """None or one of them is no set."""
    scores = np.random.default_rng(13).normal(size=(3, 1, 12))
    for core in (np.zeros(3, dtype=bool), np.array([True, False, False])):
        np.testing.assert_array_equal(compare(scores, core).p, compare(scores).p)


def test_too_many_pairs_rest_on_bonferroni(monkeypatch):
    """The bound is wider than the maximum statistic."""
    scores = np.random.default_rng(14).normal(size=(6, 1, 15))
    resampled = compare(scores)
    monkeypatch.setattr(statistics, "MANY_PAIRS", 14)
    bounded = compare(scores)
    np.testing.assert_allclose(bounded.critical, t.isf(0.025 / 15, 14))
    assert (bounded.p >= resampled.p - 0.01).all()
    np.testing.assert_array_equal(bounded.signs != 0, bounded.p <= 0.05)


def test_pairing_separates_what_seeds_have_in_common():
    """Seeds that are hard for all do not hide a small, steady difference."""
    rng = np.random.default_rng(5)
    hard = rng.normal(0, 10, size=30)
    one, other = hard + rng.normal(0.5, 0.3, 30), hard + rng.normal(0, 0.3, 30)

    assert compare(np.array([[one], [other]])).ranks() == [(1, 1), (2, 2)]
    assert compare(np.array([[one], [rng.permutation(other)]])).ranks() == [(1, 2), (1, 2)]


def test_differences_without_spread():
    """Always better by the same is better; always equal is not."""
    steady = np.random.default_rng(6).normal(size=12)
    compared = compare(np.array([[steady + 1], [steady], [steady]]))
    assert compared.signs.tolist() == [1, 1, 0]
    assert compared.p.tolist() == [0, 0, 1]
    np.testing.assert_allclose([compared.low[:2], compared.high[:2]], 1)
    assert compared.ranks() == [(1, 1), (2, 3), (2, 3)]
    assert compare(np.ones((1, 1, 12))).ranks() == [(1, 1)]


def test_fewer_seeds_tell_nobody_apart():
    """However large a difference is."""
    scores = np.array([[[9.0] * 30], [[0.0] * 30]])
    few, enough = compare(scores[..., : FEWEST_SEEDS - 1]), compare(scores[..., :FEWEST_SEEDS])
    assert (few.signs.tolist(), few.p.tolist(), few.ranks()) == ([0], [1], [(1, 2), (1, 2)])
    assert (few.low[0], few.high[0]) == (-np.inf, np.inf)
    assert (enough.signs.tolist(), enough.ranks()) == ([1], [(1, 1), (2, 2)])


def test_entries_are_compared_where_both_count():
    """The second does not count on the first release: there the first's low score does it no harm."""
    one = np.array([[0.0, 0.0, 0.0], [5.0, 6.0, 7.0]])
    other = np.array([[NAN, NAN, NAN], [4.0, 4.0, 4.0]])

    np.testing.assert_array_equal(paired_differences(np.array([one, other])), [[1, 2, 3]])
    assert np.isnan(paired_differences(np.array([one[:1], other[:1]]))).all()
    nowhere = np.array([[1.0, 1.0, 1.0], [NAN, NAN, NAN]])
    assert compare(np.array([other, nowhere])).ranks() == [(1, 2), (1, 2)]


def test_many_rows_are_resampled_as_each_alone(monkeypatch):
    """Chunks change nothing."""
    values = np.random.default_rng(8).normal(size=(7, 9))
    scores = np.random.default_rng(9).normal(size=(5, 1, 12))
    whole = intervals(values), compare(scores).p
    monkeypatch.setattr(statistics, "_CHUNK", 2)

    np.testing.assert_array_equal(intervals(values), whole[0])
    np.testing.assert_array_equal(compare(scores).p, whole[1])


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
    matrix = np.zeros((4, 4), dtype=bool)
    for i, j in apart:
        matrix[i, j] = matrix[j, i] = True

    assert tie_groups(matrix) == groups


@pytest.mark.parametrize("effect", [0.8, 0.5])
def test_seeds_needed_have_the_power(effect):
    """With as many seeds as it says a pair of this effect is told apart in about 80 %."""
    rng, spread = np.random.default_rng(6), np.array([1.0, -1.0]) / np.sqrt(2)  # of standard deviation 1
    n = seeds_needed(spread + effect, critical=2.0)
    told = 0
    for _ in range(300):
        difference = rng.normal(effect, 1, n)
        told += compare(np.array([[difference], [np.zeros(n)]])).signs[0] == 1

    assert 0.74 <= told / 300 <= 0.9


def test_seeds_needed_are_at_least_the_fewest():
    """However clear a difference is; none suffice for no difference, or without a critical value."""
    assert seeds_needed(np.array([5.0, 5.0, 5.0]), critical=2.0) == FEWEST_SEEDS
    assert seeds_needed(np.array([1.0, -1.0]), critical=2.0) is None
    assert seeds_needed(np.array([1.0]), critical=2.0) is None
    assert seeds_needed(np.array([NAN, NAN]), critical=2.0) is None
    assert seeds_needed(np.array([1.0, 2.0]), critical=np.inf) is None
