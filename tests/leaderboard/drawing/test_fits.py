"""Figures of how well a release fits."""

from __future__ import annotations

from leaderboard.drawing.fits import collapse, predictions, ranks_by_depth
from leaderboard.drawing.vega import Chart, Table, drawing


def test_both_axes_have_the_same_ends():
    """Else the dashed line would not be a diagonal."""
    data = Table(("source", "observed", "predicted"), (("rs", 6.0, 6.5),))
    line, points = predictions(data, [5.0, 7.0]).to_dict()["layer"]

    for layer in (line, points):
        for axis in ("x", "y"):
            assert layer["encoding"][axis]["scale"]["domain"] == [5.0, 7.0]


def test_predictions_are_dashed():
    """What was observed has whole lines."""
    rows = (("skip_connect", "observed", 1, 9, 6.0), ("skip_connect", "predicted", 1, 9, 6.1))
    line, _ = collapse(Table(("name", "of", "count", "n", "error"), rows), ["skip_connect"]).to_dict()[
        "layer"
    ]
    dashes = line["encoding"]["strokeDash"]["scale"]

    assert dict(zip(dashes["domain"], dashes["range"], strict=True)) == {
        "observed": [1, 0],
        "predicted": [5, 4],
    }


def test_ranks_have_intervals_and_ceilings():
    """Below the values themselves; a claim without a ceiling has no tick."""
    columns = ("depth", "sKT", "low", "high", "ceiling", "n")
    data = Table(columns, ((1, 0.4, 0.3, 0.5, 0.9, 450), (2, 0.5, 0.4, 0.6, None, 450)))
    spec = ranks_by_depth(data)
    marks = [layer["mark"]["type"] for layer in spec.to_dict()["layer"]]

    assert marks == ["rule", "tick", "circle"]
    assert "Depth of both cells" in drawing(Chart("ranks", "T", "C", "A", spec, data), "light")
