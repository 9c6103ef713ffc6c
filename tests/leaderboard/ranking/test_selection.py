"""Selection: of many runs those that may be ranked together."""

from __future__ import annotations

import pytest

from leaderboard.errors import BoardError
from leaderboard.ranking.selection import Scope, Unfinished, releases_of, scopes_of, select, tracks_of
from leaderboard.runs.key import Track
from leaderboard.sandbox.limits import Level


def test_generation_that_ran_last_is_taken(make_run, entry_runs, track):
    """A submission that was changed is judged by its new runs; the old ones stay where they are."""
    later = make_run().origin.model_copy(update={"ended": "2021-01-01T00:00:00+00:00"})
    old = entry_runs("rs", 6)
    new = entry_runs("rs", 5, cell={"tree_hash": "0" * 64}, origin=later)

    assert select(old + new, track) == select(new + old, track) == new


def test_changed_entries_replace_earlier_ones_when_complete(make_run, entry_runs, track):
    """A generation with fewer seeds, though it ran later, waits."""
    later = make_run().origin.model_copy(update={"ended": "2021-01-01T00:00:00+00:00"})
    old = entry_runs("rs", 6)
    new = entry_runs("rs", 5, cell={"tree_hash": "0" * 64}, origin=later)

    assert select(old + new[:-1], track) == old


def test_tracks_and_unsealed_runs_are_apart(ranked, entry_runs, track):
    """Runs with more workers or another budget are ranked apart, short budgets first; unsealed ones not."""
    parallel = entry_runs("rs", 5, cell={"workers": 30})
    short = entry_runs("rs", 5, cell={"budget_seconds": 2.5e6, "budget_evaluations": 100})
    unsealed = entry_runs("re", 5, cell={"level": Level.limited})
    runs = entry_runs("rs", 6) + parallel + short + unsealed

    assert [each.row.entry for each in ranked(runs).whole.standings] == ["rs"]
    assert tracks_of(runs) == [Track(1, 2.5e6, 100), track, Track(30, 1e7, 30_000)]
    assert [track.slug for track in tracks_of(runs)] == [
        "2.5e6-seconds-100-evaluations-1-worker",
        "1e7-seconds-1-worker",
        "1e7-seconds-30-workers",
    ]
    assert ranked(parallel, Track(30, 1e7, 30_000)).runs == tuple(parallel)
    with pytest.raises(BoardError, match="no run to rank among 10 on the track 1e7-seconds-1-worker"):
        ranked(unsealed)


def test_scopes_tell_what_releases_rest_on(make_run):
    """Where it differs each basis has a scope; that of all releases comes first."""
    real = {"truth": "CIFAR-10 training, last epoch", "random_only": True}
    runs = [
        make_run(release="a"),
        make_run(release="b", random_only=True, family="gin"),
        make_run(release="c", **real),
    ]
    releases = releases_of(runs)
    scopes = {scope.slug: scope for scope in scopes_of(releases)}

    assert [release.name for release in releases] == ["c", "b", "a"]
    assert [*scopes] == ["all-releases", "real-cifar-10-trainings-last-epoch", "an-emulation"]
    assert scopes["real-cifar-10-trainings-last-epoch"].basis == "real CIFAR-10 trainings, last epoch"
    held = {slug: [*filter(scope.holds, releases)] for slug, scope in scopes.items()}
    assert [*held.values()] == [[*releases], [releases[0]], [*releases[1:]]]
    assert scopes_of(releases[1:]) == [Scope()]


def test_no_runs_is_an_error_that_says_what_to_do(ranked):
    """An empty folder cannot be ranked."""
    with pytest.raises(BoardError, match="python -m leaderboard run"):
        ranked([])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"release_hash": "b" * 64}, "differ in release"),
        ({"cell": {"protocol": 1}}, "differ in protocol"),
    ],
)
def test_runs_that_cannot_be_compared_are_refused(make_run, ranked, changes, message):
    """Entries on other release bytes or by another protocol never end in one table."""
    with pytest.raises(BoardError, match=message):
        ranked([make_run("rs"), make_run("re", **changes)])


def test_unfinished_entries_wait(make_run, ranked):
    """An interrupted command leaves entries with fewer runs; they are named, not ranked as if complete."""
    ranking = ranked([make_run("rs", 0), make_run("rs", 1), make_run("re", 0)])

    assert [each.row.entry for each in ranking.whole.standings] == ["rs"]
    assert ranking.unfinished == (Unfinished("re", "RE", "emulated-xgb-v2.0", 1, 2),)


def test_two_results_of_one_cell_are_refused(make_run, ranked):
    """A cell has one result; whoever has two has to find out which is false."""
    with pytest.raises(BoardError, match="two that differ"):
        ranked([make_run(), make_run(trace_hash="0" * 64)])
