"""Starting a submission's process: what is there of it, and what is said where nothing starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from leaderboard.errors import SandboxError
from leaderboard.sandbox.limits import Level, Limits
from leaderboard.sandbox.mounts import Environment
from leaderboard.sandbox.start import start

#: Tells where it is, what else is there, what it may import from and whether it can be changed.
TELLS = b"""
import os, pathlib, sys
here = pathlib.Path(__file__).parent
names = sorted(path.relative_to(here).as_posix() for path in here.rglob("*") if path.is_file())
print(here, names, sys.path[-1], os.access(__file__, os.W_OK))
Optimizer = None
"""
FILES = {"optimizer.py": TELLS, "data/values.txt": b"1"}
LIMITS = Limits(memory_mb=128, temp_mb=4)


def said(environment, level):
    """What the submission prints while it is imported."""
    process = start(FILES, environment, LIMITS, level=level)
    process.send({"id": 1, "do": "import", "entry_point": "optimizer:Optimizer"})
    assert process.receive(30, "import") == b'{"id": 1}'
    process.kill()
    process.close()
    return process.output.strip()


def test_limited_process_has_copies(tmp_path):
    """They are gone with it, and packages are found where they were installed."""
    here, rest = said(Environment("x", tmp_path), Level.limited).split(" ", 1)

    assert rest == f"['data/values.txt', 'optimizer.py'] {tmp_path} True"
    assert Path(here).name.startswith("nb301-")
    assert not Path(here).exists()


@pytest.mark.sandbox
@pytest.mark.usefixtures("sandbox")
def test_sealed_process_has_files_without_names(tmp_path):
    """In places that are the same everywhere, and read-only."""
    tmp_path.chmod(0o755)

    said_there = said(Environment("x", tmp_path), Level.sealed)

    assert said_there == "/submission ['data/values.txt', 'optimizer.py'] /packages False"


def test_process_that_says_nothing_is_explained():
    """Its own words come first."""
    with pytest.raises(SandboxError, match=r"(?s)cannot be made: .*No module named.*user namespaces"):
        start({}, Environment("none"), LIMITS, level=Level.limited, module="leaderboard.inside.nothing")


@pytest.mark.parametrize("missing", ["bwrap", "setpriv"])
def test_missing_program_is_named(monkeypatch, tmp_path, missing):
    """Nothing is started without it."""
    for name in {"bwrap", "setpriv"} - {missing}:
        (tmp_path / name).touch(mode=0o755)
    monkeypatch.setattr("leaderboard.sandbox.start._PATH", {"PATH": str(tmp_path)})

    with pytest.raises(SandboxError, match=f"the sandbox needs {missing}: apt-get install"):
        start({}, Environment("none"), LIMITS)
