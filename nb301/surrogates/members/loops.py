"""When compiled loops take the place of numpy's: once they pay, where numba is installed (extra `fast`)."""

from __future__ import annotations

import warnings
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

#: Architectures after which they pay: numba takes half a second to begin, and saves 30 to 100 us of each.
PAYS = 4000


class _Demand:
    """How many architectures this process has asked for."""

    def __init__(self) -> None:
        self.asked = 0


_DEMAND = _Demand()


def compiled(n: int) -> ModuleType | None:
    """The module `compiled`, or None as long as numpy's loops are to answer, or for good without numba.

    Both give the same, to the last bit.

    Args:
        n: Architectures that are asked for now.
    """
    if _DEMAND.asked < PAYS:
        _DEMAND.asked += n
        if _DEMAND.asked < PAYS:
            return None
    return _imported()


@cache
def _imported() -> ModuleType | None:
    if find_spec("numba") is None:
        return None
    with warnings.catch_warnings():
        try:
            return import_module("nb301.surrogates.members.compiled")
        except ImportError:  # such as of a numba that does not know this numpy yet
            return None
