"""A reader for the part of UBJSON that XGBoost writes, so that queries need not import xgboost.

Importing xgboost takes seconds and its parser a copy of the model for every member; what the files
hold is plain arrays.
"""

from __future__ import annotations

import struct
from typing import Any

import numpy as np

#: Numbers are big-endian: how one is read, and an array of them; by the byte of their marker.
_NUMBERS = {
    ord(marker): (struct.Struct(f">{code}"), np.dtype(kind))
    for marker, code, kind in (
        ("i", "b", ">i1"),
        ("U", "B", ">u1"),
        ("I", "h", ">i2"),
        ("l", "i", ">i4"),
        ("L", "q", ">i8"),
        ("d", "f", ">f4"),
        ("D", "d", ">f8"),
    )
}
_CONSTANTS = {ord("T"): True, ord("F"): False, ord("Z"): None}
_TEXT, _OBJECT, _OBJECT_END, _ARRAY, _ARRAY_END, _TYPE, _COUNT = b"S{}[]$#"


def loads(data: bytes) -> Any:
    """Decode one value; typed arrays become numpy arrays.

    Raises:
        ValueError: The bytes are not of this format, or end too early.
    """
    try:
        value, end = _value(data, 0)
    except (LookupError, OverflowError, RecursionError, TypeError, UnicodeDecodeError, struct.error) as error:
        raise ValueError(f"not UBJSON: {error}") from None
    if end != len(data):
        raise ValueError(f"not UBJSON: {len(data) - end} bytes after the end")
    return value


def _value(data: bytes, at: int) -> tuple[Any, int]:
    """Decode the value whose marker stands at `at`; return it and where it ends."""
    marker = data[at]
    if marker == _ARRAY:
        return _array(data, at + 1)
    if marker in _NUMBERS:
        return _number(data, at)
    if marker == _TEXT:
        return _text(data, at + 1)
    if marker == _OBJECT:
        return _object(data, at + 1)
    if marker in _CONSTANTS:
        return _CONSTANTS[marker], at + 1
    raise ValueError(f"not UBJSON: marker {bytes([marker])!r} at byte {at}")


def _number(data: bytes, at: int) -> tuple[Any, int]:
    number, _ = _NUMBERS[data[at]]
    return number.unpack_from(data, at + 1)[0], at + 1 + number.size


def _text(data: bytes, at: int) -> tuple[str, int]:
    length, at = _number(data, at)
    end = _end(data, at, length)
    return data[at:end].decode(), end


def _array(data: bytes, at: int) -> tuple[Any, int]:
    if data[at] == _TYPE:
        _, kind = _NUMBERS[data[at + 1]]
        n, at = _length(data, at + 2)
        end = _end(data, at, n * kind.itemsize)
        return np.frombuffer(data, kind, n, at) if n else np.empty(0, kind), end
    values: list[Any] = []
    if data[at] == _COUNT:
        n, at = _length(data, at)
        for _ in range(n):
            value, at = _value(data, at)
            values.append(value)
        return values, at
    while data[at] != _ARRAY_END:
        value, at = _value(data, at)
        values.append(value)
    return values, at + 1


def _object(data: bytes, at: int) -> tuple[dict[str, Any], int]:
    values: dict[str, Any] = {}
    while data[at] != _OBJECT_END:
        key, at = _text(data, at)
        values[key], at = _value(data, at)
    return values, at + 1


def _length(data: bytes, at: int) -> tuple[int, int]:
    if data[at] != _COUNT:
        raise ValueError(f"not UBJSON: no length at byte {at}")
    return _number(data, at + 1)


def _end(data: bytes, at: int, length: int) -> int:
    """Where a part of a value ends."""
    if not 0 <= length <= len(data) - at:
        raise ValueError(f"not UBJSON: ends within the value at byte {at}")
    return at + length
