"""Maps of a table: the same points, seen three times."""

from __future__ import annotations

import numpy as np

from leaderboard.drawing.charts import column
from leaderboard.pages.landscape.embedding import read_embedding
from leaderboard.pages.landscape.table import Landscape

NAME = "emulated-v2.0"


def test_points_are_those_of_the_embedding(table, charts):
    """The first hundred of each source, each with its error, its rank and its depths."""
    embedding, landscape = read_embedding(NAME, table), Landscape(table)
    data = charts["map-error"].data
    names = np.array(landscape.labels(embedding.rows))
    shown = [k for k, name in enumerate(names) if (names[:k] == name).sum() < 100]
    rows = embedding.rows[shown]

    assert column(data, "x") == embedding.places[shown, 0].tolist()
    assert column(data, "name") == landscape.labels(rows)
    assert column(data, "normal depth") == landscape.depths[rows, 0].tolist()
    errors, ranks = column(data, "error"), column(data, "rank")
    assert ranks[errors.index(min(errors))] == 0.0
    assert all(charts[f"map-{kind}"].data == data for kind in ("optimizer", "depth"))


def test_summary_is_of_each_source(charts):
    """Numbers of points, and their lowest error."""
    chart = charts["map-optimizer"]
    for name, points, lowest, *_ in chart.summary.rows:
        errors = [row[3] for row in chart.data.rows if row[2] == name]
        assert (points, lowest) == (len(errors), f"{min(errors):.2f}")
