"""A reader for the part of UBJSON that XGBoost writes, so that queries need not import xgboost.

Importing xgboost takes seconds and its parser a copy of the model for every member; what the files
hold is plain arrays.
"""

from __future__ import annotations

import struct
from typing import Any

import numpy as np

#: Numbers are big-endian: how one is read, and an array of them.
_NUMBERS = {
    marker: (struct.Struct(f">{code}"), np.dtype(kind))
    for marker, code, kind in (
        (b"i", "b", ">i1"),
        (b"U", "B", ">u1"),
        (b"I", "h", ">i2"),
        (b"l", "i", ">i4"),
        (b"L", "q", ">i8"),
        (b"d", "f", ">f4"),
        (b"D", "d", ">f8"),
    )
}
_CONSTANTS = {b"T": True, b"F": False, b"Z": None}


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
    marker, at = data[at : at + 1], at + 1
    if marker in _NUMBERS:
        number, _ = _NUMBERS[marker]
        return number.unpack_from(data, at)[0], at + number.size
    if marker == b"S":
        return _text(data, at)
    if marker == b"[":
        return _array(data, at)
    if marker == b"{":
        return _object(data, at)
    if marker in _CONSTANTS:
        return _CONSTANTS[marker], at
    raise ValueError(f"not UBJSON: marker {marker!r} at byte {at - 1}")


def _text(data: bytes, at: int) -> tuple[str, int]:
    length, at = _value(data, at)
    return _slice(data, at, length).decode(), at + length


def _array(data: bytes, at: int) -> tuple[Any, int]:
    if data[at : at + 1] == b"$":
        _, kind = _NUMBERS[data[at + 1 : at + 2]]
        n, at = _length(data, at + 2)
        end = at + n * kind.itemsize
        return np.frombuffer(_slice(data, at, end - at), kind), end
    values: list[Any] = []
    if data[at : at + 1] == b"#":
        n, at = _length(data, at)
        for _ in range(n):
            value, at = _value(data, at)
            values.append(value)
        return values, at
    while data[at : at + 1] != b"]":
        value, at = _value(data, at)
        values.append(value)
    return values, at + 1


def _object(data: bytes, at: int) -> tuple[dict[str, Any], int]:
    values: dict[str, Any] = {}
    while data[at : at + 1] != b"}":
        key, at = _text(data, at)
        values[key], at = _value(data, at)
    return values, at + 1


def _length(data: bytes, at: int) -> tuple[int, int]:
    if data[at : at + 1] != b"#":
        raise ValueError(f"not UBJSON: no length at byte {at}")
    return _value(data, at + 1)


def _slice(data: bytes, at: int, length: int) -> bytes:
    part = data[at : at + length]
    if length < 0 or len(part) != length:
        raise ValueError(f"not UBJSON: ends within the value at byte {at}")
    return part
