"""Reading XGBoost's UBJSON files, as far as queries need it, without importing xgboost.

Importing xgboost takes seconds, and walking through the whole file in Python a quarter of one. A key with
its length before it and the head of a typed array behind it are some thirty bytes that do not come about
by chance, so arrays are found by their name.
"""

from __future__ import annotations

import re
import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

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


def arrays(data: bytes, name: str) -> list[NDArray[Any]]:
    """All typed arrays of a name, in the order of the file.

    Raises:
        ValueError: An array is of an unknown kind, or ends behind the file.
    """
    typed = []
    pattern = re.compile(re.escape(_key(name)) + rb"\[\$(.)#L(.{8})", re.DOTALL)
    end = 0
    # an array is looked for behind the one before: what overlaps would be larger than the file
    while match := pattern.search(data, end):
        kind, length = _KINDS.get(match[1]), _LENGTH.unpack(match[2])[0]
        if kind is None or not 0 <= length * kind.itemsize <= len(data) - match.end():
            raise ValueError(f"not XGBoost's UBJSON: array {name} at byte {match.start()} is garbled")
        array = np.frombuffer(data, kind, length, match.end())
        typed.append(array)
        end = match.end() + array.nbytes
    return typed


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
