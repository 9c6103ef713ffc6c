"""Submissions to be read, changed and locked."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from leaderboard.entries.submission import LOCK, MANIFEST, Submission
from leaderboard.places import SKELETON


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the skeleton."""
    return Path(shutil.copytree(SKELETON, tmp_path / "my-search"))


@pytest.fixture
def changed(folder: Path) -> Callable[[str, str], Path]:
    """Replace a text of the copy's manifest; the folder."""

    def changed(old: str, new: str) -> Path:
        text = (folder / MANIFEST).read_text()
        assert old in text
        (folder / MANIFEST).write_text(text.replace(old, new))
        return folder

    return changed


@pytest.fixture
def lock_line() -> str:
    """The line of a lock that pins what `locked` requires."""
    return f"typing-extensions==1.0 --hash=sha256:{'a' * 64}\n"


@pytest.fixture
def locked(folder: Path, changed: Callable[[str, str], Path]) -> Callable[[str | None], Submission]:
    """Read the copy with a requirement beside the library, and with a text as its lock."""

    def locked(text: str | None) -> Submission:
        changed("requirements = []", 'requirements = ["Typing.Extensions==1.0", "nb301"]')
        if text is not None:
            (folder / LOCK).write_text(text)
        return Submission(folder)

    return locked
