"""Hashes of official members' files, remembered, so that each load does not read a gigabyte again.

What is remembered of a folder or ZIP file is a small file of its own in `NB301_HOME/hashes`. It counts as
long as the members' files have the same sizes, times and inodes; one that cannot be read, or written, is
passed over.
"""

from __future__ import annotations

import json
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from nb301.files import sha256, write_text
from nb301.official.archive import Archive, FoundMember
from nb301.parsing import parse_object, read_bytes
from nb301.places import user_releases

_FORMAT = 1
_MOST_BYTES = 2**20
#: Nanoseconds: what was written so short before it was hashed may be written again without a new time.
_TOO_YOUNG = 2 * 10**9


def hashes_of(archive: Archive, source: Path) -> list[str]:
    """SHA-256 of each member's file, in the order of `archive.members`.

    Args:
        archive: It.
        source: Its folder or ZIP file.

    Raises:
        ReleaseError: A member cannot be read.
    """
    real = source.resolve()
    path = user_releases().parent / "hashes" / f"{sha256(str(real).encode('utf-8', 'surrogateescape'))}.json"
    began = time.time_ns()
    kept, states, hashes = _kept(path), {}, {}
    for member in archive.members:
        states[member.path] = _state(real, member)
        known = kept.get(member.path)
        if isinstance(known, list) and known[:-1] == states[member.path] and _is_hash(known[-1]):
            hashes[member.path] = known[-1]
        else:
            hashes[member.path] = sha256(archive.read(member))
    entries = {name: [*state, hashes[name]] for name, state in states.items()}
    if entries != kept and _are_old(states, began):
        with suppress(OSError):
            write_text(path, json.dumps({"format": _FORMAT, "members": entries}) + "\n")
    return [*hashes.values()]


def _state(source: Path, member: FoundMember) -> list[int]:
    """What changes when a member's file does: size, times of contents and inode, and the inode."""
    status = (source / member.path if source.is_dir() else source).stat()
    return [status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino]


def _are_old(states: dict[str, list[int]], now: int) -> bool:
    return all(state[1] < now - _TOO_YOUNG for state in states.values())


def _kept(path: Path) -> dict[str, Any]:
    """By members' paths, their states and hashes; nothing where there is no such file that can be read."""
    with suppress(OSError, ValueError):
        entries = parse_object(read_bytes(path, _MOST_BYTES))
        members = entries.get("members")
        if entries.get("format") == _FORMAT and isinstance(members, dict):
            return members
    return {}


def _is_hash(value: object) -> bool:
    return isinstance(value, str) and len(value) == 64 and {*value} <= {*"0123456789abcdef"}
