"""Plans: what is to be run, what cannot be, and what a store lacks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from leaderboard.errors import RunError, SubmissionError
from leaderboard.problems import Problem
from leaderboard.runs.check import create
from leaderboard.runs.key import Track
from leaderboard.runs.plan import distinct, missing, plan, readable, unspoilt
from nb301 import load
from nb301.errors import UnknownRelease

RELEASE, RANDOM_ONLY = "emulated-xgb-v2.0", "emulated-xgb-rand-v2.0"
TRACK = Track(1, 1e7, 12)


def test_plan_pairs_seeds_over_entries_and_releases(climber, tmp_path, campaign):
    """Every entry runs with every seed on every release, those that are paired together."""
    other = create("other", tmp_path)
    cells = [
        task.cell for task in plan([climber, other], [RELEASE, RANDOM_ONLY], range(5), tmp_path, campaign)
    ]

    assert len({cell.id for cell in cells}) == 2 * 2 * 5
    assert [cell.seed for cell in cells[:8]] == [0] * 4 + [1] * 4
    assert {cell.release_hash for cell in cells} == {
        load(name).release.release_hash for name in (RELEASE, RANDOM_ONLY)
    }


def test_unknown_release_lists_the_known_ones(planned):
    """A wrong name is found before anything runs."""
    with pytest.raises(UnknownRelease, match=RELEASE):
        planned(releases=["emulated-xgb-v9.9"])


def test_budget_has_both_limits(planned):
    """A run that could go on for ever is not planned."""
    with pytest.raises(RunError, match="both limits"):
        planned(track=Track(1, float("inf"), 10))


def test_refused_source_is_not_planned(tmp_path, campaign):
    """What the scan refuses is told with its place, and nothing is run."""
    folder = create("spy", tmp_path)
    (folder / "optimizer.py").write_text("import socket\n")

    with pytest.raises(SubmissionError, match=r"optimizer\.py:1: imports socket"):
        plan([folder], [RELEASE], [0], tmp_path, campaign)


def test_only_what_changed_is_missing(planned, make_run, tmp_path, store_of, campaign, nothing):
    """Another seed, budget or byte of the submission is another cell; the others stay done."""
    store, tasks = store_of(tmp_path / "runs"), planned(range(2))
    run = make_run()
    with store.opened():
        for task in tasks:
            release = run.release.model_copy(update={"release_hash": task.cell.release_hash})
            store.add(run.model_copy(update={"cell": task.cell, "release": release}), nothing)

    assert missing(planned(range(3)), store) == planned([2])
    assert len(missing(planned(range(2), track=replace(TRACK, budget_evaluations=13)), store)) == 2
    assert len(missing(planned(range(2), track=replace(TRACK, workers=2)), store)) == 2
    changed = create("climber", tmp_path / "elsewhere")
    assert missing(plan([changed], [RELEASE], range(2), tmp_path, campaign, track=TRACK), store) == []
    (changed / "README.md").write_text("")
    assert len(missing(plan([changed], [RELEASE], range(2), tmp_path, campaign, track=TRACK), store)) == 2


def test_folders_count_once(tmp_path, campaign, monkeypatch):
    """However they are written: with a slash, a dot, a link, absolute."""
    folder = create("mine", tmp_path)
    (tmp_path / "link").symlink_to(folder)
    monkeypatch.chdir(tmp_path)
    written = ["mine", "mine/", "./mine", "link", "mine/../mine", str(folder), "link/."]

    assert distinct(map(Path, written)) == [folder]
    assert len(plan([*map(Path, written)], [RELEASE], [0], tmp_path, campaign)) == 1


def test_two_folders_of_one_name_are_refused(tmp_path, campaign):
    """Entries are told apart by it; the error names both."""
    one, other = create("mine", tmp_path / "a"), create("mine", tmp_path / "b")

    for use in (readable, lambda folders: plan(folders, [RELEASE], [0], tmp_path, campaign)):
        with pytest.raises(SubmissionError, match=f"{one} and {other} have one name"):
            use([one, other])


def test_submissions_that_cannot_be_read_are_named(spoilt_submissions, tmp_path):
    """Each by its folder, with its reason, in bounded text; the others are run."""
    good, wrong = create("good", tmp_path), spoilt_submissions

    sound, failures = readable([*wrong[:3], good, *wrong[3:]])

    assert sound == [good]
    assert [(each.place, each.seed) for each in failures] == [(str(folder), None) for folder in wrong]
    assert max(len(each.why) for each in failures) < 600


def test_published_salts_surprise_nobody_who_comes_later(campaign, store_of, make_run, tmp_path, nothing):
    """Files that had run before go on; others could have the salt in their code, and need another folder."""
    old, new = create("old", tmp_path), create("new", tmp_path)
    store = store_of(tmp_path / "runs")
    (first,) = plan([old], [RELEASE], [0], tmp_path, campaign)
    run = make_run(cell=first.cell.model_dump(), release_hash=first.cell.release_hash)
    with store.opened():
        store.add(run, nothing)
    before = plan([old, new], [RELEASE], [0, 1], tmp_path, store.campaign())
    assert unspoilt(before) == (before, [])

    published = store.publish()
    tasks, failures = unspoilt(plan([old, new], [RELEASE], [0, 1], tmp_path, store.campaign()))

    assert published == store.publish() == store.campaign()
    assert [task.cell.id for task in tasks] == [task.cell.id for task in before if task.folder == old]
    assert [(each.place, each.seed) for each in failures] == [(str(new), None)]
    assert "in another folder (--out)" in failures[0].why
    (old / "README.md").write_text("now it is another\n")
    assert unspoilt(plan([old], [RELEASE], [0], tmp_path, published))[0] == []


def test_nothing_prints_the_salt(campaign, tmp_path):
    """Messages, logs and representations name the campaign alone."""
    (task,) = plan([create("mine", tmp_path)], [RELEASE], [3], tmp_path, campaign)
    shown = f"{campaign!r} {campaign} {task!r} {task} {task.cell.model_dump_json()}"

    assert campaign.id in shown
    assert campaign.salt not in shown
    assert str(campaign.training_seed(3)) not in shown


def test_tracks_take_those_that_can_take_part(tmp_path, campaign):
    """Who searches for something else is left out, and where there are several workers a function."""
    folder = create("mine", tmp_path)
    (folder / "optimizer.py").write_text("def run(objective, budget, **settings):\n    pass\n")
    manifest = folder / "submission.toml"
    manifest.write_text(manifest.read_text().replace('"optimizer:Optimizer"', '"optimizer:run"'))

    def planned_on(**changes):
        return plan([folder], [RELEASE], [0], tmp_path, campaign, track=replace(TRACK, **changes))

    assert len(planned_on()) == 1
    assert planned_on(workers=2) == planned_on(problem=Problem.multi_objective) == []
    manifest.write_text('problems = ["accuracy", "multi-objective"]\n' + manifest.read_text())
    assert len(planned_on(problem=Problem.multi_objective, blind=True)) == 1


def test_trainings_pause_where_there_are_curves(tmp_path, campaign):
    """A release without learning curves is refused before anything is run."""
    folder = create("mine", tmp_path)
    manifest = folder / "submission.toml"
    manifest.write_text('problems = ["multi-fidelity"]\n' + manifest.read_text())
    track = replace(TRACK, problem=Problem.multi_fidelity)
    assert len(plan([folder], [RELEASE], [0], tmp_path, campaign, track=track)) == 1
    with pytest.raises(RunError, match="has no learning curves"):
        plan([folder], ["cifar10-xgb-rand-v1.0"], [0], tmp_path, campaign, track=track)
