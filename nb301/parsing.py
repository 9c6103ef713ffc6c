"""Files and texts that others wrote, read within limits: regular files, JSON and TOML.

Python's own readers wait for a pipe that nobody writes to, never come to the end of a device, and take as
much time and as deep a stack as a text asks for. What this process has not written itself is read with
these; all that can be wrong is an OSError or a ValueError of one line.
"""

from __future__ import annotations

import errno
import json
import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nb301.errors import shown

#: Objects and lists inside each other.
MAX_DEPTH = 64
#: Largest integer, exclusive: all below are finite as floats, too, and can be printed.
_LARGEST = 10**300
#: Names that files and folders may be called after, on every system.
NAME = r"[A-Za-z0-9][A-Za-z0-9._+-]{0,99}"


def read_bytes(path: Path, most: int) -> bytes:
    """Read a regular file, or the one that a link leads to.

    Args:
        path: The file.
        most: Bytes that it may have.

    Raises:
        OSError: There is none, it is something else, such as a folder, a pipe or a device, or it is longer.
    """
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "not a regular file", str(path))
    if status.st_size > most:
        raise OSError(errno.EFBIG, f"{status.st_size:,} bytes, expected at most {most:,}", str(path))
    with path.open("rb") as file:
        data = file.read(status.st_size + 1)
    if len(data) != status.st_size:
        raise OSError(errno.EIO, "its size changes while it is read", str(path))
    return data


def parse_json(text: str | bytes) -> Any:
    """Read JSON; `NaN` and `Infinity` count as numbers, as Python writes them.

    Raises:
        ValueError: It is none, has a key twice in one object, is nested deeper than `MAX_DEPTH`, or holds an
            integer of more than 300 digits or text that is no Unicode.
    """
    try:
        return _within_limits(json.loads(text, object_pairs_hook=_object))
    except RecursionError:
        raise ValueError(f"nested deeper than {MAX_DEPTH}") from None


def parse_toml(text: str | bytes) -> dict[str, Any]:
    """Read TOML.

    Raises:
        ValueError: It is none, is nested deeper than `MAX_DEPTH`, or holds an integer of over 300 digits.
    """
    import tomllib  # which no query needs

    text = text.decode() if isinstance(text, bytes) else text
    # what dotted keys take grows with the cube of their length: 32 KiB would take minutes
    for number, line in enumerate(text.split("\n"), start=1):
        keys = line if line.lstrip().startswith("[") else line.rpartition("=")[0]
        if any(key.count(".") > MAX_DEPTH for key in re.split("[=,{]", keys)):
            raise ValueError(f"line {number}: nested deeper than {MAX_DEPTH}")
    try:
        decoded: dict[str, Any] = _within_limits(tomllib.loads(text))
    except RecursionError:
        raise ValueError(f"nested deeper than {MAX_DEPTH}") from None
    return decoded


def parse_object(text: str | bytes) -> dict[str, Any]:
    """Read JSON that is an object; see `parse_json`.

    Raises:
        ValueError: It is none.
    """
    decoded = parse_json(text)
    if not isinstance(decoded, dict):
        raise ValueError(f"expected a JSON object, found {shown(decoded)}")  # noqa: TRY004 - of the text
    return decoded


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    decoded = dict(pairs)
    if len(decoded) < len(pairs):
        seen = set()
        for key, _ in pairs:
            if key in seen:
                raise ValueError(f"key {shown(key)} is there twice")
            seen.add(key)
    return decoded


def _within_limits(value: Any) -> Any:
    """The value, if it can be walked through, printed and written."""
    level = [value]
    for _ in range(MAX_DEPTH):
        below: list[Any] = []
        for entry in level:
            if isinstance(entry, Mapping):
                below += entry
                below += entry.values()
            elif isinstance(entry, list):
                below += entry
            elif isinstance(entry, int) and not -_LARGEST < entry < _LARGEST:
                raise ValueError("an integer of more than 300 digits")
            elif isinstance(entry, str) and not entry.isascii():
                entry.encode()  # UnicodeEncodeError is a ValueError
        if not below:
            return value
        level = below
    raise ValueError(f"nested deeper than {MAX_DEPTH}")
