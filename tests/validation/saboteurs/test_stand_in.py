"""Tests of `validation.saboteurs.stand_in`: the positive control of the claims about real trainings."""

from __future__ import annotations

import pytest

from nb301.releases.report import ClaimKind
from validation.claims import claims_of
from validation.judging import measure
from validation.measures import NotApplicable
from validation.saboteurs.stand_in import TRUTH

GATES = [claim for claim in claims_of(TRUTH) if claim.kind is ClaimKind.gate and not claim.slow]


def test_its_rows_pass_for_real_ones(real):
    """Random search's, once each, of a truth that nobody can ask."""
    assert real.truth is None
    assert set(real.table.rows["optimizer"]) == {"rs"}
    assert len(real.table) == 8843


@pytest.mark.usefixtures("made_up_predictions")  # the paper's own are of another truth than the stand-in
@pytest.mark.parametrize("claim", GATES, ids=lambda claim: claim.id)
def test_the_truth_passes_every_gate(real, claim):
    """What the oracle does not pass asks for too much."""
    try:
        assert measure(claim, real).verdict == "holds"
    except NotApplicable:
        assert claim.id in {"processes", "runtime_of_paper"}
