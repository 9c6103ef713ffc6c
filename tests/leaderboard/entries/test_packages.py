"""Installed packages: none brings anything of the benchmark."""

from __future__ import annotations

from pathlib import Path

import pytest

from leaderboard.entries import environment
from leaderboard.errors import SubmissionError
from leaderboard.places import LIBRARY


@pytest.mark.parametrize(
    ("path", "source", "message"),
    [
        ("nb301/space/cells.py", None, "brings nb301"),
        ("NB301-0.1.dist-info/METADATA", None, "brings NB301-0.1.dist-info"),
        ("leaderboard/x.py", None, "brings leaderboard"),
        (
            "other/data/model",
            "releases/data/emulated-xgb-v2.0/member-3.ubj",
            "is releases/data/emulated-xgb-v2.0/member-3.ubj of",
        ),
        ("other/t.py", "truth/emulated.py", "is truth/emulated.py of nb301"),
    ],
)
def test_packages_bring_nothing_of_the_benchmark(
    locked, tmp_path, monkeypatch, path, source, message, lock_line
):
    """By whatever name: neither the library, nor a release, nor the truth; and nothing stays installed."""

    def pip(_, arguments):
        target = Path(arguments[arguments.index("--target") + 1], path)
        target.parent.mkdir(parents=True)
        target.write_bytes(b"x" if source is None else (LIBRARY / source).read_bytes())
        return ""

    monkeypatch.setattr(environment, "_pip", pip)
    with pytest.raises(SubmissionError, match=f"requirements.lock: a package .*{message}"):
        environment.environment(locked(lock_line), tmp_path / "cache")
    assert not [path for path in (tmp_path / "cache").iterdir() if not path.name.startswith(".")]
