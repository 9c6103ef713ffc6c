"""Tests of `validation.saboteurs.of_trainings`; `test_catalogue.py` asks some of them."""

from __future__ import annotations

from validation.claims import claims_of
from validation.saboteurs import stand_in
from validation.saboteurs.of_trainings import OF_TRAININGS


def test_saboteurs_name_claims_that_there_are():
    """All of the truth in question."""
    known = {claim.id for claim in claims_of(stand_in.TRUTH)}
    for name, saboteur in OF_TRAININGS.items():
        assert set(saboteur.caught_by) <= known, name
