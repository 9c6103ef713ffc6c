"""Cells drawn as graphs."""

from __future__ import annotations

import re
from itertools import combinations
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from nb301.display import draw_cell
from nb301.space import sample


def numbers(element, *attributes):
    """Attributes of an element by name."""
    return {name: float(element.get(name)) for name in attributes}


@pytest.mark.parametrize("seed", range(20))
def test_names_never_overlap(seed):
    """All eight names stand inside the drawing and apart from each other, whatever the cell."""
    svg = ET.fromstring(draw_cell(str(sample(np.random.default_rng(seed)).normal), "Normal cell"))  # noqa: S314
    width, height = numbers(svg, "width", "height").values()
    pills = [numbers(rect, "x", "y", "width", "height") for rect in svg.iter("rect")]

    assert len(pills) == 8
    for pill in pills:
        assert 0 <= pill["x"] <= width - pill["width"]
        assert 0 <= pill["y"] <= height - pill["height"]
    for a, b in combinations(pills, 2):
        assert abs(a["x"] - b["x"]) >= a["width"] or abs(a["y"] - b["y"]) >= a["height"]


def test_every_edge_is_named_and_described():
    """Eight arcs carry the ops' names, and the description tells them to those who cannot see."""
    cell = sample(np.random.default_rng(0)).reduce
    drawn = draw_cell(str(cell), "Reduction cell")

    assert re.findall(r'class="cell-op"[^>]*>(\w+)<', drawn) == [edge.op.name for edge in cell.edges]
    for edge in cell.edges:
        assert f"node {edge.target} adds {edge.op.name} of node {edge.source}" in drawn
    assert 'role="img"' in drawn


def test_title_is_escaped():
    """A title cannot leave its attribute."""
    svg = ET.fromstring(draw_cell(str(sample(np.random.default_rng(0)).normal), '"><script>'))  # noqa: S314

    assert svg.get("aria-label").startswith('"><script>')
    assert not list(svg.iter("script"))
