"""Fronts: known areas, and what enters in whatever order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.runs.fronts import entering, hypervolume

POINTS = st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), min_size=1, max_size=20)


@pytest.mark.parametrize(
    ("points", "area"),
    [
        ([(0.0, 0.0)], 1.0),
        ([(0.5, 0.5)], 0.25),
        ([(0.5, 0.5), (0.6, 0.6)], 0.25),
        ([(0.25, 0.75), (0.75, 0.25)], 0.1875 + 0.125),
        ([(1.0, 0.0), (0.0, 2.0)], 0.0),
        ([(-1.0, 0.0)], 2.0),
    ],
)
def test_known_areas(points, area):
    """Rectangles to the reference point; what lies beyond it adds nothing."""
    assert hypervolume(np.array(points), (1.0, 1.0)) == pytest.approx(area)


@given(POINTS)
def test_areas_are_counted_squares(points):
    """Of whole numbers: squares of the grid that some point is below and left of."""
    counted = 0
    for x in range(8):
        for y in range(8):
            counted += any(a <= x and b <= y for a, b in points)
    assert hypervolume(np.array(points, dtype=float), (8.0, 8.0)) == counted


@given(POINTS)
def test_what_enters_was_beaten_by_nothing_before(points):
    """In both, and equals enter once; the area is that of all."""
    accuracies = np.array([float(-x) for x, _ in points])
    costs = np.array([y for _, y in points])
    entered = entering(accuracies, costs).tolist()
    for number, (x, y) in enumerate(points):
        is_beaten = any(a <= x and b <= y for a, b in points[:number])
        assert (number in entered) != is_beaten
    all_of_them = np.array(points, dtype=float)
    assert hypervolume(all_of_them[entered], (9.0, 9.0)) == hypervolume(all_of_them, (9.0, 9.0))
