"""Maps of architectures: points with places that mean nothing, coloured by what is known of them.

Rows have the columns `x`, `y`, `name` (their source), `error`, `rank`, `normal depth` and
`reduction depth`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

from leaderboard.drawing.charts import sized
from leaderboard.drawing.vega import SHAPES, Specification, Table, inline

_WIDTH, _HEIGHT = 640, 440


def by_error(data: Table, best: float, worst: float) -> Specification:
    """Draw a map by validation error, whose colours end at the two errors."""
    colour = alt.Color(
        "error:Q",
        title="Validation error (%)",
        scale=alt.Scale(domain=[best, worst], clamp=True, nice=False),
        legend=alt.Legend(orient="top"),
    )
    return sized(_map(data, colour), _WIDTH, _HEIGHT)


def by_source(data: Table, names: Sequence[str]) -> Specification:
    """Draw a small map by rank for each source, in the order of their names."""
    colour = alt.Color(
        "rank:Q",
        title="Rank by error (%, 0 is the best)",
        scale=alt.Scale(domain=[0, 100]),
        legend=alt.Legend(orient="top"),
    )
    faceted: alt.FacetChart = (
        _map(data, colour)
        .properties(width=122, height=110)
        .facet(alt.Facet("name:N", title=None, sort=list(names)), columns=4, spacing=12)
    )
    return faceted


def by_depth(data: Table, depths: Sequence[int]) -> Specification:
    """Draw a map by the depth of the normal cell, in colours and shapes."""
    # equal titles and domains share one legend
    shared = {
        "title": "Depth of the normal cell",
        "legend": alt.Legend(orient="top", columns=4),
    }
    colour = alt.Color("normal depth:O", scale=alt.Scale(domain=list(depths)), **shared)
    shapes = alt.Scale(domain=list(depths), range=list(SHAPES[: len(depths)]))
    shape = alt.Shape("normal depth:O", scale=shapes, **shared)
    return sized(_map(data, colour, shape), _WIDTH, _HEIGHT)


def _map(data: Table, colour: alt.Color, *shape: alt.Shape) -> alt.Chart:
    bare: dict[str, Any] = {"axis": None, "scale": alt.Scale(zero=False, nice=False)}
    mark = alt.Chart(inline(data.records())).mark_point(filled=True, size=20, opacity=0.8, aria=False)
    encoded: alt.Chart = mark.encode(
        alt.X("x:Q", **bare),
        alt.Y("y:Q", **bare),
        colour,
        *shape,
        tooltip=[
            alt.Tooltip("name:N", title="source"),
            alt.Tooltip("error:Q", title="validation error (%)", format=".2f"),
            alt.Tooltip("normal depth:Q"),
            alt.Tooltip("reduction depth:Q"),
        ],
    )
    return encoded
