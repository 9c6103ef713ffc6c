"""How well a release predicts the architectures that it has not seen (Table 3, Section 4.4)."""

from __future__ import annotations

from collections.abc import Mapping

from validation.claims import STATISTICS, Array, Claim, Quantity
from validation.held_out import HeldOut
from validation.plugin import Check


def test_fit(claim: Claim, held_out: HeldOut, predictions: Mapping[Quantity, Array], check: Check) -> None:
    """Predictions of the test split are as good as the claim says."""
    quantity = STATISTICS[claim.statistic].quantity

    check(held_out.truth[quantity], predictions[quantity], held_out.noise_free.get(quantity))
