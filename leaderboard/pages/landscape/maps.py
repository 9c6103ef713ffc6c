"""Maps of a table: its t-SNE embedding by accuracy, by optimizer and by depth (Figures 2, 9 and 13)."""

from __future__ import annotations

import numpy as np
from scipy.stats import rankdata

from leaderboard.drawing import maps as drawn_maps
from leaderboard.drawing.charts import column, table_of
from leaderboard.drawing.vega import Chart, Table
from leaderboard.pages.landscape.embedding import Embedding
from leaderboard.pages.landscape.table import LABELS, Landscape

#: Points of each source, few enough to be drawn at once; the embedding has more.
_SHOWN = 100
_HOW = (
    f"Each point is an architecture, at most {_SHOWN} of each source; t-SNE puts those near each other "
    "whose cells have the same ops on the same edges, and distances far apart mean nothing."
)


def maps(landscape: Landscape, embedding: Embedding) -> list[Chart]:
    """The map three times.

    Args:
        landscape: A table.
        embedding: Of rows of that table.
    """
    data = _points(landscape, embedding)
    return [_by_error(landscape, data), _by_source(landscape, data), _by_depth(landscape, data)]


def _points(landscape: Landscape, embedding: Embedding) -> Table:
    names = np.array(landscape.labels(embedding.rows))
    shown = np.sort(np.concatenate([np.flatnonzero(names == name)[:_SHOWN] for name in np.unique(names)]))
    rows, places = embedding.rows[shown], embedding.places[shown]
    error, depths = landscape.error[rows], landscape.depths[rows]
    ranks = 100 * (rankdata(error) - 1) / max(1, len(rows) - 1)
    return table_of(
        {
            "x": places[:, 0].tolist(),
            "y": places[:, 1].tolist(),
            "name": names[shown].tolist(),
            "error": np.round(error, 2).tolist(),
            "rank": np.round(ranks, 1).tolist(),
            "normal depth": depths[:, 0].tolist(),
            "reduction depth": depths[:, 1].tolist(),
        }
    )


def _by_error(landscape: Landscape, data: Table) -> Chart:
    errors = column(data, "error")
    worst, best = float(np.quantile(errors, 0.95)), min(errors)
    return Chart(
        name=f"landscape-{landscape.name}-map-error",
        title="Map by accuracy",
        caption=f"{_HOW} Colours end at the worst twentieth. {landscape.rests_on} Mirrors Figure 2, which "
        "embeds all architectures trained on CIFAR-10; here sources weigh alike.",
        alt=f"t-SNE map of {len(data.rows)} architectures by validation error, from {best:.2f} %. "
        f"{landscape.rests_on}",
        spec=drawn_maps.by_error(data, best, worst),
        data=data,
        summary=_summary(data),
    )


def _by_source(landscape: Landscape, data: Table) -> Chart:
    present = set(column(data, "name"))
    names = [label for label in LABELS.values() if label in present]
    return Chart(
        name=f"landscape-{landscape.name}-map-optimizer",
        title="Map by optimizer",
        caption=f"The same map, one panel for each source of architectures. {landscape.rests_on} Mirrors "
        "Figure 9; ranks are among the points of this map, the paper's among all architectures.",
        alt=f"The map split by source ({', '.join(names)}), points coloured by rank. {landscape.rests_on}",
        spec=drawn_maps.by_source(data, names),
        data=data,
        summary=_summary(data),
    )


def _by_depth(landscape: Landscape, data: Table) -> Chart:
    depths = sorted(set(column(data, "normal depth")))
    return Chart(
        name=f"landscape-{landscape.name}-map-depth",
        title="Map by depth",
        caption="The same map by the depth of the normal cell, the edges on its longest path. "
        f"{landscape.rests_on} Mirrors Figure 13.",
        alt=f"The map by the depth of the normal cell, {depths[0]} to {depths[-1]}. {landscape.rests_on}",
        spec=drawn_maps.by_depth(data, depths),
        data=data,
        summary=_summary(data),
    )


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
