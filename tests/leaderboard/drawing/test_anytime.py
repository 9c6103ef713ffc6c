"""Anytime charts: what their numbers are, and what their texts say."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from leaderboard.drawing.anytime import LEAST_REGRET, anytime_chart
from leaderboard.ranking.curves import Curve


def read_csv(path):
    return [*csv.DictReader(path.read_text(encoding="utf-8").splitlines())]


def test_csv_has_what_is_drawn(site, curves):
    """Medians of the CSV are those of the curves."""
    rows = read_csv(site / "data/error.csv")

    assert [*dict.fromkeys(row["name"] for row in rows)] == [curve.name for curve in curves]
    last = [row for row in rows if row["name"] == curves[1].name][-1]
    assert float(last["seconds"]) == 1e7
    assert float(last["median"]) == pytest.approx(curves[1].median[-1], abs=1e-4)
    assert len(rows) < 3 * 150


def test_regret_is_distance_from_the_best(site, curves):
    """Regret is error minus the best error, and never below what a log scale can show."""
    rows = read_csv(site / "data/regret.csv")

    medians = {row["name"]: float(row["median"]) for row in rows}
    assert medians[curves[2].name] == pytest.approx(curves[2].median[-1] - 5, abs=1e-4)
    assert min(float(row["low"]) for row in rows) == LEAST_REGRET


def test_every_text_of_a_chart_names_its_truth(charts):
    """A reader of the caption or of the alternative text knows which ground truth it is about."""
    for chart in charts[:2]:
        assert "emulated 2.0" in chart.caption
        assert "emulated 2.0" in chart.alt
        assert "emulated-xgb-v2.0" in chart.title


def test_chart_of_nothing_is_refused():
    """Curves without a point cannot be drawn."""
    empty = np.empty(0)
    nothing = Curve("rs", "RS", empty, empty, empty, empty)
    with pytest.raises(ValueError, match="none of 1 curves has a point"):
        anytime_chart([nothing], 1e7, name="none", release="r", truth="t")
