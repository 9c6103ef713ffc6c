"""Maps of a table: its t-SNE embedding by accuracy, by optimizer and by depth (Figures 2, 9 and 13)."""

from __future__ import annotations

from typing import Any

import altair as alt
import numpy as np
from scipy.stats import rankdata

from leaderboard.drawing.vega import SHAPES, Chart, Table, inline
from leaderboard.pages.landscape.embedding import PER_SOURCE, Embedding
from leaderboard.pages.landscape.table import LABELS, Landscape
from leaderboard.rendering.charts import column, sized, table_of

_HOW = (
    f"Each point is an architecture, at most {PER_SOURCE} of each source; t-SNE puts those near each other "
    "whose cells have the same ops on the same edges, and distances far apart mean nothing."
)
_WIDTH, _HEIGHT = 640, 440


def maps(landscape: Landscape, embedding: Embedding) -> list[Chart]:
    """The map three times.

    Args:
        landscape: A table.
        embedding: Of rows of that table.
    """
    data = _points(landscape, embedding)
    return [_by_error(landscape, data), _by_source(landscape, data), _by_depth(landscape, data)]


def _points(landscape: Landscape, embedding: Embedding) -> Table:
    rows = embedding.rows
    error, depths = landscape.error[rows], landscape.depths[rows]
    ranks = 100 * (rankdata(error) - 1) / max(1, len(rows) - 1)
    return table_of(
        {
            "x": embedding.places[:, 0].tolist(),
            "y": embedding.places[:, 1].tolist(),
            "name": landscape.labels(rows),
            "error": np.round(error, 2).tolist(),
            "rank": np.round(ranks, 1).tolist(),
            "normal depth": depths[:, 0].tolist(),
            "reduction depth": depths[:, 1].tolist(),
        }
    )


def _by_error(landscape: Landscape, data: Table) -> Chart:
    errors = column(data, "error")
    worst, best = float(np.quantile(errors, 0.95)), min(errors)
    colour = alt.Color(
        "error:Q",
        title="Validation error (%)",
        scale=alt.Scale(domain=[best, worst], clamp=True, nice=False),
        legend=alt.Legend(orient="top"),
    )
    return Chart(
        name=f"landscape-{landscape.name}-map-error",
        title="Map by accuracy",
        caption=f"{_HOW} Colours end at the worst twentieth. {landscape.rests_on} Mirrors Figure 2, which "
        "embeds all architectures trained on CIFAR-10; here sources weigh alike.",
        alt=f"t-SNE map of {len(data.rows)} architectures by validation error, from {best:.2f} %. "
        f"{landscape.rests_on}",
        spec=sized(_map(data, colour), _WIDTH, _HEIGHT),
        data=data,
        summary=_summary(data),
    )


def _by_source(landscape: Landscape, data: Table) -> Chart:
    present = set(column(data, "name"))
    names = [label for label in LABELS.values() if label in present]
    colour = alt.Color(
        "rank:Q",
        title="Rank by error (%, 0 is the best)",
        scale=alt.Scale(domain=[0, 100]),
        legend=alt.Legend(orient="top"),
    )
    faceted = (
        _map(data, colour)
        .properties(width=122, height=110)
        .facet(alt.Facet("name:N", title=None, sort=names), columns=4, spacing=12)
    )
    return Chart(
        name=f"landscape-{landscape.name}-map-optimizer",
        title="Map by optimizer",
        caption=f"The same map, one panel for each source of architectures. {landscape.rests_on} Mirrors "
        "Figure 9; ranks are among the points of this map, the paper's among all architectures.",
        alt=f"The map split by source ({', '.join(names)}), points coloured by rank. {landscape.rests_on}",
        spec=faceted,
        data=data,
        summary=_summary(data),
    )


def _by_depth(landscape: Landscape, data: Table) -> Chart:
    depths = sorted(set(column(data, "normal depth")))
    # equal titles and domains share one legend
    shared = {
        "title": "Depth of the normal cell",
        "legend": alt.Legend(orient="top", columns=4),
    }
    colour = alt.Color("normal depth:O", scale=alt.Scale(domain=depths), **shared)
    shapes = alt.Scale(domain=depths, range=list(SHAPES[: len(depths)]))
    shape = alt.Shape("normal depth:O", scale=shapes, **shared)
    return Chart(
        name=f"landscape-{landscape.name}-map-depth",
        title="Map by depth",
        caption="The same map by the depth of the normal cell, the edges on its longest path. "
        f"{landscape.rests_on} Mirrors Figure 13.",
        alt=f"The map by the depth of the normal cell, {depths[0]} to {depths[-1]}. {landscape.rests_on}",
        spec=sized(_map(data, colour, shape), _WIDTH, _HEIGHT),
        data=data,
        summary=_summary(data),
    )


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


def _summary(data: Table) -> Table:
    """What each source's points are."""
    names = np.array(column(data, "name"))
    errors, depths = np.array(column(data, "error")), np.array(column(data, "normal depth"))
    rows = []
    for name in dict.fromkeys(column(data, "name")):
        chosen = names == name
        error, depth = errors[chosen], depths[chosen].mean()
        rows.append((name, len(error), f"{error.min():.2f}", f"{np.median(error):.2f}", f"{depth:.2f}"))
    columns = ("source", "points", "lowest error (%)", "median error (%)", "mean depth of normal cells")
    return Table(columns, tuple(rows))
