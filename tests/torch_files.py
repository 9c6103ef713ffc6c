"""State dicts in both of torch's formats, made byte by byte; torch is not asked."""

from __future__ import annotations

import io
import struct
import zipfile

import numpy as np

from tests.pickling import Call, Named, Outside, pickled

#: Storages of a small state dict by their keys, and its entries: (key, first element, shape, strides).
STORAGES = {
    "7001": np.arange(12, dtype="<f4") / 4,
    "7002": np.array([2**40 + 1], "<i8"),
    "7000": np.arange(3, dtype="<f4") - 1,
}
ENTRIES = {
    "encoder.weight": ("7001", 0, (3, 4), (4, 1)),
    "again.weight": ("7001", 0, (3, 4), (4, 1)),
    "transposed": ("7001", 4, (4, 2), (1, 4)),
    "batches": ("7002", 0, (), ()),
    "bias": ("7000", 0, (3,), (1,)),
}
_STORAGE_NAMES = {"f": Named("torch FloatStorage"), "i": Named("torch LongStorage")}


def state(entries=None, storages=None, *, zipped=False):
    """A state dict as torch pickles it."""
    storages = STORAGES if storages is None else storages
    tensors = {}
    for name, (key, first, shape, strides) in (ENTRIES if entries is None else entries).items():
        storage = storages[key]
        view = () if zipped else (None,)
        outside = Outside(("storage", _STORAGE_NAMES[storage.dtype.kind], key, "cpu", storage.size, *view))
        more = (False, Call("collections OrderedDict"))
        tensors[name] = Call("torch._utils _rebuild_tensor_v2", (outside, first, shape, strides, *more))
    return Call("collections OrderedDict", (), tensors, {"_metadata": Call("collections OrderedDict")})


def torch_legacy(pickled_state=None, *, keys=None, storages=None, magic=0x1950A86A20F9469CFC6C, little=True):
    """A state dict in the format of torch 1.5."""
    storages = STORAGES if storages is None else storages
    machine = {
        "protocol_version": 1001,
        "little_endian": little,
        "type_sizes": {"short": 2, "int": 4, "long": 4},
    }
    parts = [magic, 1001, machine, state() if pickled_state is None else pickled_state]
    parts.append(sorted(storages) if keys is None else keys)
    data = b"".join(pickled(part, 2) for part in parts)
    for key in sorted(storages):
        data += struct.pack("<q", storages[key].size) + storages[key].tobytes()
    return data


def torch_zip(pickled_state=None, *, left_out=(), order=b"little", compression=zipfile.ZIP_STORED):
    """A state dict in torch's newer format."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        entries = {"data.pkl": pickled(state(zipped=True) if pickled_state is None else pickled_state, 2)}
        entries |= {"byteorder": order, "version": b"3\n"}
        for key, storage in STORAGES.items():
            entries[f"data/{key}"] = storage.tobytes()
        for name in entries.keys() - set(left_out):
            archive.writestr(f"archive/{name}", entries[name])
    return file.getvalue()


def state_arrays():
    """What the small state dict holds."""
    arrays = {}
    for name, (key, first, shape, strides) in ENTRIES.items():
        storage = STORAGES[key]
        steps = [stride * storage.itemsize for stride in strides]
        arrays[name] = np.lib.stride_tricks.as_strided(storage[first:], shape, steps)
    return arrays
