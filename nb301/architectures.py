"""Types of what a benchmark can be asked about: one architecture in any notation, or many."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from nb301.space import Genotype


class _TwoCells(Protocol):
    """DARTS' namedtuple, or what is like it."""

    @property
    def normal(self) -> Any:
        """The normal cell."""

    @property
    def reduce(self) -> Any:
        """The reduction cell."""


class Column(Protocol):
    """An array, or a column of a table: of architectures, or one."""

    def tolist(self) -> Any:
        """Its entries."""


#: One architecture, in the notations that have a type: NASLib's compact tuples, lists or not, come last.
One = (
    Genotype
    | str
    | bytes
    | os.PathLike[str]
    | Mapping[str, Any]
    | _TwoCells
    | Sequence[Sequence[Sequence[int]]]
)
#: Many of them.
Many = list[Any] | tuple[Genotype, ...] | tuple[str, ...] | tuple[Mapping[str, Any], ...]
