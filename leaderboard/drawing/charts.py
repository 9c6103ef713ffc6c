"""What charts of several pages share: tables of columns, sizes, and the line where two errors are equal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import numpy as np
from numpy.typing import NDArray

from leaderboard.drawing.vega import Table, inline, signal


def table_of(columns: Mapping[str, Sequence[Any]]) -> Table:
    """Make a table of columns by their names, all of one length."""
    return Table(tuple(columns), tuple(zip(*columns.values(), strict=True)))


def column(table: Table, name: str) -> list[Any]:
    """Values of one column."""
    index = table.columns.index(name)
    return [row[index] for row in table.rows]


def rounded(values: NDArray[np.float64], digits: int) -> list[float]:
    """Values to so many digits behind the point."""
    return [round(value, digits) for value in values.tolist()]


def sized(spec: alt.Chart | alt.LayerChart, width: int, height: int) -> alt.LayerChart:
    """Give a chart a size in pixels that holds its axes and legends, too."""
    fit = alt.AutoSizeParams(type="fit", contains="padding")
    chart: alt.LayerChart = spec.properties(width=width, height=height, autosize=fit)
    return chart


def diagonal(x: alt.X, y: alt.Y, fields: tuple[str, str], ends: Sequence[float]) -> alt.Chart:
    """Draw the dashed line on which two quantities are equal.

    Args:
        x: Of the chart.
        y: Of the chart.
        fields: Names of the quantities on both.
        ends: Where the line begins and ends.
    """
    places = [dict.fromkeys(fields, end) for end in ends]
    mark = alt.Chart(inline(places)).mark_line(
        color=signal("muted"), strokeDash=[4, 3], strokeWidth=1.2, aria=False
    )
    line: alt.Chart = mark.encode(x, y)
    return line
