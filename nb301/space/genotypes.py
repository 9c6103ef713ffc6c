"""Genotypes: a normal and a reduction cell, their text, canonical form and hash."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from nb301.errors import GenotypeError, shown
from nb301.space.cells import Cell
from nb301.space.edges import CELL_NAMES, Edge, Op
from nb301.space.renaming import canonical_code

#: A cell as somebody has written it: its text, or its edges.
_Written = TypeVar("_Written")
_TEXT = re.compile(r"normal:(?P<normal>[^,:]*),reduce:(?P<reduce>[^,:]*)")


@dataclass(frozen=True, slots=True, order=True, repr=False)
class Genotype:
    """An architecture: the normal cell and the reduction cell.

    Two genotypes are equal if their edges are; `canonical()` and `hash` are equal for all
    genotypes that describe the same network up to the names of intermediate nodes.
    """

    #: The cell that keeps the images' size.
    normal: Cell
    #: The cell that halves it.
    reduce: Cell

    def __post_init__(self) -> None:
        if isinstance(self.normal, Cell) and isinstance(self.reduce, Cell):
            return
        for name in CELL_NAMES:
            cell = getattr(self, name)
            if not isinstance(cell, Cell):
                raise GenotypeError(f"{name} cell: expected a Cell, got {type(cell).__name__}")

    def __hash__(self) -> int:
        return hash((self.normal.code, self.reduce.code))

    @classmethod
    def from_edges(
        cls,
        normal: Iterable[Edge | tuple[int, int, Op | str]],
        reduce: Iterable[Edge | tuple[int, int, Op | str]],
    ) -> Genotype:
        """Build a genotype from the edges (source, target, op) of both cells, in any order.

        Raises:
            GenotypeError: Names the cell, node and edge that do not belong to the space.
        """
        return cls._read(Cell.from_edges, normal, reduce)

    @classmethod
    def from_texts(cls, normal: str, reduce: str) -> Genotype:
        """Build a genotype from the texts of both cells, as `str(cell)` writes them.

        Args:
            normal: The normal cell.
            reduce: The reduction cell.

        Raises:
            GenotypeError: Names the cell, node and edge that cannot be read.
        """
        return cls._read(Cell.parse, normal, reduce)

    @classmethod
    def parse(cls, text: str) -> Genotype:
        """Read the text form that `str(genotype)` writes.

        Args:
            text: Both cells, `normal:...,reduce:...`.

        Raises:
            GenotypeError: Names the cell, node and edge that cannot be read.
        """
        match = _TEXT.fullmatch(text.strip())
        if match is None:
            raise GenotypeError(
                f"cannot read {shown(text)} as a genotype: expected 'normal:CELL,reduce:CELL' with "
                "CELL = 'op@source+op@source' for each of the nodes 2-5, joined by '/'"
            )
        return cls.from_texts(match["normal"], match["reduce"])

    @classmethod
    def _read(cls, read: Callable[[_Written], Cell], normal: _Written, reduce: _Written) -> Genotype:
        """Read both cells; an error of one names it."""
        cells = []
        for name, written in zip(CELL_NAMES, (normal, reduce), strict=True):
            try:
                cells.append(read(written))
            except GenotypeError as error:
                if str(error).startswith(f"{name} cell"):
                    raise
                raise GenotypeError(f"{name} cell, {error}") from None
        return cls(*cells)

    def canonical(self) -> Genotype:
        """The representative of all genotypes equal up to renaming intermediate nodes.

        Among all such genotypes it is the smallest.
        """
        return Genotype(self.normal.canonical(), self.reduce.canonical())

    @property
    def canonical_code(self) -> bytes:
        """The codes of the canonical form's cells, normal cell first: 32 bytes."""
        return canonical_code(self.normal.code) + canonical_code(self.reduce.code)

    @property
    def hash(self) -> str:
        """Stable name of the canonical form: 32 hex digits, equal in every process and version.

        The first 128 bits of the SHA-256 of the canonical form's 32 code bytes, normal cell first.
        """
        return hashlib.sha256(self.canonical_code).hexdigest()[:32]

    @property
    def key(self) -> int:
        """The first 64 bits of `hash` as an integer; seeds everything that depends on the architecture."""
        return key_of(self.canonical_code)

    def __str__(self) -> str:
        return f"normal:{self.normal},reduce:{self.reduce}"

    def __repr__(self) -> str:
        return f"Genotype.parse({str(self)!r})"

    def _repr_html_(self) -> str:
        """Draw both cells in a notebook, above the text."""
        from nb301.display import genotype_card

        return genotype_card(str(self.normal), str(self.reduce), str(self))


def key_of(canonical_code: bytes) -> int:
    """`Genotype.key` of the genotype with a canonical code of 32 bytes.

    Args:
        canonical_code: See `Genotype.canonical_code`.

    Returns:
        64 bits.
    """
    return int.from_bytes(hashlib.sha256(canonical_code).digest()[:8], "big")
