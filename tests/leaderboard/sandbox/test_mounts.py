"""The profile of the sandbox: what a submission sees, and the command that makes it so."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from leaderboard.places import INSIDE, LIBRARY, ROOT
from leaderboard.sandbox import mounts
from leaderboard.sandbox.limits import Limits
from leaderboard.sandbox.mounts import PYTHON, Environment, Mount, command, description, own_files, variables

VISIBLE = [Mount(Path("/a"), "/x"), Mount(Path("/b"), "/y/z")]


def made(monkeypatch, user):
    """The command that a user makes, with one visible folder and one copied file."""
    monkeypatch.setattr(os, "geteuid", lambda: user)
    return command(["-m", "shim"], VISIBLE, {"data/a.txt": 9}, Limits(temp_mb=3), 7, 8)


def position(arguments, *part):
    """Where some arguments follow each other."""
    for start in range(len(arguments)):
        if tuple(arguments[start : start + len(part)]) == part:
            return start
    raise AssertionError(part)


def test_own_files_are_what_was_asked_for():
    """The shim is always there, the library and the adapter where they are required."""
    alone = own_files(library=False, adapter=False)
    library = own_files(library=True, adapter=False)

    assert {path.parent for path in alone} == {INSIDE}
    assert INSIDE / "shim.py" in alone
    assert INSIDE / "configspace.py" not in library
    assert LIBRARY / "space" / "cells.py" in library
    assert own_files(library=True, adapter=True) == [*library, INSIDE / "configspace.py"]
    assert all(path.is_file() for path in library)


def test_nothing_that_knows_a_result_is_mounted():
    """Neither a folder of data nor the library's own queries."""
    names = {path.relative_to(ROOT).as_posix() for path in own_files(library=True, adapter=True)}

    assert not [name for name in names if name.startswith(("nb301/releases", "nb301/tables", "nb301/truth"))]
    assert "nb301/benchmark.py" not in names


def test_what_shows_itself_elsewhere_names_what_is_missing(tmp_path):
    """Nothing else of the library needs what is not mounted."""
    for path in own_files(library=True, adapter=False):
        place = tmp_path / path.relative_to(ROOT)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(path.read_bytes())
    code = (
        "import nb301, numpy; g = nb301.sample(numpy.random.default_rng(0)); print(repr(g)); g._repr_html_()"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(tmp_path), "PYTHONSAFEPATH": "1"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.stdout.startswith("Genotype.parse('normal:")
    assert ran.stderr.endswith("ModuleNotFoundError: No module named 'nb301.display'\n")


def test_packages_and_own_files_have_their_places():
    """Each is mounted once; an environment without packages has no such folder."""
    visible = mounts.mounts(Environment("x", Path("/cache"), library=True))
    targets = {mount.target: mount.source for mount in visible}

    assert len(targets) == len(visible)
    assert targets["/packages"] == Path("/cache")
    assert targets["/nb301/leaderboard/inside/shim.py"] == INSIDE / "shim.py"
    assert targets[PYTHON.as_posix()] == PYTHON
    assert "/packages" not in {mount.target for mount in mounts.mounts(Environment("x"))}


@pytest.mark.parametrize("user", [0, 1000])
def test_sandbox_has_what_it_is_given_alone(monkeypatch, user):
    """Copies are read-only, /tmp has a size, and nothing that bubblewrap makes can be written."""
    arguments = made(monkeypatch, user)

    position(arguments, "--perms", "0444", "--file", "9", "/submission/data/a.txt")
    position(arguments, "--size", str(3 * 2**20), "--tmpfs", "/tmp")  # noqa: S108 - the sandbox's own
    position(arguments, "--cap-drop", "ALL")
    end = position(arguments, "--remount-ro", "/")
    assert arguments.index("--unshare-all") < arguments.index("--clearenv") < end
    assert arguments[-3:] == [PYTHON.as_posix(), "-m", "shim"]
    assert position(arguments, "--seccomp", "8", "--") > end
    assert arguments.count("--info-fd") == 1


def test_user_without_privileges_mounts_sources(monkeypatch):
    """One bubblewrap does."""
    arguments = made(monkeypatch, 1000)

    assert arguments.count("bwrap") == 1
    assert "setpriv" not in arguments
    position(arguments, "--ro-bind", "/a", "/x")
    position(arguments, "--ro-bind", "/b", "/y/z")


def test_root_gives_up_being_root(monkeypatch):
    """Root mounts the sources where everybody may look, then a user that nobody has seals itself off."""
    arguments = made(monkeypatch, 0)
    first, demoted = position(arguments, "--ro-bind", "/a", "/mnt/0"), arguments.index("setpriv")
    user = arguments[demoted + 2]

    assert first < demoted < position(arguments, "--ro-bind", "/mnt/0", "/x")
    assert position(arguments, "--ro-bind", "/b", "/mnt/1") < demoted
    assert 60578 <= int(user) < 61184
    position(arguments, "setpriv", "--reuid", user, "--regid", user, "--clear-groups", "--", "bwrap")


def test_description_changes_with_the_profile(monkeypatch):
    """What decides how well it seals is in it."""
    before = description(Limits())
    assert description(Limits()) == before
    assert description(Limits(temp_mb=1)) != before

    monkeypatch.setattr(mounts, "SUBMISSION", "/elsewhere")
    assert description(Limits()) != before


def test_variables_are_the_same_for_everybody():
    """Nothing of the evaluator's environment; libraries are told their threads."""
    values = variables(Limits(threads=2), "/ours")

    assert values["PYTHONPATH"] == "/ours"
    assert values["PYTHONHASHSEED"] == "0"
    assert {name for name, value in values.items() if value == "2"} == {
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "NUMEXPR_NUM_THREADS",
    }
    assert len(values) == 9
