"""An entry on each track: rows, runs and drawing."""

from __future__ import annotations

import pytest

from leaderboard.pages.build import rank_tracks
from leaderboard.pages.entries.tracks import entries_by_slug, track_view
from leaderboard.rendering.content import Site
from leaderboard.sandbox.messages import Verdict


@pytest.fixture
def entries_of(references):
    """Entries of made-up runs."""
    return lambda runs: entries_by_slug(Site(tuple(rank_tracks(runs, references)), {}, references, {}, None))


def test_entries_are_gathered_over_tracks(entries_of, make_run):
    """In the order of slugs; runs in the order of releases and seeds."""
    other = {"release": "other", "release_hash": "b" * 64}
    runs = [make_run("rs", 1), make_run("rs", 0), make_run("rs", 1, **other), make_run("rs", 0, **other)]
    entries = entries_of([*runs, make_run("b", cell={"workers": 30}), make_run("rs", cell={"workers": 30})])

    assert [*entries] == ["b", "rs"]
    assert [len(tracks) for tracks in entries.values()] == [1, 2]
    (on_track,) = (track for track in entries["rs"] if track.ranking.track.workers == 1)
    places = [(run.release.name, run.cell.seed) for run in on_track.runs]
    assert places == [("emulated-xgb-v2.0", 0), ("emulated-xgb-v2.0", 1), ("other", 0), ("other", 1)]
    assert [*on_track.rows] == ["emulated-xgb-v2.0", "other"]


def test_view_has_all_runs(entries_of, make_run, references):
    """Each with its record, and a mark in the drawing; failed ones say how, and have lost what they found."""
    failed = make_run(seed=1, verdict=Verdict.timeout)
    ((on_track,),) = entries_of([make_run(error=5.5), failed]).values()
    view = track_view(on_track, references)

    assert [(row.run.cell.seed, row.error) for row in view.runs] == [(0, "5.500"), (1, "7.000")]
    assert view.verdicts == ("completed", "timeout")
    assert view.runs[1].path == "data/runs/rs/1e7-seconds-1-worker/emulated-xgb-v2.0-1.json"
    assert view.truths == ("ground truth: emulated 2.0, not CIFAR-10",)
    assert view.strip.count("<svg") == 1
    (row,) = view.releases
    assert (row.release.name, row.numbers.failed) == ("emulated-xgb-v2.0", "50%")
