"""Looks through installed packages for files of the benchmark, which must not get into the sandbox."""

from __future__ import annotations

from pathlib import Path

from leaderboard.entries.submission import NO_RELEASES
from leaderboard.errors import SubmissionError
from leaderboard.places import LIBRARY
from leaderboard.sandbox.mounts import own_files
from nb301.files import sha256

#: Shorter files say nothing, such as an empty module.
_MIN_BYTES = 200
_TAKEN = {"nb301", "leaderboard"}


def check_packages(folder: Path, lock: Path) -> None:
    """Check that no package brings this library, or one of its files under another name.

    Args:
        folder: Where packages were installed.
        lock: What lists them.

    Raises:
        SubmissionError: One does; names the file.
    """
    ours = _by_size()
    for path in folder.rglob("*"):
        name = path.relative_to(folder).parts[0].lower().partition(".")[0].partition("-")[0]
        if name in _TAKEN:
            raise SubmissionError(f"{lock}: a package brings {path.relative_to(folder)}: {NO_RELEASES}")
        if path.is_symlink() or not path.is_file():
            continue
        same_size = ours.get(path.stat().st_size, {})
        if same_size and (original := same_size.get(sha256(path.read_bytes()))) is not None:
            raise SubmissionError(
                f"{lock}: a package brings {path.relative_to(folder)}, which is {original} of nb301: "
                f"{NO_RELEASES}"
            )


def _by_size() -> dict[int, dict[str, str]]:
    """Paths of this library's files by size and SHA-256, without those that the sandbox has anyway."""
    paths: dict[int, dict[str, str]] = {}
    allowed = {*own_files(library=True, adapter=True)}
    for path in sorted(LIBRARY.rglob("*")):
        if "__pycache__" in path.parts or path in allowed or not path.is_file():
            continue
        if (size := path.stat().st_size) >= _MIN_BYTES:
            paths.setdefault(size, {})[sha256(path.read_bytes())] = path.relative_to(LIBRARY).as_posix()
    return paths
