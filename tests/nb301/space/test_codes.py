"""Codes: genotypes packed into arrays and back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nb301.space import (
    Cell,
    Genotype,
    from_codes,
    keys_of_canonical,
    to_codes,
)

GENOTYPES = st.from_type(Genotype)


@given(st.lists(GENOTYPES, max_size=4))
def test_codes_round_trip(genotypes):
    """Packing genotypes into an array and unpacking it gives them back."""
    codes = to_codes(genotypes)
    assert codes.shape == (len(genotypes), 2, 8, 2)
    assert from_codes(codes) == genotypes


@given(st.lists(st.from_type(Genotype), max_size=4))
def test_keys_of_many(genotypes):
    """Keys of canonical codes are the genotypes' own."""
    canonical = to_codes([genotype.canonical() for genotype in genotypes])
    assert keys_of_canonical(canonical).tolist() == [genotype.key for genotype in genotypes]
    for genotype, code in zip(genotypes, canonical, strict=True):
        assert genotype.canonical_code == code.tobytes()


CELLS, GENOTYPES = st.from_type(Cell), st.from_type(Genotype)
