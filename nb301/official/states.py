"""State dicts that torch saved, as arrays: in the legacy format, which the official GIN has, and in ZIP.

Legacy: five pickles (a magic number, the format's version, the writer's machine, the state dict, the keys of
its storages), then each storage in the order of these keys: the number of its elements, and they themselves
(official_facts F35, F38). ZIP: `data.pkl`, and a file for each storage.
"""

from __future__ import annotations

import io
import math
import struct
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nb301.errors import ReleaseError, shown
from nb301.official import zips
from nb301.official.pickles import Global, Made, Persistent, walk

_MAGIC, _VERSION = 0x1950A86A20F9469CFC6C, 1001
_ZIP = b"PK\x03\x04"
_REBUILD = "torch._utils _rebuild_tensor_v2"
#: Kinds of storages by the class that torch names; little-endian, as it writes them.
_KINDS: dict[Any, np.dtype[Any]] = {
    "torch FloatStorage": np.dtype("<f4"),
    "torch LongStorage": np.dtype("<i8"),
}
_COUNT = struct.Struct("<q")
#: Bytes of all arrays together (the official GIN has 160,000, one of the largest that its search knows
#: some 10 million), entries, and axes of one.
_MOST_BYTES, _MOST_ENTRIES, _MOST_AXES = 2**28, 10_000, 4
#: Opcodes of a state dict: 35 for each entry.
_MOST_OPCODES = 35 * _MOST_ENTRIES

_Storage = Callable[[str, np.dtype[Any], int], "bytes | memoryview"]


def read(data: bytes) -> dict[str, NDArray[Any]]:
    """Read a state dict.

    Returns:
        float32 and int64 arrays by the names of the entries, in their order; entries that share a storage
        are equal.

    Raises:
        ReleaseError: It is no state dict, cut short or garbled, or has a tensor that does not lie in its
            storage, or is of another type; names the entry.
    """
    try:
        return _from_zip(data) if data[:4] == _ZIP else _from_legacy(data)
    except struct.error:
        raise ReleaseError("state dict: cut short") from None


def _from_legacy(data: bytes) -> dict[str, NDArray[Any]]:
    magic, end = walk(data)
    version, end = walk(data, end)
    machine, end = walk(data, end)
    if magic != _MAGIC or version != _VERSION or not isinstance(machine, dict):
        raise ReleaseError(
            f"state dict: magic number {shown(magic)} of version {shown(version)}, not torch's"
        )
    if machine.get("little_endian") is not True:
        raise ReleaseError("state dict: of a machine that is not little-endian")
    state, end = walk(data, end, _MOST_OPCODES)
    keys, end = walk(data, end, _MOST_OPCODES)
    needed = _storages(state)
    if (
        not isinstance(keys, list)
        or len(keys) != len(needed)
        or not all(isinstance(key, str) for key in keys)
    ):
        raise ReleaseError(f"state dict: its list of storages is {shown(keys)}, expected {len(needed)} keys")
    if sorted(keys) != sorted(needed):
        raise ReleaseError("state dict: its list of storages has others than its entries")
    contents: dict[str, memoryview] = {}
    for key in keys:
        kind, elements = needed[key]
        [count] = _COUNT.unpack(data[end : end + _COUNT.size])
        end += _COUNT.size
        size = elements * kind.itemsize
        if count != elements or size > len(data) - end:
            raise ReleaseError(
                f"state dict: storage {shown(key)} of {elements:,} elements says {count:,}, and "
                f"{len(data) - end:,} bytes are left"
            )
        contents[key] = memoryview(data)[end : end + size]
        end += size
    if end != len(data):
        raise ReleaseError(f"state dict: {len(data) - end:,} bytes are left over")
    return _arrays(state, contents)


