"""The ranking against cases computed by hand."""

from __future__ import annotations

import pytest

from leaderboard.errors import UnknownReference


def test_clear_differences_give_clear_ranks(ranked, entry_runs):
    """Paired luck does not hide a steady difference; the order is that of scores."""
    ranking = ranked(entry_runs("rs", 6.4) + entry_runs("re", 5.4))
    (pair,) = ranking.whole.pairs

    assert [each.row.entry for each in ranking.whole.standings] == ["re", "rs"]
    assert [each.row.ranks for each in ranking.whole.standings] == [(1, 1), (2, 2)]
    # each point of error is half of the distance between random and best
    assert (pair.one, pair.other, pair.wins) == ("re", "rs", 1)
    assert pair.error_difference.value == pytest.approx(-1)
    assert pair.p == 0
    assert (pair.error_difference.low, pair.error_difference.high) == (pytest.approx(-1), pytest.approx(-1))
    assert ranking.whole.tie_groups == (("re",), ("rs",))


def test_a_new_entry_moves_no_score(ranked, entry_runs, by_entry):
    """Scores are absolute: they rest on frozen references, not on the pool."""
    runs = entry_runs("rs", 6) + entry_runs("re", 5.5)
    before = by_entry(ranked(runs))
    after = by_entry(ranked(runs + entry_runs("best", 4)))

    for entry, standing in before.items():
        assert after[entry].row.score == standing.row.score
        assert after[entry].row.error == standing.row.error


def test_conflicted_cells_are_kept_and_not_counted(ranked, entry_runs, by_entry, other_release):
    """On a release of its own family an entry is shown; it is ranked on the others alone."""
    runs = entry_runs("rs", 6) + entry_runs("rs", 5.4, **other_release)
    runs += entry_runs("gbdt", 4, conflicts=("xgboost",)) + entry_runs("gbdt", 6.4, **other_release)
    ranking = ranked(runs)
    standings, (own, other) = by_entry(ranking), ranking.boards

    assert [each.row.entry for each in ranking.whole.standings] == ["rs", "gbdt"]
    assert standings["gbdt"].scores[0] > standings["gbdt"].scores[1] == standings["gbdt"].worst
    assert standings["gbdt"].row.score.value == pytest.approx(standings["gbdt"].scores[1])
    assert ranking.whole.pairs[0].error_difference.value == pytest.approx(-1)
    assert [(row.entry, row.ranks, row.conflicts) for row in own.rows] == [
        ("rs", (1, 1), ()),
        ("gbdt", None, ("xgboost",)),
    ]
    assert [row.ranks for row in other.rows] == [(1, 1), (2, 2)]


def test_entry_that_counts_nowhere_comes_last(ranked, entry_runs):
    """It has no rank and is in no pair, however good it looks."""
    ranking = ranked(entry_runs("rs", 6) + entry_runs("gbdt", 4, conflicts=("xgboost",)))

    assert [each.row.entry for each in ranking.whole.standings] == ["rs", "gbdt"]
    assert ranking.whole.standings[1].row.score is None
    assert ranking.whole.pairs == ()


def test_contrasts_are_of_what_an_entry_has_both_of(ranked, entry_runs, other_release):
    """All-data against random-only within a family, and trees against graph networks within a scope."""
    runs = entry_runs("rs", 5) + entry_runs("rs", 5.5, random_only=True, **other_release)
    (standing,) = ranked(runs).whole.standings
    # 0.5 points are a quarter of the distance, at all times but the clipped ones
    assert standing.all_minus_random.value == pytest.approx(25)
    assert standing.xgb_minus_gin is None

    runs = entry_runs("rs", 5) + entry_runs("rs", 5.5, family="gin", **other_release)
    (standing,) = ranked(runs).whole.standings
    assert standing.all_minus_random is None
    assert standing.xgb_minus_gin.value == pytest.approx(25)


def test_contrasts_are_within_one_ground_truth(ranked, entry_runs, other_release):
    """Real trainings and an emulation differ by more than what the contrast is of."""
    real = other_release | {"truth": "CIFAR-10 training, last epoch"}
    (standing,) = ranked(
        entry_runs("rs", 5) + entry_runs("rs", 5.5, random_only=True, **real)
    ).whole.standings
    assert standing.all_minus_random is None

    (standing,) = ranked(entry_runs("rs", 5) + entry_runs("rs", 5.5, family="gin", **real)).whole.standings
    assert standing.xgb_minus_gin is None


def test_order_of_runs_does_not_matter(ranked, entry_runs, other_release):
    """A ranking is a function of the set of runs."""
    runs = entry_runs("rs", 6) + entry_runs("re", 5.5) + entry_runs("rs", 6, **other_release)
    forwards, backwards = ranked(runs), ranked(runs[::-1])

    assert forwards.views == backwards.views
    assert [board.release.name for board in forwards.boards] == ["emulated-xgb-v2.0", "other"]


def test_release_without_references_is_named(make_run, ranked):
    """What scores are measured against is never made up."""
    with pytest.raises(UnknownReference, match="release new"):
        ranked([make_run(release="new", release_hash="0" * 64)])


def test_a_release_where_all_have_failed_has_a_board(ranked, make_run):
    """Of zeros, without curves: one such entry stops no site."""
    failed = {"evaluations": 0, "verdict": "crash_build", "detail": "ValueError"}
    ranking = ranked([make_run("mine", seed, **failed) for seed in range(3)])
    (board,) = ranking.boards
    assert board.curves == ()
    assert board.rows[0].score.value == 0
    assert board.rows[0].crash_rate == 1
