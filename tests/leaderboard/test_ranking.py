"""The ranking against cases computed by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import wilcoxon

from leaderboard.errors import BoardError
from leaderboard.ranking import boards, bootstrap_median, curve, error_at, rank_ranges, smallest_p


def test_interval_of_five_values_is_their_range():
    """A resample of five has the smallest as its median with probability 0.058, more than 2.5 %."""
    assert bootstrap_median(np.array([5.0, 1.0, 3.0, 2.0, 4.0])) == (1.0, 5.0)


def test_interval_of_eleven_values_leaves_the_ends_out():
    """A resample's median is the second or less with P(Bin(11, 2/11) >= 6) = 0.007, the third with 0.051."""
    assert bootstrap_median(np.arange(11.0)) == (2.0, 8.0)


def test_equal_values_have_a_point_for_an_interval():
    """Without spread there is nothing to resample."""
    assert bootstrap_median(np.full(5, 4.5)) == (4.5, 4.5)


@pytest.mark.parametrize(
    ("intervals", "expected"),
    [
        ([(1, 2), (3, 4)], [(1, 1), (2, 2)]),
        ([(3, 4), (1, 2)], [(2, 2), (1, 1)]),
        ([(1, 3), (2, 4)], [(1, 2), (1, 2)]),
        ([(1, 2), (2, 3)], [(1, 2), (1, 2)]),
        # the first lies before the third, the second overlaps both
        ([(1, 2), (1.5, 3.5), (3, 4)], [(1, 2), (1, 3), (2, 3)]),
        ([(1, 1)], [(1, 1)]),
    ],
)
def test_ranks_are_shared_as_long_as_intervals_overlap(intervals, expected):
    """Only intervals that lie wholly apart put entries in order."""
    assert rank_ranges(intervals) == expected


def test_smallest_p_agrees_with_scipy():
    """The most extreme case of the exact signed-rank test has all differences on one side."""
    for n in (1, 5, 6, 10):
        assert smallest_p(n) == pytest.approx(wilcoxon(np.arange(1, n + 1), method="exact").pvalue)


def test_rows_are_medians_of_the_noise_free_error(make_run):
    """Error and observed error are medians over seeds, in percent; the observed one is lower by luck."""
    runs = [make_run("rs", seed, error) for seed, error in enumerate([5.0, 5.4, 5.1, 5.3, 5.2])]
    runs += [make_run("re", seed, error) for seed, error in enumerate([4.0, 4.4, 4.1, 4.3, 4.2])]

    (board,) = boards(runs)

    assert [row.entry for row in board.rows] == ["re", "rs"]
    assert [row.ranks for row in board.rows] == [(1, 1), (2, 2)]
    assert board.rows[1].error == pytest.approx(5.2)
    assert board.rows[1].interval == pytest.approx((5.0, 5.4))
    assert board.rows[1].observed_error == pytest.approx(5.1)
    assert board.rows[1].evaluations == 7


def test_best_is_the_lowest_noise_free_error(make_run):
    """The architecture that the page draws is the best last incumbent of all runs."""
    runs = [make_run("rs", 0, 5.0), make_run("rs", 1, 4.0), make_run("re", 0, 4.5), make_run("re", 1, 4.6)]

    (board,) = boards(runs)

    assert (board.best.identity.entry, board.best.identity.seed) == ("rs", 1)


def test_all_data_release_comes_first(make_run):
    """One board for each release; the random-only one stands behind."""
    found = boards([make_run(release="a-rand", random_only=True), make_run(release="b")])

    assert [board.release.name for board in found] == ["b", "a-rand"]


def test_order_of_runs_does_not_matter(make_run):
    """Boards are a function of the set of runs."""
    runs = [make_run(entry, seed, 4 + seed / 10) for entry in ("rs", "re") for seed in range(3)]
    (forwards,), (backwards,) = boards(runs), boards(runs[::-1])

    assert forwards.rows == backwards.rows
    assert forwards.best == backwards.best


def test_error_at_carries_the_incumbent_forward(make_run):
    """There is no error before the first evaluation has ended, and the last one stays."""
    errors = error_at(make_run(error=5.0), np.array([99.0, 100.0, 999.0, 1000.0, 1e9]))

    np.testing.assert_allclose(errors, [np.nan, 6.0, 6.0, 5.0, 5.0])


def test_curve_starts_where_every_run_has_an_incumbent(make_run):
    """Medians and ranges over runs, at log-spaced times up to the budget."""
    found = curve([make_run(seed=seed, error=error) for seed, error in enumerate([5.0, 5.5, 7.0])], points=4)

    np.testing.assert_allclose(found.seconds, [100, 1000, 10_000])
    np.testing.assert_allclose(found.median, [6.5, 5.5, 5.5])
    np.testing.assert_allclose(found.low, [6, 5, 5])
    np.testing.assert_allclose(found.high, [8, 7, 7])


def test_no_runs_is_an_error_that_says_what_to_do():
    """An empty folder cannot be ranked."""
    with pytest.raises(BoardError, match="python -m leaderboard run"):
        boards([])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"release_hash": "b" * 64}, "differ in release"),
        ({"budget_seconds": 2e4}, "differ in budget_seconds"),
        ({"settings": {"size": 2}}, "differ in settings"),
    ],
)
def test_runs_that_cannot_be_compared_are_refused(make_run, change, message):
    """Other release bytes, budgets or settings never end in one row."""
    with pytest.raises(BoardError, match=message):
        boards([make_run(seed=0), make_run(seed=1, **change)])


def test_unpaired_seeds_are_refused(make_run):
    """An interrupted command leaves entries with fewer runs; they are not ranked as if complete."""
    with pytest.raises(BoardError, match=r"rs has seeds \[0, 1\]"):
        boards([make_run("rs", 0), make_run("rs", 1), make_run("re", 0)])
