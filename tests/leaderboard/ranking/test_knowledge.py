"""Tests of `leaderboard.ranking.knowledge`."""

from __future__ import annotations

from dataclasses import replace

import pytest

from leaderboard.ranking.knowledge import counterpart, knowledge

BLIND = {"blind": True}


def test_who_loses_blind_knew_something(entry_runs, ranked, track, luck):
    """The difference of scores over the same seeds; who is the same has none."""
    named = ranked([*entry_runs("re", 5.2), *entry_runs("rs", 6)])
    blind_runs = [*entry_runs("re", 5.8, luck[::-1], cell=BLIND), *entry_runs("rs", 6, cell=BLIND)]
    blind = ranked(blind_runs, replace(track, blind=True))
    first, second = knowledge(named, blind, named.whole.releases)

    assert (first.entry, second.entry) == ("re", "rs")
    scores = {standing.row.entry: standing.row.score.value for standing in named.whole.standings}
    assert first.named == pytest.approx(scores["re"])
    assert first.difference.value == pytest.approx(first.named - first.blind)
    assert 0 < first.difference.low < first.difference.value
    assert (second.difference.value, second.difference.low) == (0, 0)


def test_only_what_both_have_is_compared(entry_runs, ranked, track, other_release):
    """Seeds, releases and entries."""
    named = ranked([*entry_runs("re", 5.2), *entry_runs("rs", 6), *entry_runs("rs", 6, **other_release)])
    blind = ranked(entry_runs("rs", 6, (0.0, 0.3), cell=BLIND), replace(track, blind=True))
    (worth,) = knowledge(named, blind, named.whole.releases)

    assert worth.entry == "rs"
    assert worth.difference.value == 0


def test_counterparts_differ_in_blindness_alone(entry_runs, ranked, track):
    """A blind track of another budget is none."""
    named = ranked(entry_runs("rs", 6))
    blind = ranked(entry_runs("rs", 6, cell=BLIND), replace(track, blind=True))
    assert counterpart(named, [named, blind]) is blind
    assert counterpart(blind, [named, blind]) is named
    assert counterpart(named, [named]) is None


def test_other_files_are_not_compared(entry_runs, ranked, track):
    """A change of the entry is no knowledge of names; nor is anything said where it does not count."""
    named = ranked(entry_runs("re", 5.2))
    for changes in ({"tree_hash": "9" * 64}, {"environment_hash": "9" * 64}):
        blind = ranked(entry_runs("re", 6, cell=BLIND | changes), replace(track, blind=True))
        assert knowledge(named, blind, named.whole.releases) == []
    uncounted = ranked(entry_runs("re", 5, conflicts=("xgboost",), cell=BLIND), replace(track, blind=True))
    assert knowledge(named, uncounted, named.whole.releases) == []
