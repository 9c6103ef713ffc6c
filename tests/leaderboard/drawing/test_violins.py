"""Violins and mirrored bars: where their marks lie."""

from __future__ import annotations

from itertools import chain

import numpy as np
import pytest

from leaderboard.drawing.vega import Chart, Table, drawing
from leaderboard.drawing.violins import Violin, draw_bars, draw_violins

VALUES = np.array([5.0, 5.5, 5.6, 5.7, 5.8, 5.9, 6.0, 6.1, 6.5, 7.0])


def rows_of(spec):
    """Everything that a specification draws."""
    return [*chain.from_iterable(spec.to_dict()["datasets"].values())]


def test_few_values_have_a_median_alone():
    """Of their own, wherever they are drawn."""
    few = Violin("n", 1, 1.0, np.array([1.0, 2.0, 6.0]), 0.4, 0.0)
    (middle,) = rows_of(draw_violins([few], "Depth"))

    assert few.median == middle["median"] == 2.0


def test_outlines_reach_from_the_lowest_to_the_highest_value():
    """A half has its greatest width on its own side, and its median inside."""
    spec = draw_violins([Violin("normal cell", 2, 2.0, VALUES, 0.4, 0.0)], "Depth")
    outline = [row for row in rows_of(spec) if "low" in row]
    (middle,) = (row for row in rows_of(spec) if "median" in row)

    assert (outline[0]["value"], outline[-1]["value"]) == (5.0, 7.0)
    assert min(row["low"] for row in outline) == pytest.approx(1.6)
    assert {row["high"] for row in outline} == {2.0}
    assert 1.6 < middle["at"] < 2.0


def test_groups_are_ticks_in_their_order():
    """Each once, and names have colours in the order of the violins."""
    violins = [Violin(name, at, at, VALUES, 0.1, 0.1) for name in ("pool", "conv") for at in (3, 1)]
    spec = draw_violins(violins, "Number")
    across = spec.to_dict()["layer"][0]["encoding"]

    assert across["x"]["axis"]["values"] == [1, 3]
    assert across["color"]["scale"]["domain"] == ["pool", "conv"]


def test_bars_are_as_long_as_shares():
    """Those of the first cell lie to the left of their source, those of the second to the right."""
    shares = {
        "RS": {"normal": [0.5, 0.5], "reduce": [1.0, 0.0]},
        "DE": {"normal": [0.2, 0.8], "reduce": [0.0, 1.0]},
    }
    spec = draw_bars(shares)

    for bar in rows_of(spec):
        at = list(shares).index(bar["group"])
        side = 1 if bar["name"] == "reduce" else -1
        assert bar["share"] == shares[bar["group"]][bar["name"]][bar["depth"] - 1]
        assert (bar["from"], bar["to"]) == (at, pytest.approx(at + side * 0.45 * bar["share"]))
    svg = drawing(Chart("bars", "T", "C", "A", spec, Table((), ())), "light")
    assert svg.index(">RS<") < svg.index(">DE<")
