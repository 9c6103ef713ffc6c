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
_Answer = TypeVar("_Answer")
#: Architectures after which they pay: beginning takes half a second, and each takes 30 to 150 us less.
PAYS = 10_000


class _Demand:
    """How many architectures this process has asked for, and modules of loops that failed to answer."""

    def __init__(self) -> None:
        self.asked = 0
        self.failed: set[str] = set()


_DEMAND = _Demand()


def answered(module: str, n: int, answer: Callable[[ModuleType | None], _Answer]) -> _Answer:
    """What a function answers by a module of loops, or, given None, by numpy's; see `compiled`.

    Machine code is made at a loop's first call, and may fail there, such as on a full disk or by a damaged
    file of numba's: numpy answers then, and from then on.
    """
    loops = compiled(module, n)
    if loops is None:
        return answer(None)
    try:
        return answer(loops)
    except Exception as error:  # noqa: BLE001 - numba fails in many ways
        failure = f"{type(error).__name__}: {error}"
    by_numpy = answer(None)  # raises where not the loops but the question was wrong
    _DEMAND.failed.add(module)
    _say(
        f"compiled loops failed ({failure:.200}): if this comes again, delete what numba keeps, in "
        "__pycache__ or NUMBA_CACHE_DIR"
    )
    return by_numpy


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
    return None if module in _DEMAND.failed else _imported(module)


@cache
def _imported(module: str) -> ModuleType | None:
    if find_spec("numba") is None:
        return None
    with warnings.catch_warnings():
        try:
            import numba

            if numba.config.DISABLE_JIT:  # they would be Python's, and take minutes
                return None
            return import_module(f"nb301.surrogates.{module}")
        except Exception as error:  # noqa: BLE001 - such as of a numba for another numpy, or without its LLVM
            failure = f"{type(error).__name__}: {error}"
    _say(f"numba cannot be imported ({failure:.200}): mend or remove it")
    return None


def _say(why: str) -> None:
    """Say once why an answer takes longer than it could."""
    warnings.warn(f"numpy answers from here on, since {why}", RuntimeWarning, stacklevel=3)


def machine_code(loop: _Loop) -> _Loop:
    """Compile a loop at its first call, once for a machine where that can be written down."""
    import numba

    try:
        made: _Loop = numba.njit(cache=True, nogil=True)(loop)
    except RuntimeError:  # there is no folder to keep it in
        made = numba.njit(nogil=True)(loop)
    return made
