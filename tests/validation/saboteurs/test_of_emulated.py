"""Tests of `validation.saboteurs.of_emulated`; `test_catalogue.py` asks some of them."""

from __future__ import annotations

from validation.claims import claims_of
from validation.saboteurs import oracle
from validation.saboteurs.of_emulated import OF_EMULATED


def test_saboteurs_name_claims_that_there_are():
    """All of the truth in question."""
    known = {claim.id for claim in claims_of(oracle.TRUTH)}
    for name, saboteur in OF_EMULATED.items():
        assert set(saboteur.caught_by) <= known, name
