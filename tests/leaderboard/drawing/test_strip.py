"""Strip plots: a mark for each run, within the drawing."""

from __future__ import annotations

import re

import pytest

from leaderboard.drawing.strip import Lane, draw_strip


def test_strip_has_a_mark_for_each_run():
    """Dots for runs, crosses for failed ones; names are escaped, and numbers told to who cannot see them."""
    lanes = [Lane("<r>", [1.0, 2.0, 4.0], [False, True, False]), Lane("none", [], [])]
    drawn = draw_strip(lanes, "Scores", "score")

    dots, crosses = (
        re.search(rf'class="strip-{name}" d="([^"]*)"', drawn)[1] for name in ("dots", "crosses")
    )
    assert (dots.count("M"), crosses.count("M")) == (2, 1)
    assert "&lt;r&gt; median 2.00, 1.00 to 4.00" in drawn
    assert "<r>" not in drawn


@pytest.mark.parametrize("values", [[0.0], [7.25, 7.25], [-3e5, 2e-7], [99.999, 100.0]])
def test_strip_draws_any_values(values):
    """Everything lies within the drawing, be it one value or many decades."""
    drawn = draw_strip([Lane("r", values, [False] * len(values))], "Scores", "score")
    width = float(re.search(r'width="(\d+)"', drawn)[1])

    places = [float(x) for x in re.findall(r"M(-?[\d.]+) [\d.]+h0", drawn)]
    assert len(places) == len(values)
    assert all(0 <= x <= width for x in places)