def _from_zip(data: bytes) -> dict[str, NDArray[Any]]:
    with zips.opened(io.BytesIO(data)) as archive:
        entries = {entry.filename: entry for entry in archive.infolist()}
        [root, *others] = [name for name in entries if name.endswith("/data.pkl")] or [""]
        if not root or others:
            raise ReleaseError("state dict: a ZIP file without one data.pkl")
        folder = root.removesuffix("data.pkl")
        order = entries.get(f"{folder}byteorder")
        if order is not None and zips.read(archive, order, 100) != b"little":
            raise ReleaseError("state dict: of a machine that is not little-endian")
        pickled = zips.read(archive, entries[root], _MOST_BYTES)
        state, end = walk(pickled, 0, _MOST_OPCODES)
        if end != len(pickled):
            raise ReleaseError("state dict: data.pkl does not end with its pickle")
        contents: dict[str, bytes] = {}
        for key, (kind, elements) in _storages(state).items():
            entry = entries.get(f"{folder}data/{key}")
            if entry is None:
                raise ReleaseError(f"state dict: storage {shown(key)} is not in the ZIP file")
            if entry.file_size != elements * kind.itemsize:
                raise ReleaseError(f"state dict: storage {shown(key)} has {entry.file_size:,} bytes")
            contents[key] = zips.read(archive, entry, _MOST_BYTES)
    return _arrays(state, contents)


def _storages(state: Any) -> dict[str, tuple[np.dtype[Any], int]]:
    """Kind and number of elements of each storage that a state dict's tensors lie in."""
    if not isinstance(state, dict) or not state or len(state) > _MOST_ENTRIES:
        raise ReleaseError("state dict: not one of 1..10,000 tensors")
    storages: dict[str, tuple[np.dtype[Any], int]] = {}
    for name, tensor in state.items():
        key, kind, elements = _storage(name, tensor)
        if storages.setdefault(key, (kind, elements)) != (kind, elements):
            raise ReleaseError(f"{shown(name)}: its storage is of another kind or size elsewhere")
    if sum(kind.itemsize * elements for kind, elements in storages.values()) > _MOST_BYTES:
        raise ReleaseError(f"state dict: storages of more than {_MOST_BYTES:,} bytes")
    return storages


def _storage(name: str, tensor: Any) -> tuple[str, np.dtype[Any], int]:
    """Key, kind and number of elements of the storage that a tensor lies in."""
    if isinstance(tensor, Made) and tensor.name == _REBUILD and len(tensor.arguments) >= 4:
        storage = tensor.arguments[0]
        if isinstance(storage, Persistent):
            match storage.identity:
                case ("storage", Global(kind), str(key), str(), int(elements), *rest) if kind in _KINDS:
                    if _is_count(elements) and rest in ([], [None]):
                        return key, _KINDS[kind], elements
    raise ReleaseError(f"{shown(name)}: no tensor of floats or integers in a storage of its own")


def _arrays(state: Mapping[str, Any], contents: Mapping[str, bytes | memoryview]) -> dict[str, NDArray[Any]]:
    arrays: dict[str, NDArray[Any]] = {}
    size = 0
    for name, tensor in state.items():
        key, kind, elements = _storage(name, tensor)
        offset, shape, strides = tensor.arguments[1:4]
        _check_place(name, elements, offset, shape, strides)
        size += math.prod(shape) * kind.itemsize
        if size > _MOST_BYTES:
            raise ReleaseError(f"{shown(name)}: arrays of together more than {_MOST_BYTES:,} bytes")
        steps = [stride * kind.itemsize for stride in strides]
        view = np.ndarray(shape, kind, contents[key], offset * kind.itemsize, steps)
        arrays[name] = np.ascontiguousarray(view).reshape(shape)
        if not np.isfinite(arrays[name]).all():
            raise ReleaseError(f"{shown(name)}: numbers that are not finite")
    return arrays


def _check_place(name: str, elements: int, offset: Any, shape: Any, strides: Any) -> None:
    """Check that a tensor lies within its storage."""
    if not isinstance(shape, tuple) or not isinstance(strides, tuple) or len(shape) != len(strides):
        raise ReleaseError(f"{shown(name)}: shape {shown(shape)} with strides {shown(strides)}")
    if len(shape) > _MOST_AXES or not all(map(_is_count, (offset, *shape, *strides))):
        raise ReleaseError(f"{shown(name)}: shape {shown(shape)} from element {shown(offset)}")
    last = offset
    for length, stride in zip(shape, strides, strict=True):
        last += (length - 1) * stride
    if math.prod(shape) > elements or 0 in shape or last >= elements:
        raise ReleaseError(
            f"{shown(name)}: shape {shown(shape)} from element {offset}, behind its storage of {elements:,}"
        )


def _is_count(value: Any) -> bool:
    return type(value) is int and 0 <= value < 2**40
