"""The margins in the claims are those that the ground truth has."""

from __future__ import annotations

import pytest

from nb301.truth.emulated import EmulatedTruth
from validation.claims import load_claims
from validation.margins import margins
from validation.places import CLAIMS

#: TPE and BANANAS need not propose the same on another machine; points.
_TOLERANCE = 0.005


@pytest.mark.slow
def test_margins_are_the_truths(pytestconfig: pytest.Config) -> None:
    """Every claim of equivalence has the margin of its time."""
    computed = margins(EmulatedTruth(), pytestconfig.getoption("cache"))
    measures = {"search.found", "search.found_left_out", "search.overrated"}
    claims = [claim for claim in load_claims(CLAIMS / "emulated.toml") if claim.measure in measures]
    assert claims
    for claim in claims:
        expected = 100 * computed[float(claim.parameters["seconds"])]
        assert claim.threshold == pytest.approx(expected, abs=_TOLERANCE), claim.id
