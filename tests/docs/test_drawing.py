"""Tests of `docs/drawing.py`: charts as SVG."""

from __future__ import annotations

import altair as alt

from docs import drawing


def test_a_chart_is_drawn_on_white():
    """Pages are light or dark; equal charts give equal bytes."""
    points = alt.InlineData(values=[{"x": 1, "y": 2}])
    chart = alt.Chart(points).mark_circle(color=drawing.COLOURS[0]).encode(alt.X("x:Q"), alt.Y("y:Q"))
    drawn = drawing.svg(chart)
    assert drawn.startswith("<svg")
    assert 'fill="white"' in drawn
    assert drawing.COLOURS[0] in drawn
    assert drawing.svg(chart) == drawn
