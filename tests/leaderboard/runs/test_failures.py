"""What cannot be run: one cell, one process or one submission never ends the others."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import numpy as np
import pytest

from leaderboard import cli
from leaderboard.errors import RunError, SandboxError, SubmissionError
from leaderboard.places import SKELETON
from leaderboard.runs import store
from leaderboard.runs.check import create
from leaderboard.runs.plan import NotRun, distinct, missing, plan, readable
from leaderboard.runs.pools import local_processes
from leaderboard.runs.record import Run
from leaderboard.runs.runner import run_missing
from leaderboard.runs.store import Store
from leaderboard.runs.trace import Trace
from leaderboard.sandbox.attest import Attestation
from leaderboard.sandbox.limits import Level
from nb301 import journal

RELEASE = "emulated-xgb-v1.0"
WHOLE, REAL = np.empty(0, dtype=np.int64), np.empty(0)
NOTHING = Trace((), WHOLE, WHOLE, REAL, REAL, REAL)


@pytest.fixture
def tasks(tmp_path, campaign):
    """Of one submission, six seeds."""
    return plan([create("mine", tmp_path)], [RELEASE], range(6), tmp_path, campaign)


@pytest.fixture
def make(make_run):
    """Make runs up, but for those of some seeds, which raise an error."""

    def make(errors):
        def made(task):
            if task.cell.seed in errors:
                raise errors[task.cell.seed]
            return made_up(make_run, task), NOTHING

        return made

    return make


def made_up(make_run, task):
    return make_run(cell=task.cell.model_dump(), release_hash=task.cell.release_hash)


@pytest.mark.parametrize(
    "error",
    [
        RunError("files were changed"),
        SandboxError("no bubblewrap"),
        SubmissionError("is gone"),
        OSError(28, "No space left on device"),
        ValueError("what nobody thought of"),
        RecursionError("deep"),
        MemoryError(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_cell_that_fails_is_the_only_one(tasks, make, store_of, tmp_path, error):
    """Whatever is raised for it: the others are stored, it is told, and tried by the next command."""
    store = store_of(tmp_path / "runs")

    made = list(run_missing(tasks, store, make=make({0: error, 3: error})))

    failures = [each for each in made if isinstance(each, NotRun)]
    assert [(each.place, each.seed) for each in failures] == [(f"mine on {RELEASE}", seed) for seed in (0, 3)]
    assert all(str(error) in each.why for each in failures)
    assert [run.cell.seed for run in made if isinstance(run, Run)] == [1, 2, 4, 5]
    assert [line.run for line in store.noted()] == [tasks[seed].cell.id for seed in (1, 2, 4, 5)]
    assert missing(tasks, store) == [tasks[0], tasks[3]]
    assert len(list(run_missing(tasks, store, make=make({})))) == 2
    assert missing(tasks, store) == []


def test_a_run_that_cannot_be_stored_is_the_only_one(tasks, make, store_of, tmp_path, monkeypatch):
    """Nothing of it stays, and the others are stored."""
    runs, write = store_of(tmp_path / "runs"), store.write_trace

    def full(trace, path):
        if tasks[2].cell.id in str(path):
            raise OSError(28, "No space left on device", str(path))
        write(trace, path)

    monkeypatch.setattr(store, "write_trace", full)
    made = list(run_missing(tasks, runs, make=make({})))

    assert [each.seed for each in made if isinstance(each, NotRun)] == [2]
    assert missing(tasks, runs) == [tasks[2]]
    assert len(runs.noted()) == 5
    assert not [path for path in runs.folder.iterdir() if path.name.startswith(".") and path.is_dir()]


def test_half_a_line_of_the_ledger_spoils_no_other(tasks, make, store_of, tmp_path, monkeypatch):
    """A disk that is full for a moment: later lines follow from whole ones, and the run is noted later."""
    runs, failed = store_of(tmp_path / "runs"), []

    def full(_):
        if len(runs.ids()) == 3 and not failed:
            os.truncate(runs.ledger.path, runs.ledger.path.stat().st_size - 50)
            failed.append(True)
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(journal.os, "fsync", full)
    made = list(run_missing(tasks, runs, make=make({})))

    assert [each.seed for each in made if isinstance(each, NotRun)] == [2]
    assert len(runs.noted()) == 5
    assert list(run_missing(tasks, runs, make=make({}))) == []
    assert sorted(line.run for line in runs.noted()) == runs.ids() == sorted(task.cell.id for task in tasks)


@pytest.mark.parametrize(
    ("function", "argument", "error"),
    [(os._exit, 1, RunError), (signal.raise_signal, signal.SIGKILL, RunError), (sys.exit, 1, SystemExit)],
    ids=["exit", "killed", "raised"],
)
def test_a_process_that_dies_takes_its_own_task_alone(function, argument, error):
    """The others' results come, and new processes take the place of dead ones."""
    with local_processes(2) as processes:
        tasks = [processes.submit(abs, -number) for number in range(1, 4)]
        deaths = [processes.submit(function, argument) for _ in range(2)]
        tasks += [processes.submit(abs, -number) for number in range(4, 7)]

        assert [task.result() for task in tasks] == [*range(1, 7)]
        for death in deaths:
            with pytest.raises(error):
                death.result()


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


