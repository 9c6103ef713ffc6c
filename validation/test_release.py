"""Whether a release is what its manifest says."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from nb301.releases import Release
from validation.claims import STATISTICS, Array, Quantity
from validation.held_out import HeldOut
from validation.report import CHECK


def test_frozen_metrics(
    release: Release,
    held_out: HeldOut,
    predictions: Mapping[Quantity, Array],
    record_property: Callable[[str, object], None],
) -> None:
    """The metrics in the manifest are those that the release has now."""
    record_property(CHECK, {"release_hash": release.release_hash, "id": "frozen_metrics"})
    measured = {
        name: statistic.compute(held_out.truth[statistic.quantity], predictions[statistic.quantity])
        for name, statistic in STATISTICS.items()
    }

    frozen = {name: getattr(release.manifest.metrics, name) for name in STATISTICS}

    # 1e-9: sums of floats may differ in their last digits between processors, nothing else may
    assert frozen == pytest.approx(measured, rel=0, abs=1e-9)
