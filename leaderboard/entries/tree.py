"""A submission's files: read once, into memory, so that what is hashed, scanned, shown and run is the same.

Names that begin with a dot and `__pycache__` are no part of a submission: nothing of them is read, hashed
or there when it runs. Everything else in its folder is.
"""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from leaderboard.errors import SubmissionError
from nb301.files import sha256

#: Largest sum of a submission's files: code and small data, no weights and no tables of architectures.
MAX_BYTES = 2**20
_MAX_FILES = 100
#: Longest path within the folder, in characters: no archive and no file system has trouble with it.
_MAX_PATH = 200
#: Names that are the same on every file system, on every screen, and in every alphabet's reading.
_NAME = re.compile(r"[A-Za-z0-9_+-][A-Za-z0-9._+-]*")
_COMPILED = "__pycache__"


def read_tree(folder: Path) -> dict[str, bytes]:
    """Read all files of a folder, by their paths within it, in the order of these.

    Raises:
        SubmissionError: It holds something else than files and folders, too much, or a name that
            cannot be shown everywhere as what it is; names it.
    """
    files: dict[str, bytes] = {}
    room = MAX_BYTES
    for number, path in enumerate(_walk(folder), 1):
        if number > _MAX_FILES:
            raise SubmissionError(f"{folder}: more than {_MAX_FILES} files and folders")
        if not path.endswith("/"):
            files[path] = _read(folder, path, room)
            room -= len(files[path])
    _check_cases(folder, files)
    return dict(sorted(files.items()))


def tree_hash(files: Mapping[str, bytes]) -> str:
    """SHA-256 over paths and contents: of the JSON of pairs of path and SHA-256, ordered by path."""
    pairs = [(path, sha256(data)) for path, data in sorted(files.items())]
    return sha256(json.dumps(pairs, separators=(",", ":")).encode())


def _walk(folder: Path) -> Iterator[str]:
    """Paths of files and, with a slash in the end, of folders; nothing is kept of what is passed over."""
    waiting = [""]
    while waiting:
        inside = waiting.pop()
        try:
            with os.scandir(folder / inside) as entries:
                for entry in entries:
                    if entry.name.startswith(".") or entry.name == _COMPILED:
                        continue
                    path = _checked(folder, inside + entry.name)
                    if entry.is_dir(follow_symlinks=False):
                        path += "/"
                        waiting.append(path)
                    yield path
        except OSError as error:
            raise SubmissionError(f"{folder / inside}: cannot be read ({error.strerror})") from None


def _checked(folder: Path, path: str) -> str:
    """The path, if it can be shown everywhere as what it is."""
    name = path.rpartition("/")[2]
    if not _NAME.fullmatch(name):
        raise SubmissionError(
            f"{folder}: a file is called {name!a}: names are of the letters A to Z and a to z, digits, '.', "
            "'_', '+' and '-'"
        )
    if len(path) > _MAX_PATH:
        raise SubmissionError(f"{folder}: {path[:40]}...: a path of more than {_MAX_PATH} characters")
    return path


def _read(folder: Path, path: str, room: int) -> bytes:
    """The content of a file, which may be replaced by anything while this reads."""
    try:
        _check_kind(folder / path, os.lstat(folder / path))
        # a link that took its place is not opened, and on the writer of a pipe nobody waits
        descriptor = os.open(folder / path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            _check_kind(folder / path, os.fstat(descriptor))
            data = file.read(room + 1)
    except OSError as error:
        raise SubmissionError(f"{folder / path}: cannot be read ({error.strerror})") from None
    if len(data) > room:
        raise SubmissionError(f"{folder}: files of together more than {MAX_BYTES:,} bytes, {path} among them")
    return data


def _check_kind(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise SubmissionError(f"{path}: a submission holds files and folders, no links and no devices")


def _check_cases(folder: Path, files: Mapping[str, bytes]) -> None:
    seen: dict[str, str] = {}
    for path in files:
        other = seen.setdefault(path.lower(), path)
        if other != path:
            raise SubmissionError(f"{folder}: {other} and {path} are one file where case does not count")