def spoilt(tmp_path):
    """Submissions that cannot be read, each in its way."""
    hexadecimal = "0x" + "f" * 4000
    contents = {
        "huge": f"[settings]\nx = {hexadecimal}",
        "long": f'[settings]\nx = "{"y" * 70_000}"',
        "digits": f"[settings]\nx = {'9' * 5000}",
        "deep": f"[settings]\nx = {'[' * 5000}",
        "none": None,
        "empty": "",
    }
    folders = []
    for name, content in contents.items():
        folder = create(name, tmp_path)
        path = folder / "submission.toml"
        path.unlink()
        if content is not None:
            path.write_text(content if not content else _manifest(folder, content))
        folders.append(folder)
    locked = create("locked", tmp_path)
    text = (locked / "submission.toml").read_text()
    (locked / "submission.toml").write_text(text.replace("requirements = []", 'requirements = ["a==1"]'))
    spy = create("spy", tmp_path)
    (spy / "optimizer.py").write_text("import socket\n")
    return [*folders, locked, spy, tmp_path / "nowhere", tmp_path / "No-Slug"]


def _manifest(folder, settings):
    skeleton = SKELETON / "submission.toml"
    return skeleton.read_text().replace("NAME", folder.name).partition("[settings]")[0] + settings + "\n"


def test_submissions_that_cannot_be_read_are_named(tmp_path):
    """Each by its folder, with its reason, in bounded text; the others are run."""
    good, wrong = create("good", tmp_path), spoilt(tmp_path)

    sound, failures = readable([*wrong[:3], good, *wrong[3:]])

    assert sound == [good]
    assert [(each.place, each.seed) for each in failures] == [(str(folder), None) for folder in wrong]
    assert max(len(each.why) for each in failures) < 600


def test_command_runs_what_can_be_run(tmp_path, tiny_release, monkeypatch, capsys):
    """Exit code 1 and the names of what failed, in the end; the next command tries these alone."""
    monkeypatch.setattr(
        "leaderboard.sandbox.attest.attest",
        lambda level: Attestation(level, grouped=False, canary="", probes=()),
    )
    good, wrong = create("good", tmp_path), spoilt(tmp_path)
    arguments = ["run", *wrong[:2], good, good, *wrong[2:], "--unsealed", "--out", tmp_path / "runs"]
    arguments += ["--release", tiny_release, "--seeds", 2, "--budget-evaluations", 5, "--processes", 1]
    arguments += ["--environments", tmp_path / "environments"]

    for new, there in ((2, 0), (0, 2)):
        monkeypatch.setattr(sys, "argv", ["leaderboard", *map(str, arguments)])
        with pytest.raises(SystemExit) as stopped:
            cli.main()
        said = capsys.readouterr()
        assert stopped.value.code == 1
        assert f"{new} new runs" in said.out
        assert f"{there} were there" in said.out
        told = said.err.partition("error: not run")[2]
        assert all(f"  {folder}: " in told for folder in wrong)
        assert "good" not in told
        assert "Traceback" not in said.err
    assert [run.cell.level for run in Store(tmp_path / "runs").runs()] == [Level.limited] * 2
