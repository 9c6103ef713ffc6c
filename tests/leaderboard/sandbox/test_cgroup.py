"""Control groups, in folders that only look like those of the kernel."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from leaderboard.sandbox import cgroup
from leaderboard.sandbox.cgroup import Group, descendants
from leaderboard.sandbox.limits import MAX_THREADS, Limits

LIMITS = Limits(memory_mb=100, temp_mb=10)
#: With what belongs to the sandbox itself.
BYTES, TASKS = str((100 + 10 + 64) * 2**20), str(MAX_THREADS + 4)


@pytest.fixture
def old(tmp_path, monkeypatch):
    """One hierarchy for each resource."""
    for name in ("memory", "pids"):
        (tmp_path / name / "user").mkdir(parents=True)
    monkeypatch.setattr(cgroup, "_ROOT", tmp_path)
    monkeypatch.setattr(cgroup, "_own", lambda hierarchy: tmp_path / hierarchy / "user")
    return tmp_path


@pytest.fixture
def unified(tmp_path, monkeypatch):
    """One hierarchy for all resources, in which the evaluator's group has processes."""
    (tmp_path / "slice" / "own").mkdir(parents=True)
    (tmp_path / "cgroup.controllers").touch()
    monkeypatch.setattr(cgroup, "_ROOT", tmp_path)
    monkeypatch.setattr(cgroup, "_own", lambda _: tmp_path / "slice" / "own")
    return tmp_path


def contents(folder):
    """Files below a folder by name, which the kernel would remove with their folders."""
    return {path.name: path.read_text() for path in folder.rglob("*.*") if path.is_file()}


def emptied(folder):
    for path in folder.rglob("nb301-*/*"):
        path.unlink()


def test_old_hierarchies_have_a_folder_each(old):
    """Memory and tasks are limited below the group that the evaluator is in."""
    group = Group.make(LIMITS)

    assert contents(old / "memory" / "user") == {"memory.limit_in_bytes": BYTES}
    assert contents(old / "pids" / "user") == {"pids.max": TASKS}
    emptied(old)
    group.remove()
    assert [*old.rglob("nb301-*")] == []


def test_unified_hierarchy_has_a_sibling(unified):
    """A group with processes has no groups with limits below it."""
    group = Group.make(LIMITS)

    assert contents(unified / "slice") == {"memory.max": BYTES, "pids.max": TASKS}
    assert [path.parent for path in unified.rglob("nb301-*")] == [unified / "slice"]
    emptied(unified)
    group.remove()
    assert [*unified.rglob("nb301-*")] == []


def test_groups_have_names_of_their_own(old):
    """Two runs of one evaluator are limited apart."""
    Group.make(LIMITS)
    Group.make(LIMITS)

    assert len([*(old / "memory" / "user").iterdir()]) == 2


def test_user_without_groups_has_none(old, monkeypatch):
    """Nor has who may make one in some hierarchies alone."""
    (old / "pids" / "user").rmdir()
    monkeypatch.setattr(cgroup, "_GRACE", 0.0)  # no kernel removes the files of what was begun

    assert Group.make(LIMITS) is None


def test_groups_of_dead_evaluators_are_removed(old):
    """Those of living ones stay."""
    memory = old / "memory" / "user"
    (memory / f"nb301-{2**22 + 1}-0").mkdir()  # no process has a larger number
    (memory / f"nb301-{os.getpid()}-x").mkdir()

    Group.make(LIMITS)

    names = [path.name for path in memory.iterdir()]
    assert f"nb301-{2**22 + 1}-0" not in names
    assert f"nb301-{os.getpid()}-x" in names


def test_members_are_all_that_was_started(unified):
    """A process is taken in before its children are looked up."""
    folder = unified / "slice" / "nb301"
    folder.mkdir()

    Group([folder]).add(os.getpid())

    assert int((folder / "cgroup.procs").read_text()) in {*descendants(os.getpid())}


@pytest.mark.parametrize(
    ("name", "text", "is_out"),
    [
        ("memory.events", "low 0\noom 1\noom_kill 1\n", True),
        ("memory.events", "low 0\noom 1\noom_kill 0\n", False),
        ("memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n", True),
        ("memory.oom_control", "oom_kill_disable 0\nunder_oom 0\n", False),
        ("memory.max", "1\n", False),
    ],
)
def test_kernel_tells_of_memory(tmp_path, name, text, is_out):
    """In either hierarchy; where it tells nothing nothing is known."""
    (tmp_path / name).write_text(text)

    assert Group([tmp_path]).ran_out_of_memory() is is_out


def test_descendants_begin_with_the_process():
    """Children follow; of a process that has ended there are none."""
    with subprocess.Popen([sys.executable, "-I", "-S", "-c", "input()"], stdin=subprocess.PIPE) as child:
        numbers = [*descendants(os.getpid())]

        assert numbers[0] == os.getpid()
        assert child.pid in numbers
        child.stdin.close()
        child.wait()
        assert [*descendants(child.pid)] == [child.pid]
