"""An entry on each track: rows, runs and drawing."""

from __future__ import annotations

import pytest

from leaderboard.pages.entries.tracks import entries_by_slug, track_view
from leaderboard.sandbox.messages import Verdict


@pytest.fixture
def entries_of(site_of):
    """Entries of made-up runs."""
    return lambda runs: entries_by_slug(site_of(runs))


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


def test_view_has_all_runs(site_of, make_run):
    """Each with its record, and a mark in the drawing; failed ones say how, and have lost what they found."""
    failed = make_run(seed=1, verdict=Verdict.timeout)
    site = site_of([make_run(error=5.5), failed])
    ((on_track,),) = entries_by_slug(site).values()
    view = track_view(on_track, site)

    assert [(row.run.cell.seed, row.error) for row in view.runs] == [(0, "5.500"), (1, "7.000")]
    assert view.verdicts == ("completed", "timeout")
    assert view.runs[1].path == "data/runs/rs/1e7-seconds-1-worker/emulated-xgb-v2.0-1.json"
    assert view.truths == ("ground truth: emulated 2.0, not CIFAR-10",)
    assert view.strip.count("<svg") == 1
    (row,) = view.releases
    assert (row.release.name, row.numbers.failed) == ("emulated-xgb-v2.0", "50\N{NO-BREAK SPACE}%")


def test_place_score_and_addresses_are_at_hand(site_of, make_run):
    """Of each track: what the entry's page tells first, and where the rest is."""
    other = [make_run("re", error=5.5), make_run("gbdt", conflicts=("xgboost",))]
    site = site_of([make_run("rs"), *other, make_run("rs", cell={"workers": 30})])
    views = [track_view(on_track, site) for on_track in entries_by_slug(site)["rs"]]

    assert [view.conditions for view in views] == ["10⁷ s (116 GPU days)", "10⁷ s (116 GPU days), 30 workers"]
    assert [(view.place, view.entries) for view in views] == [("1\N{EN DASH}2", 2), ("1", 1)]
    assert [view.runs_path for view in views] == [f"runs/{view.slug}/rs.html" for view in views]
    assert [view.compare for view in views] == ["compare/index.html", f"compare/{views[1].slug}.html"]


def test_curve_stands_beside_the_best_and_random_search(site_of, make_run):
    """All three in colour; an entry that does not count has none."""
    errors = {"rs": 6.5, "best": 5.0, "mid": 5.5, "other": 6.0}
    runs = [make_run(entry, error=error) for entry, error in errors.items()]
    site = site_of([*runs, make_run("gbdt", conflicts=("xgboost",))])
    plots = {slug: track_view(on, site).plot for slug, (on,) in entries_by_slug(site).items()}

    assert {one.entry for one in plots["mid"].drawn} == {"mid", "best", "rs"}
    assert all(one.is_first for one in plots["mid"].drawn)
    assert plots["mid"].name == "regret-1e7-seconds-1-worker"
    assert {one.entry for one in plots["best"].drawn} == {"best", "rs"}
