"""Pickles of official members, walked opcode by opcode: nothing is imported, nothing is called.

`pickletools.genops` gives the opcodes; a stack of inert values follows them (official_facts F36). Every
global that the official members name stands in `_GLOBALS`, with what it may be done to; another one, or
another opcode, is refused with its place.
"""

from __future__ import annotations

import io
import pickletools
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

from nb301.errors import ReleaseError, one_line, shown

#: Opcodes that a pickle may have: a GIN of 8 layers has 8,107 (one of 30 four times as many).
MOST_OPCODES = 200_000
#: Values that may stand on the stack at once, lists and tuples inside each other.
_MOST_VALUES, _DEEPEST = 10_000, 32
#: What a global's arguments or state may be, by its name; protocol 2 has the names of Python 2.
_BOOSTERS = MappingProxyType({"xgboost.core Booster": "xgboost", "lightgbm.basic Booster": "lightgbm"})
_BYTES = frozenset({"builtins bytearray", "__builtin__ bytearray", "__builtin__ bytes", "_codecs encode"})
_DICTS = frozenset({"collections OrderedDict", "collections defaultdict"})
_NUMBERS = frozenset(
    {"numpy dtype", "numpy.core.multiarray scalar", "numpy._core.multiarray scalar"},
)
_TENSORS = frozenset({"torch._utils _rebuild_tensor_v2"})
_STORAGES = frozenset({"torch FloatStorage", "torch LongStorage"})
_GLOBALS = _BYTES | _DICTS | _NUMBERS | _TENSORS | _STORAGES | {*_BOOSTERS}
#: Opcodes that put their argument on the stack as it is.
_VALUES = frozenset(
    {
        *("BININT", "BININT1", "BININT2", "LONG1", "BINFLOAT"),
        *("BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8", "BINBYTES", "SHORT_BINBYTES", "BINBYTES8"),
    }
)
_CONSTANTS: Mapping[str, Any] = MappingProxyType({"NONE": None, "NEWTRUE": True, "NEWFALSE": False})
_TUPLES: Mapping[str, int] = MappingProxyType({"EMPTY_TUPLE": 0, "TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3})


@dataclass(frozen=True, slots=True)
class Global:
    """A class or function that a pickle names, such as `xgboost.core Booster`; it is not looked up."""

    name: str


@dataclass(slots=True)
class Made:
    """What a pickle would make of a global: an object that is not made."""

    name: str
    arguments: tuple[Any, ...]
    state: Any = None


@dataclass(frozen=True, slots=True)
class Persistent:
    """What stands outside of the pickle, by what the pickle calls it: a torch storage."""

    identity: tuple[Any, ...]


class _Ordered(dict[Any, Any]):
    """An `OrderedDict` or `defaultdict`; the attributes of one are passed over."""


class Pickle(NamedTuple):
    """What a pickle holds."""

    value: Any
    #: Where it ends, in bytes from the start of the data.
    end: int


class PickledBooster(NamedTuple):
    """A member of boosted trees, as it was pickled."""

    #: `xgboost` or `lightgbm`.
    library: str
    #: The model: XGBoost's bytes (F37), LightGBM's text (F38).
    handle: bytes | str


def walk(data: bytes, start: int = 0, most_opcodes: int = MOST_OPCODES) -> Pickle:
    """Read a pickle of protocol 2 to 4 as inert values.

    Args:
        data: It, and whatever follows it.
        start: Where it starts.
        most_opcodes: Opcodes that it may have.

    Returns:
        Numbers, texts, bytes, lists, tuples and dicts; `Global`, `Made` and `Persistent` for what the
        pickle would have made of them.

    Raises:
        ReleaseError: It is cut short or garbled, has an opcode or names a global that no official member
            has, is nested too deep, holds itself or is too long; has the opcode and its place.
    """
    file = io.BytesIO(data)
    file.seek(start)
    stack = _Stack(len(data) - start)
    count, last = 0, start
    try:
        for count, (opcode, argument, position) in enumerate(pickletools.genops(file)):
            last = start if position is None else position
            if count == most_opcodes:
                raise _Refused(f"more than {most_opcodes:,} opcodes")  # noqa: TRY301
            if count == 0 and not (opcode.name == "PROTO" and argument in (2, 3, 4)):
                raise _Refused("no pickle of protocol 2, 3 or 4")  # noqa: TRY301
            stack.follow(opcode.name, argument)
    except _Refused as error:
        raise ReleaseError(f"pickle, byte {last:,}: {one_line(str(error))}") from None
    except (ValueError, IndexError, OverflowError, struct.error) as error:
        what = one_line(str(error), 100) or type(error).__name__
        raise ReleaseError(f"pickle, behind byte {last:,}: cut short or garbled ({what})") from None
    _check_nesting(stack.result)
    return Pickle(stack.result, file.tell())


def read_booster(data: bytes) -> PickledBooster:
    """Read a pickled `Booster` of XGBoost or LightGBM (F35, F36).

    Raises:
        ReleaseError: It is none; see `walk`.
    """
    value, end = walk(data)
    if end != len(data):
        raise ReleaseError(f"{len(data) - end:,} bytes behind the pickle, expected none")
    if not isinstance(value, Made) or value.name not in _BOOSTERS:
        raise ReleaseError(f"a pickle of {_kind(value)}, expected a Booster of XGBoost or LightGBM")
    library = _BOOSTERS[value.name]
    handle = value.state.get("handle") if isinstance(value.state, dict) else None
    expected = str if library == "lightgbm" else bytes
    if not isinstance(handle, expected) or not handle:
        raise ReleaseError(
            f"its {library} Booster has a handle that is {_kind(handle)}, expected {expected.__name__}"
        )
    return PickledBooster(library, handle)


def _kind(value: object) -> str:
    if isinstance(value, Made | Global):
        return shown(value.name)
    return "missing" if value is None else type(value).__name__


class _Refused(Exception):
    """What an opcode asks for is refused; caught where the place is known."""


@dataclass(slots=True)
class _Stack:
    """The values that a pickle's opcodes have put together so far."""

    #: Bytes that texts may still become: each text once, as it stands in the pickle.
    room: int
    values: list[Any] = field(default_factory=list)
    #: Where `MARK`s stand: the number of values below each.
    marks: list[int] = field(default_factory=list)
    memo: dict[int, Any] = field(default_factory=dict)
    result: Any = None

    def follow(self, name: str, argument: Any) -> None:
        """Do what an opcode says, to inert values."""
        if name in _VALUES:
            self.values.append(argument)
        elif name in _CONSTANTS:
            self.values.append(_CONSTANTS[name])
        elif name in _TUPLES:
            self.values.append(tuple(self.pop(_TUPLES[name])))
        elif name in _OPERATIONS:
            _OPERATIONS[name](self, argument)
        else:
            raise _Refused(f"opcode {name} is not one that official members have")
        if len(self.values) > _MOST_VALUES or len(self.marks) > _DEEPEST:
            raise _Refused(f"more than {_MOST_VALUES:,} values or {_DEEPEST} marks on the stack")

    def pop(self, n: int) -> list[Any]:
        """Take the last `n` values off, as long as they are above the last mark."""
        floor = self.marks[-1] if self.marks else 0
        if len(self.values) - n < floor:
            raise _Refused(f"takes {n} values, where {len(self.values) - floor} are")
        taken = self.values[len(self.values) - n :]
        del self.values[len(self.values) - n :]
        return taken

    def pop_to_mark(self) -> list[Any]:
        """Take off what is above the last mark, and the mark."""
        if not self.marks:
            raise _Refused("no mark on the stack")
        mark = self.marks.pop()
        taken = self.values[mark:]
        del self.values[mark:]
        return taken

    def top(self) -> Any:
        """The last value, which stays."""
        [value] = self.pop(1)
        self.values.append(value)
        return value

    def mark(self, _: Any) -> None:
        """Begin a group of values."""
        self.marks.append(len(self.values))

    def skip(self, _: Any) -> None:
        """Pass over what says how the pickle is cut into frames, and its protocol."""

    def stop(self, _: Any) -> None:
        """Keep the one value that is left."""
        [self.result] = self.pop(1)
        if self.values or self.marks:
            raise _Refused(f"ends with {len(self.values)} more values on the stack")

    def put(self, number: Any) -> None:
        """Remember the last value, by a number or by the next one."""
        self.memo[len(self.memo) if number is None else number] = self.top()

    def get(self, number: Any) -> None:
        """Repeat a value that is remembered."""
        if number not in self.memo:
            raise _Refused(f"nothing is remembered as number {number}")
        self.values.append(self.memo[number])

    def tuple(self, _: Any) -> None:
        """A tuple of what is above the mark."""
        self.values.append(tuple(self.pop_to_mark()))

    def empty_list(self, _: Any) -> None:
        """A new list."""
        self.values.append([])

    def empty_dict(self, _: Any) -> None:
        """A new dict."""
        self.values.append({})

    def append(self, _: Any) -> None:
        """Add one value to a list."""
        self.extend(self.pop(1))

    def appends(self, _: Any) -> None:
        """Add values to a list."""
        self.extend(self.pop_to_mark())

    def extend(self, added: list[Any]) -> None:
        """Add values to the list that is last."""
        target = self.top()
        if not isinstance(target, list):
            raise _Refused(f"adds to {_kind(target)}, expected a list")
        target += added

    def set_item(self, _: Any) -> None:
        """Set one entry of a dict."""
        self.update(self.pop(2))

    def set_items(self, _: Any) -> None:
        """Set entries of a dict."""
        self.update(self.pop_to_mark())

    def update(self, pairs: list[Any]) -> None:
        """Set entries of the dict that is last, whose keys are texts."""
        target = self.top()
        if not isinstance(target, dict):
            raise _Refused(f"sets entries of {_kind(target)}, expected a dict")
        if len(pairs) % 2:
            raise _Refused("a key without a value")
        for key, value in zip(pairs[::2], pairs[1::2], strict=True):
            if not isinstance(key, str):
                raise _Refused(f"a key that is {_kind(key)}, expected text")
            if key in target:
                raise _Refused(f"key {shown(key)} is set twice")
            target[key] = value

    def name(self, argument: Any) -> None:
        """Name a class or function."""
        module_and_name = " ".join(map(str, self.pop(2))) if argument is None else argument
        if module_and_name not in _GLOBALS:
            raise _Refused(f"names {shown(module_and_name)}, which no official member has")
        self.values.append(Global(module_and_name))

    def new(self, _: Any) -> None:
        """Make an object of a class."""
        what, arguments = self.pop(2)
        if not isinstance(what, Global) or what.name not in _BOOSTERS or arguments != ():
            raise _Refused(f"makes {_kind(what)} of {shown(arguments)}, expected a Booster of nothing")
        self.values.append(Made(what.name, ()))

    def reduce(self, _: Any) -> None:
        """Tell what a call would give."""
        what, arguments = self.pop(2)
        if not isinstance(what, Global) or not isinstance(arguments, tuple):
            raise _Refused(f"calls {_kind(what)} with {_kind(arguments)}")
        called = _called(what.name, arguments)
        self.room -= len(called) if len(arguments) == 2 and isinstance(called, bytes) else 0
        if self.room < 0:
            raise _Refused("makes bytes of one text again and again")
        self.values.append(called)

    def build(self, _: Any) -> None:
        """Set an object's state."""
        target, state = self.pop(2)
        if isinstance(target, Made) and target.state is None and target.name in {*_BOOSTERS, "numpy dtype"}:
            target.state = state
        elif not isinstance(target, _Ordered):
            raise _Refused(f"sets the state of {_kind(target)}")
        self.values.append(target)

    def persistent(self, _: Any) -> None:
        """Refer to what stands outside."""
        [identity] = self.pop(1)
        if not isinstance(identity, tuple):
            raise _Refused(f"refers to {_kind(identity)}, expected a tuple")
        self.values.append(Persistent(identity))


_OPERATIONS: Mapping[str, Callable[[_Stack, Any], None]] = MappingProxyType(
    {
        "PROTO": _Stack.skip,
        "FRAME": _Stack.skip,
        "MARK": _Stack.mark,
        "STOP": _Stack.stop,
        "BINPUT": _Stack.put,
        "LONG_BINPUT": _Stack.put,
        "MEMOIZE": _Stack.put,
        "BINGET": _Stack.get,
        "LONG_BINGET": _Stack.get,
        "TUPLE": _Stack.tuple,
        "EMPTY_LIST": _Stack.empty_list,
        "APPEND": _Stack.append,
        "APPENDS": _Stack.appends,
        "EMPTY_DICT": _Stack.empty_dict,
        "SETITEM": _Stack.set_item,
        "SETITEMS": _Stack.set_items,
        "GLOBAL": _Stack.name,
        "STACK_GLOBAL": _Stack.name,
        "NEWOBJ": _Stack.new,
        "REDUCE": _Stack.reduce,
        "BUILD": _Stack.build,
        "BINPERSID": _Stack.persistent,
    }
)


def _called(name: str, arguments: tuple[Any, ...]) -> Any:
    """What a call would give, without calling: bytes, an empty dict, or a `Made`."""
    if name in _DICTS:
        if name.endswith("OrderedDict") and arguments:
            raise _Refused("an OrderedDict of entries, expected an empty one")
        return _Ordered()
    if name in _NUMBERS | _TENSORS:
        return Made(name, arguments)
    if name not in _BYTES:
        raise _Refused(f"calls {name}, which official members do not")
    match arguments:
        case (bytes() as content,) if name != "_codecs encode":
            return content
        case (str() as text, "latin-1" | "latin1"):  # as protocol 2 writes bytes
            return text.encode("latin-1")
        case () if name != "_codecs encode":
            return b""
    raise _Refused(f"{name} of something else than bytes")


def _check_nesting(value: Any) -> None:
    """Check that no value holds itself, or is nested too deep; each is looked at once for every depth."""
    level: dict[int, Any] = {id(value): value}
    for _ in range(_DEEPEST):
        below: dict[int, Any] = {}
        for entry in level.values():
            for part in _parts(entry):
                below[id(part)] = part
        if not below:
            return
        level = below
    raise ReleaseError(f"pickle: values that hold themselves, or are nested deeper than {_DEEPEST}")


def _parts(value: Any) -> list[Any]:
    """The values directly in a value that can hold others."""
    if isinstance(value, dict):
        held = [*value.values()]
    elif isinstance(value, list | tuple):
        held = [*value]
    elif isinstance(value, Made):
        held = [*value.arguments, value.state]
    else:
        held = [*value.identity] if isinstance(value, Persistent) else []
    return [part for part in held if isinstance(part, dict | list | tuple | Made | Persistent)]
