"""Loops as machine code, which numba makes and keeps: what numpy answers, to the last bit, in less time.

They take the place of numpy's once they pay, where numba is installed (extra `fast`). Modules of such loops
are imported here alone, since numba takes half a second. No loop may add in another order than numpy's code
that it stands in for, nor fuse a product with a sum: numba does neither unless it is told to.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any, TypeVar

_Loop = TypeVar("_Loop", bound=Callable[..., Any])
#: Architectures after which they pay: beginning takes half a second, and each takes 30 to 150 us less.
PAYS = 10_000


class _Demand:
    """How many architectures this process has asked for."""

    def __init__(self) -> None:
        self.asked = 0


_DEMAND = _Demand()


def compiled(module: str, n: int) -> ModuleType | None:
    """A module of loops, or None as long as numpy's are to answer, or for good without numba.

    Args:
        module: Its name in `nb301.surrogates`.
        n: Architectures that are asked for now.
    """
    if _DEMAND.asked < PAYS:
        _DEMAND.asked += n
        if _DEMAND.asked < PAYS:
            return None
    return _imported(module)


@cache
def _imported(module: str) -> ModuleType | None:
    if find_spec("numba") is None:
        return None
    with warnings.catch_warnings():
        try:
            return import_module(f"nb301.surrogates.{module}")
        except ImportError:  # such as of a numba that does not know this numpy yet
            return None


def machine_code(loop: _Loop) -> _Loop:
    """Compile a loop at its first call, once for a machine where that can be written down."""
    import numba

    try:
        made: _Loop = numba.njit(cache=True, nogil=True)(loop)
    except RuntimeError:  # there is no folder to keep it in
        made = numba.njit(nogil=True)(loop)
    return made
