"""Plots of entries: paths by hand, names that do not lie on each other, and what a page has of many."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.drawing.axes import Axis
from leaderboard.drawing.looks import look_of
from leaderboard.drawing.plots import MOST, Level, Plot, Series, apart, draw_dots, draw_lines

X, Y = Axis("Seconds", 0, 10, numbers=(0, 5, 10)), Axis("Regret", 0, 1, numbers=(0, 1))


def series(entry, x, y, quartiles=None):
    bands = None if quartiles is None else tuple(np.array(values, dtype=float) for values in quartiles)
    return Series(entry, entry.upper(), np.array(x, dtype=float), np.array(y, dtype=float), bands)


def plot_of(drawn):
    return Plot("regret", "Regret", "Caption", "Description", X, Y, drawn)


@given(st.lists(st.floats(0, 100)).map(sorted), st.floats(0.5, 20))
def test_names_are_a_pitch_apart(places, pitch):
    """In their order, within the plot, all of them; less where there is no room."""
    moved = apart(places, pitch)
    least = min(pitch, 100 / max(1, len(places) - 1))

    assert len(moved) == len(places)
    assert all(-1e-9 <= place <= 100 for place in moved)
    assert (np.diff(moved) >= least - 1e-9).all()
    np.testing.assert_allclose(apart(moved, pitch), moved, atol=1e-9)


@given(st.lists(st.integers(0, 10), unique=True).map(sorted))
def test_names_that_have_room_stay(numbers):
    """Moved is only what has to be."""
    places = [10.0 * number for number in numbers]
    assert apart(places, 10) == places


def test_line_is_a_step_function():
    """A value holds until the next; equal ones are not written, and what is beyond is at the end."""
    values = series("rs", [0, 2.5, 5, 7.5, 10], [2, 0.75, 0.75, 0.25, 0.25])
    (drawn,) = draw_lines([values], X, Y, first={"rs"})

    assert drawn.path == "M0 0H250V250H750V750H1000"
    assert (drawn.band, drawn.end, drawn.right, drawn.is_first) == ("", 75, 100, True)
    assert drawn.look == look_of("rs")


def test_band_lies_between_quartiles():
    """Along the upper one, and back along the lower."""
    values = series("rs", [0, 5, 10], [0.5, 0.4, 0.4], ([0.4, 0.2, 0.2], [0.8, 0.6, 0.6]))
    (drawn,) = draw_lines([values], X, Y, first=())
    assert drawn.band == "M0 200H500V400H1000V800V800H500V600H0Z"


def test_what_is_not_finite_is_not_drawn():
    """Nor are entries of which nothing is left."""
    none = series("re", [0, 10], [math.nan, math.inf])
    late = series("rs", [0, 5, 10], [math.nan, 0.5, 0.5])
    (drawn,) = draw_lines([none, late], X, Y, first={"rs", "re"})
    assert (drawn.entry, drawn.path) == ("rs", "M500 500H1000")


def test_levels_are_horizontal_and_nobodys():
    """From end to end, above the entries."""
    drawn = draw_lines([series("rs", [0, 10], [1, 0])], X, Y, first=(), levels=[Level("No search", 0.5)])
    entry, level = drawn

    assert (level.entry, level.look, level.path, level.is_first) == ("", None, "M0 500H1000", True)
    assert plot_of((level, entry)).shown == (entry, level)


def test_dots_are_last_values():
    """Strokes without a length."""
    drawn = draw_dots([series("rs", [1, 5], [0, 0.25]), series("re", [], [])], X, Y, first={"rs"})
    assert [(one.entry, one.path, one.right, one.end) for one in drawn] == [("rs", "M500 750h0", 50, 75)]


def test_names_of_those_seen_at_first_are_apart():
    """The others' wait at the ends of their lines: the script moves what readers choose."""
    many = [series(entry, [0, 10], [0.5, 0.5]) for entry in ("a", "b", "c")]
    drawn = {one.entry: one for one in draw_lines(many, X, Y, first={"a", "c"})}

    assert abs(drawn["a"].label - drawn["c"].label) == pytest.approx(6.5)
    assert drawn["b"].label == drawn["b"].end == 50


def test_a_page_has_the_best_of_many():
    """And those in colour, which lie above; of the others the script draws those that are chosen."""
    many = [series(f"e{number}", [0, 10], [0.5, 0.5]) for number in range(MOST + 5)]
    last = f"e{MOST + 4}"
    plot = plot_of(draw_lines(many, X, Y, first={"e1", last}, levels=[Level("No search", 1)]))
    shown = [one.entry for one in plot.shown]

    assert len(plot.drawn) == MOST + 6
    assert sorted(shown) == sorted(["", last, *(f"e{number}" for number in range(MOST))])
    assert shown[-3:] == ["e1", last, ""]


def test_axes_and_grid_are_for_script_and_eye():
    """Title, ends and kind; a line at each round number."""
    plot = plot_of(())
    assert json.loads(plot.axes) == [["Seconds", 0, 10, 0, 0], ["Regret", 0, 1, 0, 0]]
    assert plot.grid == "M0 1000H1000M0 0H1000M0 0V1000M500 0V1000M1000 0V1000"
