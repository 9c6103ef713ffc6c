"""The list of notations: round trips of each, by its own reader and by `read`."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nb301 import formats
from nb301.formats import NOTATIONS, TEXT_NOTATIONS, Notation
from nb301.space import Genotype

GENOTYPES = st.from_type(Genotype)


DARTS_MAPPING = Notation(
    "mapping",
    "darts",
    "DARTS mapping",
    "mapping",
    lambda genotype: formats.to_darts(genotype)._asdict(),
    formats.from_darts,
)


@pytest.mark.parametrize("notation", [*NOTATIONS, DARTS_MAPPING], ids=lambda notation: notation.title)
@given(genotype=GENOTYPES)
def test_round_trip(notation, genotype):
    """Every notation gives the same genotype back, by its own reader and by `read`."""
    assert notation.read(notation.write(genotype)) == genotype
    assert formats.read(notation.write(genotype)) == genotype


@pytest.mark.parametrize("notation", TEXT_NOTATIONS, ids=lambda notation: notation.title)
@given(genotype=GENOTYPES)
def test_texts_are_read_again(notation, genotype):
    """What commands write and what pages show to copy is one line, and `read` takes it."""
    for text in (notation.line(genotype), notation.to_copy(genotype)):
        assert "\n" not in text
        assert formats.read(text) == genotype


def test_names_are_unique():
    """No two notations are called alike, and our own comes first."""
    for names in ([n.name for n in NOTATIONS], [n.library for n in NOTATIONS], [n.title for n in NOTATIONS]):
        assert len({*names}) == len(names)
    assert NOTATIONS[0].write is str


GENOTYPES = st.from_type(Genotype)
