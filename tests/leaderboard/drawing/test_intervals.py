"""Intervals in cells of tables: all on one scale, within the drawing, in their order."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from leaderboard.drawing.intervals import MARGIN, WIDTH, DrawnInterval, draw_intervals

VALUES = st.floats(-1e6, 1e6)
INTERVALS = st.lists(st.tuples(VALUES, VALUES, VALUES).map(sorted).map(tuple), min_size=1)


@given(INTERVALS)
def test_order_and_margins_are_kept(intervals):
    """Ends lie around the value, none nearer to the edge than the margin; higher values are further right."""
    drawn = draw_intervals(intervals)
    for one in drawn:
        assert MARGIN <= one.low <= one.at <= one.high <= WIDTH - MARGIN
    places = sorted((interval[1], one.at) for interval, one in zip(intervals, drawn, strict=True))
    assert [at for _, at in places] == sorted(at for _, at in places)


def test_scale_holds_all_and_what_it_is_told_to():
    """The lowest and the highest number are at the margins; zero is drawn where it is on the scale."""
    (one, other) = draw_intervals([(1.0, 2.0, 3.0), (2.0, 3.0, 5.0)])
    assert (one.low, other.high, one.zero) == (MARGIN, WIDTH - MARGIN, None)
    (held,) = draw_intervals([(1.0, 2.0, 5.0)], holds=[0.0])
    assert (held.zero, held.high) == (MARGIN, WIDTH - MARGIN)


def test_what_is_not_known_is_not_drawn():
    """Neither an interval that is none nor an end that is infinite, nor a value that is not there."""
    drawn = draw_intervals([None, (-math.inf, 1.0, math.inf), (0.0, None, 2.0)])
    assert drawn[0] is None
    assert (drawn[1].low, drawn[1].high) == (None, None)
    assert drawn[2].at is None
    assert draw_intervals([(1.0, 1.0, 1.0)]) == [DrawnInterval(MARGIN, MARGIN, MARGIN, None)]
