"""A reader for the part of UBJSON that XGBoost writes, so that queries need not import xgboost.

Importing xgboost takes seconds and its parser a copy of the model for every member; what the files
hold is plain arrays.
"""

from __future__ import annotations

from typing import Any

import numpy as np

_NUMBERS = {b"i": ">i1", b"U": ">u1", b"I": ">i2", b"l": ">i4", b"L": ">i8", b"d": ">f4", b"D": ">f8"}
_CONSTANTS = {b"T": True, b"F": False, b"Z": None}


def loads(data: bytes) -> Any:
    """Decode one value; typed arrays become numpy arrays.

    Raises:
        ValueError: The bytes are not of this format, or end too early.
    """
    try:
        value, end = _value(data, 1, data[:1])
    except (LookupError, TypeError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"not UBJSON: {error}") from None
    if end != len(data):
        raise ValueError(f"not UBJSON: {len(data) - end} bytes after the end")
    return value


def _value(data: bytes, at: int, marker: bytes) -> tuple[Any, int]:
    """Decode what stands behind `marker`; return it and where it ends."""
    if marker in _NUMBERS:
        kind = np.dtype(_NUMBERS[marker])
        return np.frombuffer(_slice(data, at, kind.itemsize), kind)[0].item(), at + kind.itemsize
    if marker in _CONSTANTS:
        return _CONSTANTS[marker], at
    if marker == b"S":
        length, at = _value(data, at + 1, data[at : at + 1])
        return _slice(data, at, length).decode(), at + length
    if marker == b"[":
        return _array(data, at)
    if marker == b"{":
        return _object(data, at)
    raise ValueError(f"not UBJSON: marker {marker!r} at byte {at - 1}")


def _array(data: bytes, at: int) -> tuple[Any, int]:
    if data[at : at + 1] == b"$":
        kind = np.dtype(_NUMBERS[data[at + 1 : at + 2]])
        n, at = _length(data, at + 2)
        end = at + n * kind.itemsize
        return np.frombuffer(_slice(data, at, end - at), kind), end
    length: int | None = None
    if data[at : at + 1] == b"#":
        length, at = _length(data, at)
    values: list[Any] = []
    while len(values) != length:
        marker, at = data[at : at + 1], at + 1
        if length is None and marker == b"]":
            break
        value, at = _value(data, at, marker)
        values.append(value)
    return values, at


def _object(data: bytes, at: int) -> tuple[dict[str, Any], int]:
    values: dict[str, Any] = {}
    while data[at : at + 1] != b"}":
        key, at = _value(data, at, b"S")
        values[key], at = _value(data, at + 1, data[at : at + 1])
    return values, at + 1


def _length(data: bytes, at: int) -> tuple[int, int]:
    if data[at : at + 1] != b"#":
        raise ValueError(f"not UBJSON: no length at byte {at}")
    length, at = _value(data, at + 2, data[at + 1 : at + 2])
    return int(length), at


def _slice(data: bytes, at: int, length: int) -> bytes:
    part = data[at : at + length]
    if len(part) != length:
        raise ValueError(f"not UBJSON: ends within the value at byte {at}")
    return part
