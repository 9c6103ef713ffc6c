"""Pairs of entries: told apart, or not, by cases computed by hand."""

from __future__ import annotations

from leaderboard.ranking import pairs


def test_entries_that_differ_by_luck_share_their_ranks(ranked, entry_runs, luck):
    """Neither ranks nor tests tell them apart, and what it would take is told."""
    ranking = ranked(entry_runs("rs", 5.5) + entry_runs("re", 5.5, (*luck[1:], 0.1)))

    assert [each.row.ranks for each in ranking.whole.standings] == [(1, 2), (1, 2)]
    assert [sorted(group) for group in ranking.whole.tie_groups] == [["re", "rs"]]
    assert ranking.whole.pairs[0].seeds_needed > 6
    assert not ranking.whole.pairs[0].equivalent


def test_small_steady_differences_are_equivalent_in_practice(ranked, entry_runs):
    """Told apart by the test, and yet no difference that matters: 0.01 points of error."""
    (pair,) = ranked(entry_runs("rs", 5.51) + entry_runs("re", 5.5)).whole.pairs

    assert pair.p < 0.05
    assert pair.equivalent


def test_many_entries_list_near_pairs_alone(make_run, ranked, monkeypatch):
    """Tests are still corrected for all pairs."""
    runs = [
        make_run(f"e{number}", seed, error=5 + number / 100 + seed / 1000)
        for number in range(6)
        for seed in range(8)
    ]
    listed = {(pair.one, pair.other): pair for pair in ranked(runs).whole.pairs}
    monkeypatch.setattr(pairs, "ALL_PAIRS", 5)
    monkeypatch.setattr(pairs, "NEAR", 2)
    near = ranked(runs).whole.pairs

    assert (len(listed), len(near)) == (15, 9)
    assert all(listed[pair.one, pair.other] == pair for pair in near)
