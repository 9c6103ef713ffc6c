"""Figures of how well a release fits: predictions beside trainings, the collapse, and ranks by depth."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from leaderboard.drawing.charts import diagonal, sized
from leaderboard.drawing.vega import Specification, Table, entry_colour, inline, signal

_WIDTH, _HEIGHT = 560, 360


def predictions(data: Table, ends: Sequence[float]) -> Specification:
    """Draw the columns `observed` and `predicted` of rows of a `source`, on axes between the ends."""
    scale = alt.Scale(domain=list(ends), nice=False)
    x = alt.X("observed:Q", title="Observed error (%)", scale=scale, axis=alt.Axis(grid=False, tickCount=8))
    y = alt.Y("predicted:Q", title="Predicted error (%)", scale=scale, axis=alt.Axis(tickCount=8))
    points = (
        alt.Chart(inline(data.records()))
        .mark_circle(size=18, opacity=0.55, color=signal("accent"), aria=False)
        .encode(x, y, tooltip=[_tooltip("source", "N"), _tooltip("observed"), _tooltip("predicted")])
    )
    return sized(alt.layer(diagonal(x, y, ("observed", "predicted"), ends), points), _WIDTH, _HEIGHT)


def collapse(data: Table, names: Sequence[str]) -> Specification:
    """Draw the column `error` over `count` as lines: one for each `name`, and `of` as dashes."""
    count = alt.Axis(format="d", tickMinStep=1, grid=False)
    base = alt.Chart(inline(data.records())).encode(
        x=alt.X("count:Q", title="Number in the normal cell", axis=count),
        y=alt.Y("error:Q", title="Mean validation error (%)", scale=alt.Scale(zero=False)),
        color=entry_colour(names, lines=True),
    )
    kinds = alt.Scale(domain=["observed", "predicted"], range=[[1, 0], [5, 4]])
    legend = alt.Legend(orient="top", columns=4, symbolType="stroke", symbolSize=500)
    dash = alt.StrokeDash("of:N", title=None, scale=kinds, legend=legend)
    line = base.mark_line(strokeWidth=2.2, aria=False).encode(strokeDash=dash)
    tooltips = [_tooltip("name", "N"), _tooltip("of", "N"), *map(_tooltip, ("count", "n", "error"))]
    points = base.mark_circle(size=45, opacity=1, aria=False).encode(tooltip=tooltips)
    return sized(alt.layer(line, points), _WIDTH, _HEIGHT)


def ranks_by_depth(data: Table) -> Specification:
    """Draw the column `sKT` by `depth`, with its interval from `low` to `high`, and a tick at `ceiling`."""
    base = alt.Chart(inline(data.records())).encode(
        x=alt.X("depth:O", title="Depth of both cells", axis=alt.Axis(labelAngle=0))
    )
    y = alt.Y("low:Q", title="Sparse Kendall's tau", scale=alt.Scale(zero=False))
    intervals = base.mark_rule(color=signal("accent"), strokeWidth=2, aria=False).encode(y=y, y2="high:Q")
    ceilings = base.mark_tick(color=signal("text"), thickness=2, size=36, aria=False).encode(y="ceiling:Q")
    tooltips = list(map(_tooltip, data.columns))
    values = base.mark_circle(color=signal("accent"), size=90, opacity=1, aria=False).encode(
        y="sKT:Q", tooltip=tooltips
    )
    return sized(alt.layer(intervals, ceilings, values), _WIDTH, _HEIGHT)


def _tooltip(field: str, kind: str = "Q") -> alt.Tooltip:
    return alt.Tooltip(f"{field}:{kind}")
