"""What charts of several pages share."""

from __future__ import annotations

import altair as alt
import numpy as np
import pytest

from leaderboard.drawing.charts import column, diagonal, rounded, sized, table_of
from leaderboard.drawing.vega import Chart, drawing


def test_tables_are_made_of_columns():
    """And taken apart again; columns are of one length."""
    table = table_of({"x": [1, 2], "name": ["a", "b"]})

    assert table.rows == ((1, "a"), (2, "b"))
    assert column(table, "name") == ["a", "b"]
    with pytest.raises(ValueError, match="zip"):
        table_of({"x": [1], "y": []})


def test_numbers_are_rounded_as_python_does():
    """To the nearest decimal number, whatever numpy makes of it."""
    assert rounded(np.array([0.0005, 2.675, 1.0]), 2) == [0.0, 2.67, 1.0]


def test_diagonal_can_be_drawn():
    """In a chart of a given size, below other marks."""
    x, y = alt.X("a:Q"), alt.Y("b:Q")
    spec = sized(alt.layer(diagonal(x, y, ("a", "b"), [1.0, 2.0])), 300, 200)
    table = table_of({"a": [1.0, 2.0], "b": [1.0, 2.0]})
    svg = drawing(Chart("line", "T", "C", "A", spec, table), "light")

    assert 'width="300" height="200"' in svg
    assert "stroke-dasharray" in svg
