"""The positive control: the truth itself passes every gate, or the gate asks for too much."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from nb301.releases.report import ClaimKind, ClaimVerdict
from validation.claims import claims_about
from validation.saboteurs.catalogue import spoiled, verdict
from validation.saboteurs.oracle import TRUTH
from validation.saboteurs.saboteur import Spoiled
from validation.subject import TrainedOn

#: The kinds of subjects that there are claims about.
KINDS = {
    Spoiled.oracle: TrainedOn.all_data,
    Spoiled.oracle_of_random_only: TrainedOn.random_only,
}
#: Gates that are about files and members, which the truth does not have.
NOT_APPLICABLE = {"processes", "members_explain"}


def _gates() -> Iterator[Any]:
    for what, trained_on in KINDS.items():
        for claim in claims_about(TRUTH, None, trained_on):
            if claim.kind is ClaimKind.gate:
                marks = [pytest.mark.slow] if claim.slow else []
                yield pytest.param(what, claim.id, id=f"{trained_on}-{claim.id}", marks=marks)


@pytest.mark.parametrize(("what", "gate"), list(_gates()))
def test_passes(what: Spoiled, gate: str, pytestconfig: pytest.Config) -> None:
    """Every gate holds for the oracle, as a model of all data and as a random-only one."""
    said = verdict(spoiled(what, pytestconfig.getoption("cache")), gate)
    assert said is (ClaimVerdict.not_applicable if gate in NOT_APPLICABLE else ClaimVerdict.holds)
