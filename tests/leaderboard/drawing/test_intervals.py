"""Intervals on one scale: in their order, within the drawing, and open where nothing is known."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from leaderboard.drawing.intervals import MARGIN, WIDTH, draw_intervals

VALUES = st.floats(-1000, 1000)
INTERVALS = st.lists(st.none() | st.lists(VALUES, min_size=3, max_size=3).map(sorted).map(tuple))


def test_ends_of_the_scale_are_those_of_all():
    """With a margin; zero is told where it is on the scale."""
    first, nothing, second = draw_intervals([(-5, 0, 5), None, (0, 10, 15)])
    assert (first.low, first.at, first.high) == (MARGIN, 22.5, 40)
    assert nothing is None
    assert (second.at, second.high) == (57.5, WIDTH - MARGIN)
    assert first.zero == second.zero == 22.5
    assert draw_intervals([(1, 2, 3)])[0].zero is None


def test_scale_holds_what_it_is_told():
    """Such as zero, or the value of something else."""
    (drawn,) = draw_intervals([(5, 7.5, 10)], holds=[0])
    assert (drawn.zero, drawn.low, drawn.high) == (MARGIN, WIDTH / 2, WIDTH - MARGIN)


def test_what_is_not_known_is_not_drawn():
    """Open ends, and values that are not there; they do not stretch the scale."""
    few, ranks = draw_intervals([(-math.inf, 50, math.inf), (40, None, 60)])
    assert (few.low, few.at, few.high) == (None, 40, None)
    assert (ranks.low, ranks.at, ranks.high) == (MARGIN, None, WIDTH - MARGIN)


@given(INTERVALS)
def test_all_lie_within_in_order(intervals):
    """Whatever they are."""
    drawn = draw_intervals(intervals)
    assert [one is None for one in drawn] == [interval is None for interval in intervals]
    for one in filter(None, drawn):
        assert MARGIN <= one.low <= one.at <= one.high <= WIDTH - MARGIN
