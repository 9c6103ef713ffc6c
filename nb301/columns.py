"""Values of many things as arrays side by side: read-only, equal by value."""

from __future__ import annotations

import operator
from dataclasses import fields
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

_Array = TypeVar("_Array", bound=NDArray[Any])


def read_only(array: _Array) -> _Array:
    """Refuse changes to an array from now on, such as one that is kept and handed out."""
    array.flags.writeable = False
    return array


def rows_at(index: Any) -> Any:
    """An index of rows as numpy takes it: an integer for one row; a slice, a mask or a list for many.

    Raises:
        TypeError: It is none.
    """
    if isinstance(index, slice):
        return index
    if np.ndim(index) != 1:
        return operator.index(index)
    if len(index) == 0:  # of which numpy makes floats
        return slice(0)
    return [*index] if isinstance(index, tuple) else index  # tuples are places on several axes


class Columns:
    """Base of frozen dataclasses whose fields are arrays, of one length n, and what belongs to all of them.

    Arrays are kept as read-only copies, so that no two fields, and nobody outside, share one that changes.
    """

    __slots__ = ()

    def __post_init__(self) -> None:
        for field in fields(self):  # type: ignore[arg-type]
            value = getattr(self, field.name)
            if isinstance(value, np.ndarray):
                # a view of what is read-only cannot be made writable again
                object.__setattr__(self, field.name, read_only(value.copy()).view())

    def __reduce__(self) -> tuple[Any, ...]:
        """Copies and pickles are built anew: arrays come back from pickles writable."""
        return type(self), tuple(getattr(self, field.name) for field in fields(self))  # type: ignore[arg-type]

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return all(map(_are_equal, self.__reduce__()[1], other.__reduce__()[1]))

    def __hash__(self) -> int:
        # equal ones have equal arrays, and so equal first entries; NaN has no hash of its own
        hashed: list[object] = [type(self)]
        for value in self.__reduce__()[1]:
            if isinstance(value, np.ndarray):
                hashed += [float(np.nan_to_num(value[:1]).sum()), value.size]
        return hash(tuple(hashed))


def _are_equal(one: Any, other: Any) -> bool:
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        return np.array_equal(one, other, equal_nan=True)
    return bool(one == other)
