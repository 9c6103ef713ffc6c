"""Scatters of trainings: fields, axes and tooltips."""

from __future__ import annotations

from leaderboard.drawing.scatters import distributions, errors_of_test, noise, parameters
from leaderboard.drawing.vega import Chart, Table, drawing


def test_tooltips_name_all_columns():
    """Sources are names, all else is a quantity."""
    data = Table(("source", "parameters (millions)", "runtime (s)", "error (%)"), (("rs", 3.1, 5000, 6.2),))
    tooltips = parameters(data).to_dict()["encoding"]["tooltip"]

    assert [tooltip["field"] for tooltip in tooltips] == list(data.columns)
    assert [tooltip["type"] for tooltip in tooltips] == ["nominal"] + ["quantitative"] * 3


def test_equal_errors_are_on_the_dashed_line():
    """Below the points, from end to end."""
    fields = ("validation error (%)", "test error (%)")
    data = Table(("source", *fields), (("rs", 6.0, 6.5),))
    spec = errors_of_test(data, [5.0, 7.0]).to_dict()
    line, points = spec["layer"]

    assert spec["datasets"][line["data"]["name"]] == [dict.fromkeys(fields, end) for end in (5.0, 7.0)]
    assert "strokeDash" in line["mark"]
    assert points["mark"]["type"] == "circle"


def test_the_best_rank_is_at_the_top():
    """Ranks grow downwards."""
    encoding = noise(Table(("rank", "std (points)"), ((1, 0.1), (2, 0.2)))).to_dict()["encoding"]

    assert encoding["x"]["field"] == "std (points)"
    assert encoding["y"]["scale"]["reverse"]


def test_lines_are_in_the_order_given():
    """Each with a colour and a dash of its own."""
    rows = (("DE", 5.0, 0.5), ("DE", 6.0, 1.0), ("RS", 6.0, 0.5), ("RS", 7.0, 1.0))
    data = Table(("name", "error", "share"), rows)
    spec = distributions(data, ["RS", "DE"])
    encoding = spec.to_dict()["encoding"]

    assert encoding["color"]["scale"]["domain"] == encoding["strokeDash"]["scale"]["domain"] == ["RS", "DE"]
    assert "Share of architectures" in drawing(Chart("steps", "T", "C", "A", spec, data), "light")
