"""Maps of a table: its t-SNE embedding by accuracy, by optimizer and by depth (Figures 2, 9 and 13)."""

from __future__ import annotations

from typing import Any

import altair as alt
import numpy as np
from scipy.stats import rankdata

from leaderboard.drawing.vega import SHAPES, Chart, Table, inline
from leaderboard.pages.landscape.embedding import EACH, Embedding
from leaderboard.pages.landscape.table import LABELS, Subject

_COLUMNS = ("x", "y", "name", "error", "rank", "normal depth", "reduction depth")
_HOW = (
    f"Each point is an architecture, at most {EACH} of each source; t-SNE puts those near each other whose "
    "cells have the same ops on the same edges, and distances far apart mean nothing."
)


def maps(subject: Subject, embedding: Embedding) -> list[Chart]:
    """The map three times.

    Args:
        subject: A table.
        embedding: Of rows of that table.
    """
    data = _points(subject, embedding)
    return [_by_error(subject, data), _by_source(subject, data), _by_depth(subject, data)]


def _points(subject: Subject, embedding: Embedding) -> Table:
    rows = embedding.rows
    error, depths = subject.error[rows], subject.depths[rows]
    columns = (
        *(embedding.places[:, axis].tolist() for axis in (0, 1)),
        subject.labels(rows),
        np.round(error, 2).tolist(),
        np.round(100 * (rankdata(error) - 1) / max(1, len(rows) - 1), 1).tolist(),
        *(depths[:, cell].tolist() for cell in (0, 1)),
    )
    return Table(_COLUMNS, tuple(zip(*columns, strict=True)))


def _by_error(subject: Subject, data: Table) -> Chart:
    worst = float(np.quantile([row[3] for row in data.rows], 0.95))
    best = min(row[3] for row in data.rows)
    colour = alt.Color(
        "error:Q",
        title="Validation error (%)",
        scale=alt.Scale(domain=[best, worst], clamp=True, nice=False),
        legend=alt.Legend(orient="top"),
    )
    return Chart(
        name=f"landscape-{subject.name}-map-error",
        title="Map by accuracy",
        caption=f"{_HOW} Colours end at the worst twentieth. {subject.rests_on} Mirrors Figure 2, which "
        "embeds all architectures trained on CIFAR-10; here sources weigh alike.",
        alt=f"t-SNE map of {len(data.rows)} architectures by validation error, from {best:.2f} %. "
        f"{subject.rests_on}",
        spec=_map(data, colour).properties(width=640, height=440, autosize=_FIT),
        data=data,
        summary=_summary(data),
    )


def _by_source(subject: Subject, data: Table) -> Chart:
    present = {row[2] for row in data.rows}
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
        name=f"landscape-{subject.name}-map-optimizer",
        title="Map by optimizer",
        caption=f"The same map, one panel for each source of architectures. {subject.rests_on} Mirrors "
        "Figure 9; ranks are among the points of this map, the paper's among all architectures.",
        alt=f"The map split by source ({', '.join(names)}), points coloured by rank. {subject.rests_on}",
        spec=faceted,
        data=data,
        summary=_summary(data),
    )


def _by_depth(subject: Subject, data: Table) -> Chart:
    depths = sorted({row[5] for row in data.rows})
    legend = alt.Legend(orient="top", columns=4)
    title = "Depth of the normal cell"
    # equal domains share one legend
    colours, shapes = (alt.Scale(domain=depths, **more) for more in ({}, {"range": [*SHAPES[: len(depths)]]}))
    colour = alt.Color("normal depth:O", title=title, scale=colours, legend=legend)
    shape = alt.Shape("normal depth:O", title=title, scale=shapes, legend=legend)
    return Chart(
        name=f"landscape-{subject.name}-map-depth",
        title="Map by depth",
        caption="The same map by the depth of the normal cell, the edges on its longest path. "
        f"{subject.rests_on} Mirrors Figure 13.",
        alt=f"The map by the depth of the normal cell, {depths[0]} to {depths[-1]}. {subject.rests_on}",
        spec=_map(data, colour, shape).properties(width=640, height=440, autosize=_FIT),
        data=data,
        summary=_summary(data),
    )


_FIT = alt.AutoSizeParams(type="fit", contains="padding")


def _map(data: Table, colour: alt.Color, *more: Any) -> alt.Chart:
    nothing = {"axis": None, "scale": alt.Scale(zero=False, nice=False)}
    mark = alt.Chart(inline(data.records())).mark_point(filled=True, size=20, opacity=0.8, aria=False)
    encoded: alt.Chart = mark.encode(
        alt.X("x:Q", **nothing),
        alt.Y("y:Q", **nothing),
        colour,
        *more,
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
    rows = []
    for name in dict.fromkeys(row[2] for row in data.rows):
        found = [row for row in data.rows if row[2] == name]
        errors = np.array([row[3] for row in found])
        depth = np.mean([row[5] for row in found])
        rows.append((name, len(found), f"{errors.min():.2f}", f"{np.median(errors):.2f}", f"{depth:.2f}"))
    columns = ("source", "points", "lowest error (%)", "median error (%)", "mean depth of normal cells")
    return Table(columns, tuple(rows))
