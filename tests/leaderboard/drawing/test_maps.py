"""Maps of architectures: what their colours and panels are."""

from __future__ import annotations

import pytest

from leaderboard.drawing.maps import by_depth, by_error, by_source
from leaderboard.drawing.vega import Chart, Table, drawing

COLUMNS = ("x", "y", "name", "error", "rank", "normal depth", "reduction depth")
ROWS = (
    (0.0, 1.0, "RS", 6.0, 100.0, 2, 1),
    (1.0, 0.0, "DE", 5.0, 0.0, 4, 2),
    (2.0, 2.0, "RS", 5.5, 50.0, 3, 1),
)


@pytest.fixture
def data():
    return Table(COLUMNS, ROWS)


def test_colours_end_at_the_errors(data):
    """Errors beyond them have the colours of the ends."""
    scale = by_error(data, 5.0, 5.8).to_dict()["encoding"]["color"]["scale"]

    assert (scale["domain"], scale["clamp"]) == ([5.0, 5.8], True)


def test_panels_are_in_the_order_given(data):
    """One for each source, of all points together."""
    spec = by_source(data, ("RS", "DE")).to_dict()
    chart = Chart("panels", "T", "C", "A", by_source(data, ("RS", "DE")), data)

    assert spec["facet"]["sort"] == ["RS", "DE"]
    assert drawing(chart, "light").index(">RS<") < drawing(chart, "light").index(">DE<")


def test_colours_and_shapes_share_a_legend(data):
    """Equal titles and domains make one of them."""
    encoding = by_depth(data, (2, 3, 4)).to_dict()["encoding"]
    colour, shape = encoding["color"], encoding["shape"]

    assert (colour["title"], colour["legend"]) == (shape["title"], shape["legend"])
    assert colour["scale"]["domain"] == shape["scale"]["domain"] == [2, 3, 4]
    assert shape["scale"]["range"] == ["circle", "square", "triangle-up"]
