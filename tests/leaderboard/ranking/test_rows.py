"""Rows against cases computed by hand."""

from __future__ import annotations

import pytest


def test_rows_hold_the_measures_of_their_runs(ranked, entry_runs):
    """Scores are means and errors medians over seeds, in points and percent; observed ones lie below."""
    changes = {"support": {"queries": 4, "unfamiliar": 1}, "usage": {"cpu_seconds": 3.0}}
    runs = entry_runs("rs", 5.5, (0, 0.2, -0.2), **changes)
    (standing,) = ranked(runs).whole.standings
    row = standing.row

    # regret 0.75 for a quarter of the time, 0.25 for the rest, and luck moves both; from 10^4 s on for halves
    assert row.score.value == pytest.approx(62.5)
    assert row.early_score == pytest.approx(50)
    assert row.error == pytest.approx(5.5)
    assert row.observed_error == pytest.approx(5.4)
    assert row.observed_score > 0
    assert row.regret == pytest.approx(0.5)
    assert (row.evaluations, row.crash_rate, row.cpu_seconds, row.unfamiliar) == (7, 0, 3, 0.25)
    assert (row.ranks, row.speed_up, standing.worst) == ((1, 1), 1, row.score.value)


def test_failed_runs_count(ranked, entry_runs, by_entry):
    """A run without an evaluation scores 0, and the crash rate shows it; no curve is drawn of it."""
    runs = entry_runs("rs", 5) + entry_runs("bad", 5, evaluations=0, verdict="crash_import", support=None)
    ranking = ranked(runs)
    bad = by_entry(ranking)["bad"]

    assert (bad.row.score.value, bad.row.crash_rate, bad.row.unfamiliar) == (0, 1, None)
    assert bad.row.error == pytest.approx(7)
    assert bad.row.speed_up is None
    assert [each.entry for each in ranking.boards[0].curves] == ["rs"]


def test_speed_up_is_the_ratio_of_running_times(ranked, entry_runs, by_entry):
    """To what random search ends with, 6 %: it takes 10^5.5 s, the other entry 10^4."""
    runs = entry_runs("rs", 6, (0,) * 3) + entry_runs("re", 5, (0,) * 3)

    assert by_entry(ranked(runs))["re"].row.speed_up == pytest.approx(10**1.5)
    assert by_entry(ranked(entry_runs("re", 5)))["re"].row.speed_up is None
