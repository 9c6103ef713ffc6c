"""Real trainings beside emulated evaluations."""

from __future__ import annotations

import numpy as np
import pytest

from leaderboard.pages.landscape.beside import real_beside_emulated
from leaderboard.pages.releases.unseen import unseen
from nb301.releases import find


def test_both_are_told_apart(table):
    """By their names, in the caption, and by their numbers."""
    (chart,) = real_beside_emulated([table])
    real, emulated = chart.summary.rows
    observed = unseen(find("cifar10-gin-rand-v1.0"), None).observed

    assert real[:3] == ("Real CIFAR-10", "884", f"{observed.min():.2f}")
    assert emulated[:2] == ("Emulated", f"{len(table.of('rs')):,}")
    assert "never trained" in chart.caption
    drawn = [(error, share) for name, error, share in chart.data.rows if name == real[0]]
    for error, share in drawn[::20]:
        assert np.mean(observed <= error + 1e-3) == pytest.approx(share, abs=0.01)


def test_nothing_is_drawn_alone(tiny_table, monkeypatch, tmp_path):
    """Without an emulated table, or without real trainings."""
    assert real_beside_emulated([]) == []
    monkeypatch.setattr("leaderboard.pages.releases.unseen.KEPT", tmp_path)
    assert real_beside_emulated([tiny_table]) == []
