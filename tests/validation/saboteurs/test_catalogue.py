"""Tests of `validation.saboteurs.catalogue`: those that are caught quickly."""

from __future__ import annotations

import numpy as np
import pytest

from validation import test_saboteurs
from validation.claims import claims_of
from validation.saboteurs import catalogue
from validation.saboteurs.catalogue import SABOTEURS, sabotaged, verdict
from validation.saboteurs.stand_in import TRUTH


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


@pytest.mark.parametrize(
    ("name", "claim"),
    [
        ("mean_of_stand_in", "beats_linear_r2"),
        ("confuses_cells", "no_relabelling_cells"),
        ("confuses_inputs", "no_relabelling_inputs"),
        ("remembers_some", "no_exact_leak"),
        ("remembers_most", "not_above_ceiling"),
        ("halves_noise", "covers_0.8"),
        ("doubles_noise", "covers_no_more_0.8"),
        ("predicts_best_epochs", "no_bias"),
        ("optimist", "top_not_overrated_0.05"),
        ("flattens", "top_not_underrated_0.05"),
        ("loves_the_best", "no_bias_near_best"),
        ("rounds", "distinct"),
        ("shrinks", "spread_not_too_small"),
        ("stretches", "spread_not_too_large"),
    ],
)
def test_saboteurs_of_real_trainings_are_caught(name, claim, real, tmp_path, monkeypatch):
    """By what needs no fits; on rows that pass for real ones."""
    monkeypatch.setattr(catalogue, "stand_in", lambda _: real)
    assert verdict(sabotaged(name, tmp_path), claim) == "fails"


def test_saboteurs_name_claims_that_there_are():
    """Every saboteur has a fault to tell, every claim that must catch it exists, and every claim has one."""
    test_saboteurs.test_every_claim_catches_one()
    for saboteur in SABOTEURS.values():
        truth = TRUTH if saboteur.release == catalogue.STAND_IN else "emulated 2.0"
        assert saboteur.fault
        assert set(saboteur.caught_by) <= {claim.id for claim in claims_of(truth)}
