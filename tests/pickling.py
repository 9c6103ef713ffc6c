"""Pickles of the official package's libraries, put together opcode by opcode; no library is asked."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Call:
    """What REDUCE makes of a global and arguments, with entries that are set, and a state."""

    name: str
    arguments: tuple[Any, ...] = ()
    entries: dict[str, Any] = field(default_factory=dict)
    state: Any = None
    #: `REDUCE` or `NEWOBJ`.
    how: bytes = b"R"


@dataclass(frozen=True)
class Named:
    """A global."""

    name: str


@dataclass(frozen=True)
class Outside:
    """A persistent id."""

    identity: tuple[Any, ...]


@dataclass(frozen=True)
class Code:
    """Opcodes as they are."""

    opcodes: bytes


def pickled(value, protocol=3):
    """A pickle of protocol 2, 3 or 4."""
    body = _code(value, protocol) + b"."
    frame = b"\x95" + struct.pack("<Q", len(body)) if protocol == 4 else b""
    return b"\x80" + bytes([protocol]) + frame + body


def _code(value, protocol):  # noqa: PLR0912 - a case for each kind
    match value:
        case Code(opcodes):
            return opcodes
        case None:
            return b"N"
        case bool():
            return b"\x88" if value else b"\x89"
        case int() if 0 <= value < 256:
            return b"K" + bytes([value])
        case int() if abs(value) < 2**31:
            return b"J" + struct.pack("<i", value)
        case int():
            size = value.bit_length() // 8 + 1
            return b"\x8a" + bytes([size]) + value.to_bytes(size, "little", signed=True)
        case float():
            return b"G" + struct.pack(">d", value)
        case str() if protocol == 4 and len(value.encode()) < 256:
            return b"\x8c" + bytes([len(value.encode())]) + value.encode()
        case str():
            return b"X" + struct.pack("<I", len(value.encode())) + value.encode()
        case bytes() if protocol == 2:
            return _code(Call("_codecs encode", (value.decode("latin-1"), "latin1")), 2)
        case bytes():
            return b"B" + struct.pack("<I", len(value)) + value
        case list():
            return b"](" + b"".join(_code(part, protocol) for part in value) + b"e"
        case tuple():
            return b"(" + b"".join(_code(part, protocol) for part in value) + b"t"
        case dict():
            return b"}" + _entries(value, protocol)
        case Named(name):
            return _name(name, protocol)
        case Outside(identity):
            return _code(identity, protocol) + b"Q"
        case Call():
            code = _name(value.name, protocol) + _code(value.arguments, protocol) + value.how
            code += _entries(value.entries, protocol) if value.entries else b""
            return code + (b"" if value.state is None else _code(value.state, protocol) + b"b")
    raise TypeError(value)


def _entries(entries, protocol):
    code = b"("
    for number, (key, entry) in enumerate(entries.items()):
        # every key is remembered, as Python's own pickler does, too
        remembered = b"\x94" if protocol == 4 else b"q" + bytes([number % 256])
        code += _code(key, protocol) + remembered + _code(entry, protocol)
    return code + b"u"


def _name(name, protocol):
    module, _, attribute = name.partition(" ")
    if protocol == 4:
        return _code(module, 4) + _code(attribute, 4) + b"\x93"
    return f"c{module}\n{attribute}\n".encode()


def xgboost_pickle(handle, protocol=3, **more):
    """A pickled `Booster` of XGBoost."""
    if protocol == 2:
        array = Call("__builtin__ bytearray", (handle.decode("latin-1"), "latin-1"))
    else:
        array = Call("builtins bytearray", (handle,))
    names = [f"f{number}" for number in range(3)]
    state = {"feature_names": names, "feature_types": None, "handle": array, "best_score": 0.5, **more}
    return pickled(Call("xgboost.core Booster", (), {}, state, b"\x81"), protocol)


def lightgbm_pickle(text, protocol=3, **more):
    """A pickled `Booster` of LightGBM, with the numpy scalar that it has, too."""
    dtype = Call("numpy dtype", ("f8", 0, 1), {}, (3, "<", None, None, None, -1, -1, 0))
    score = Call("numpy.core.multiarray scalar", (dtype, struct.pack("<d", 6.5)))
    entries = {"rmse": score}
    best = Call("collections defaultdict", (Named("collections OrderedDict"),), {"valid_0": entries})
    state = {"handle": text, "best_score": best, "params": {"seed": 7, "deep": [1.5, (True, None)]}, **more}
    return pickled(Call("lightgbm.basic Booster", (), {}, state, b"\x81"), protocol)
