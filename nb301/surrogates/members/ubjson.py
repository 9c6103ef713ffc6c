"""Reading XGBoost's UBJSON files without importing xgboost: as far as queries need it, or whole.

Importing xgboost takes seconds, and walking through the whole file in Python a quarter of one. A key with
its length before it and the head of a typed array behind it are some thirty bytes that do not come about
by chance, so arrays are found by their name. What is read only once, and was written by others, is walked
through (`document`).
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nb301.errors import shown

#: What an object becomes when it has been read.
Kept = Callable[[dict[str, Any]], Any]
#: Kinds of numbers by their marker; all are big-endian.
_KINDS: dict[bytes, np.dtype[Any]] = {
    b"i": np.dtype(">i1"),
    b"U": np.dtype(">u1"),
    b"I": np.dtype(">i2"),
    b"l": np.dtype(">i4"),
    b"L": np.dtype(">i8"),
    b"d": np.dtype(">f4"),
    b"D": np.dtype(">f8"),
}
_LENGTH = struct.Struct(">q")
#: Bytes between `[$` and the numbers of a typed array: its kind, `#L` and its length.
_TYPED = 3 + _LENGTH.size
_CONSTANTS = {b"T": True, b"F": False, b"Z": None}
#: Objects and lists inside each other; values in all, of which 20,000 trees have some 400,000.
_DEEPEST, _MOST_VALUES = 32, 5_000_000


def arrays(data: bytes, name: str) -> tuple[list[int], NDArray[Any]]:
    """All typed arrays of a name, in the order of the file: their lengths, and what they hold, joined.

    Raises:
        ValueError: An array is of an unknown kind or another one's, or ends behind the file.
    """
    key, lengths, parts = _key(name) + b"[$", [], []
    kind, at = b"", data.find(key)
    # an array is looked for behind the one before: what overlaps would be larger than the file
    while at >= 0:
        start = at + len(key) + _TYPED
        own, marks = data[at + len(key) : at + len(key) + 1], data[at + len(key) + 1 : at + len(key) + 3]
        kind = kind or own
        if own not in _KINDS or own != kind or marks != b"#L" or start > len(data):
            raise ValueError(f"not XGBoost's UBJSON: array {name} at byte {at} is garbled")
        (length,) = _LENGTH.unpack_from(data, start - _LENGTH.size)
        end = start + length * _KINDS[kind].itemsize
        if not start <= end <= len(data):
            raise ValueError(f"not XGBoost's UBJSON: array {name} at byte {at} is garbled")
        lengths.append(length)
        parts.append(data[start:end])
        at = data.find(key, end)
    return lengths, np.frombuffer(b"".join(parts), _KINDS.get(kind))


def text(data: bytes, name: str) -> str:
    """The first text of a name.

    Raises:
        ValueError: There is none, or it ends behind the file.
    """
    match = re.search(re.escape(_key(name)) + rb"SL(.{8})", data, re.DOTALL)
    if match is None:
        raise ValueError(f"not XGBoost's UBJSON: it has no text {name}")
    length = _LENGTH.unpack(match[1])[0]
    if not 0 <= length <= len(data) - match.end():
        raise ValueError(f"not XGBoost's UBJSON: text {name} is of {length} bytes, which are not there")
    return data[match.end() : match.end() + length].decode()


def _key(name: str) -> bytes:
    return b"L" + _LENGTH.pack(len(name)) + name.encode()


def document(data: bytes, kept: Kept) -> dict[str, Any]:
    """Read a whole file: objects as dicts, lists and texts as Python's, typed arrays as arrays.

    Args:
        data: The file.
        kept: What an object becomes when it is read, such as fewer entries of it.

    Raises:
        ValueError: It is not one object to its end, or has a key twice, a marker that XGBoost does not
            write, a length that the file does not have, or is nested too deep; has the place.
    """
    walk = _Walk(data, kept)
    value = walk.value(walk.take(1), 0)
    if not isinstance(value, dict) or walk.at != len(data):
        raise walk.garbled("not one object to the end of the file")
    return value


class _Walk:
    """Where a walk through a file is."""

    def __init__(self, data: bytes, kept: Kept) -> None:
        self.at = 0
        self._data, self._kept, self._values = data, kept, 0

    def garbled(self, what: str) -> ValueError:
        """What is wrong here."""
        return ValueError(f"not XGBoost's UBJSON: byte {self.at:,}: {what}")

    def take(self, n: int) -> bytes:
        """The next bytes."""
        if not 0 <= n <= len(self._data) - self.at:
            raise self.garbled(f"{n:,} bytes are expected, {len(self._data) - self.at:,} are there")
        self.at += n
        return self._data[self.at - n : self.at]

    def value(self, marker: bytes, depth: int) -> Any:
        """The value that a marker begins."""
        self._values += 1
        if self._values > _MOST_VALUES:
            raise self.garbled(f"more than {_MOST_VALUES:,} values")
        if marker in _KINDS:
            return self._array(_KINDS[marker], 1)[0].item()
        if marker in _CONSTANTS:
            return _CONSTANTS[marker]
        if marker == b"S":
            return self.take(self._length()).decode()
        if depth == _DEEPEST or marker not in {b"{", b"["}:
            what = "nested too deep" if depth == _DEEPEST else "no value that XGBoost writes"
            raise self.garbled(f"{marker!r}, {what}")
        return self._object(depth + 1) if marker == b"{" else self._list(depth + 1)

    def _array(self, kind: np.dtype[Any], length: int) -> NDArray[Any]:
        return np.frombuffer(self.take(length * kind.itemsize), kind)

    def _length(self) -> int:
        """A count of bytes or entries, itself a number of any kind of integers."""
        kind = _KINDS.get(self.take(1))
        if kind is None or kind.kind == "f":
            raise self.garbled("no length")
        return int(self._array(kind, 1)[0])

    def _object(self, depth: int) -> Any:
        entries: dict[str, Any] = {}
        while (marker := self.take(1)) != b"}":
            self.at -= len(marker)
            key = self.take(self._length()).decode()
            if key in entries:
                raise self.garbled(f"key {shown(key)} is there twice")
            entries[key] = self.value(self.take(1), depth)
        return self._kept(entries)

    def _list(self, depth: int) -> Any:
        marker = self.take(1)
        if marker == b"$":
            kind = _KINDS.get(self.take(1))
            if kind is None or self.take(1) != b"#":
                raise self.garbled("no array of numbers")
            return self._array(kind, self._length())
        values = []
        if marker == b"#":
            for _ in range(self._length()):
                values.append(self.value(self.take(1), depth))
        else:
            while marker != b"]":
                values.append(self.value(marker, depth))
                marker = self.take(1)
        return values
