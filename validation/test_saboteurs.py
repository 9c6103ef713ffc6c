"""The suite is able to fail: each saboteur is caught, and each claim catches one."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from nb301.releases.report import ClaimVerdict
from validation.claims import claims_of
from validation.saboteurs.catalogue import SABOTEURS, sabotaged, verdict
from validation.saboteurs.stand_in import TRUTH
from validation.subject import Subject

#: Claims that no saboteur of ours has, with the reason.
WITHOUT_SABOTEUR = {
    "local_search_behind": "no fault of a surrogate makes 70 neighbours better than 70 random ones",
    "local_search_overtakes": "even neighbours on pure noise are as good as random ones, not worse",
    "gin_diverges_least": "it is about the GIN alone, and compares as `divergence` does",
    "agrees_with_random_only": "as `ranking`, on two releases",
    "agrees_with_family": "as `ranking`, on two releases",
    "agrees_with_paper": "its predictions are not ours to ship; the measure is tested on some made up",
    "closer_to_paper_than_linear": "as `agrees_with_paper`",
    "below_best_epochs": "as `agrees_with_paper`",
    "runtime_of_paper": "as `agrees_with_paper`",
    "below_92_r2": "an upper bound of R2: nothing but the truth itself would break it",
}
#: The emulated ground truth's and those about real trainings; of one name are claims by one measure.
CLAIMS = {claim.id: claim for truth in (TRUTH, "emulated 2.0") for claim in claims_of(truth)}


@cache
def _sabotaged(name: str, cache_folder: Path) -> Subject:
    return sabotaged(name, cache_folder)


def _pairs() -> Iterator[Any]:
    for name, saboteur in SABOTEURS.items():
        for claim in saboteur.caught_by:
            marks = [pytest.mark.slow] if claim in CLAIMS and CLAIMS[claim].slow else []
            yield pytest.param(name, claim, id=f"{name}-{claim}", marks=marks)


@pytest.mark.parametrize(("name", "claim"), list(_pairs()))
def test_is_caught(name: str, claim: str, pytestconfig: pytest.Config) -> None:
    """A claim that must catch a saboteur fails for it."""
    assert verdict(_sabotaged(name, pytestconfig.getoption("cache")), claim) is ClaimVerdict.fails


def test_every_claim_catches_one() -> None:
    """No claim is there that nothing can break, but for those that say why."""
    caught = set()
    for saboteur in SABOTEURS.values():
        caught |= {CLAIMS[claim].group for claim in saboteur.caught_by}
    assert {claim.group for claim in CLAIMS.values()} - caught == set(WITHOUT_SABOTEUR)
