"""The schedule: what the site shows is planned, by the right entries on the right releases."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from leaderboard.entries.submission import Submission
from leaderboard.places import SUBMISSIONS
from leaderboard.problems import Problem
from leaderboard.ranking.statistics import FEWEST_SEEDS
from leaderboard.runs.check import create
from leaderboard.runs.schedule import SCHEDULE, cheap_first, scheduled

FOLDERS = sorted(path.parent for path in SUBMISSIONS.glob("*/submission.toml"))


@pytest.mark.parametrize("stage", SCHEDULE, ids=lambda stage: stage.track.slug)
def test_every_stage_is_planned(stage, campaign):
    """All submissions that search for what it is about, but for those that are named, with enough seeds."""
    tasks = scheduled(stage, FOLDERS, Path("nowhere"), campaign)
    planned = {task.cell.submission for task in tasks}
    fit = {folder.name for folder in FOLDERS if stage.track.problem in Submission(folder).manifest.problems}

    assert planned == fit - {*stage.without}
    assert {*stage.without} <= {folder.name for folder in FOLDERS}
    assert len(tasks) == len(planned) * len(stage.releases) * stage.seeds
    assert {task.cell.track for task in tasks} == {stage.track}
    assert "rs" in planned, "what speed-ups are measured against"
    assert stage.seeds >= 3 * FEWEST_SEEDS


def test_tracks_are_scheduled_once():
    """All problems are among them, and nothing twice."""
    tracks = [stage.track for stage in SCHEDULE]
    assert len({*tracks}) == len(tracks)
    assert {track.problem for track in tracks} == {*Problem}
    assert any(track.blind for track in tracks)


def test_cheap_ones_come_first(campaign):
    """Whoever declares more processor time waits; the others keep their order."""
    tasks = scheduled(SCHEDULE[0], FOLDERS, Path("nowhere"), campaign)
    declared = [task.cell.limits.cpu_seconds for task in cheap_first(tasks)]
    assert declared == sorted(declared)
    cheap = [task.cell.id for task in tasks if task.cell.limits.cpu_seconds == declared[0]]
    assert [task.cell.id for task in cheap_first(tasks)][: len(cheap)] == cheap


def test_campaign_makes_what_is_scheduled(command, monkeypatch, tmp_path):
    """And says how much of each track is there."""
    made = []
    monkeypatch.setattr("leaderboard.running.make_missing", lambda tasks, *_, **__: made.extend(tasks))
    code, said = command("campaign", create("mine", tmp_path), "--out", tmp_path / "runs")

    assert code == 0
    for stage in SCHEDULE:
        assert f"{stage.track.slug}: 0 of " in said
    mine = sum(
        len(stage.releases) * stage.seeds for stage in SCHEDULE if stage.track.problem is Problem.accuracy
    )
    assert len(made) == mine


def test_committed_runs_are_not_made_again(command, monkeypatch, tmp_path):
    """They count as there."""
    made = []
    monkeypatch.setattr("leaderboard.running.make_missing", lambda tasks, *_, **__: made.append(tasks))
    arguments = ["campaign", create("mine", tmp_path), "--out", tmp_path / "runs"]
    command(*arguments)
    committed = [SimpleNamespace(cell=task.cell) for task in made[0][:5]]
    monkeypatch.setattr("leaderboard.runs.packed.read_results", lambda _: committed)
    code, said = command(*arguments)

    assert code == 0
    assert [task.cell.id for task in made[1]] == [task.cell.id for task in made[0][5:]]
    assert f"{SCHEDULE[0].track.slug}: 5 of " in said


def test_authors_are_told_of_all_tracks():
    """The README has each of them, and no other."""
    readme = (SUBMISSIONS / "README.md").read_text()
    named = {*re.findall(r"^\| `(1e\d-[a-z0-9-]+)` \|", readme, re.MULTILINE)}
    assert named == {stage.track.slug for stage in SCHEDULE}
