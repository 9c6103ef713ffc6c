"""The canonical form: the smallest of all renamings."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nb301.space import (
    Cell,
    Genotype,
)

GENOTYPES = st.from_type(Genotype)


CELLS, GENOTYPES = st.from_type(Cell), st.from_type(Genotype)


@given(CELLS)
def test_canonical_is_the_smallest_renaming(renamings, cell):
    """The canonical form is the brute-force minimum over all renamings, for each of them alike."""
    equal = renamings(cell)
    assert cell in equal
    assert {renamed.canonical() for renamed in equal} == {min(equal)}


@given(GENOTYPES)
def test_canonical_is_idempotent(genotype):
    """The canonical form of a canonical form is itself, and each cell is canonical on its own."""
    canonical = genotype.canonical()
    assert canonical.canonical() == canonical
    assert canonical == Genotype(genotype.normal.canonical(), genotype.reduce.canonical())
