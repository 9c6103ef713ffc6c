"""Tests of `validation.saboteurs.catalogue`: those that are caught quickly."""

from __future__ import annotations

import numpy as np
import pytest

from validation import test_saboteurs
from validation.claims import claims_of
from validation.saboteurs import catalogue
from validation.saboteurs.catalogue import SABOTEURS, sabotaged, verdict


@pytest.mark.parametrize(
    ("name", "claim"),
    [
        ("leaks_test", "not_above_ceiling"),
        ("not_canonical", "isomorphism"),
        ("depends_on_batch", "batches"),
        ("global_noise", "order_of_draws"),
        ("global_noise", "global_state"),
        ("lucky_noise", "mean_of_draws"),
        ("zero_std", "std_of_draws"),
        ("tens_of_seconds", "runtime_r2"),
    ],
)
def test_saboteurs_are_caught(name, claim, embedded_table, tmp_path, monkeypatch):
    """Those that are caught quickly; `tox run -e validate` has all of them."""
    # the same table, which is not read again for each
    monkeypatch.setattr(catalogue, "fitted_table", lambda _: embedded_table)
    state = np.random.get_state()  # noqa: NPY002 - a saboteur changes it
    try:
        assert verdict(sabotaged(name, tmp_path), claim) == "fails"
    finally:
        np.random.set_state(state)  # noqa: NPY002


def test_saboteurs_name_claims_that_there_are():
    """Every saboteur has a fault to tell, every claim that must catch it exists, and every claim has one."""
    test_saboteurs.test_every_claim_catches_one()
    known = {claim.id for claim in claims_of("emulated 1.0")}
    for saboteur in SABOTEURS.values():
        assert saboteur.fault
        assert set(saboteur.caught_by) <= known
