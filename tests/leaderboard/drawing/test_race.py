"""Tests of `leaderboard.drawing.race`."""

from __future__ import annotations

import numpy as np

from leaderboard.drawing.race import race_chart
from leaderboard.drawing.vega import drawing
from leaderboard.ranking.race import Race


def test_chart_has_the_places_and_its_truths():
    """In its data, its summary, its alternative text; it draws in both themes."""
    seconds = np.geomspace(1e4, 1e6, 9)
    race = Race(seconds, {"re": np.linspace(1.5, 1, 9), "rs": np.linspace(1.5, 2, 9)})
    truths = "ground truth: emulated 2.0, not CIFAR-10"
    chart = race_chart(race, {"re": "Evolution", "rs": "Random"}, name="race", truths=truths)

    assert len(chart.data.rows) == 18
    assert chart.summary.rows[0] == ("Evolution", "1.5", "1.2", "1.0")
    assert truths in chart.caption
    assert "Evolution 1.0; Random 2.0" in chart.alt
    for theme in ("light", "dark"):
        assert "<svg" in drawing(chart, theme)
