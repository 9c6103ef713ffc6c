"""Small curves: inside of their axes, and named for those who cannot see them."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

from nb301.display.curves import Scale, draw_curves

X, Y = Scale("epochs", "d"), Scale("accuracy <%>", ".1f")
NUMBER = r"-?\d+(?:\.\d+)?"


def points(path):
    """Places along and across that a path of lines names."""
    return [(float(x), float(y)) for x, y in re.findall(rf"[ML]({NUMBER}) ({NUMBER})", path.get("d"))]


def test_lines_lie_inside_of_the_drawing():
    """The highest value is above the lowest, the last to the right of the first."""
    svg = ET.fromstring(draw_curves([([1, 2, 3], [60.0, 90.0, 80.0]), ([1, 2, 3], [50.0, 55.0, 70.0])], X, Y))  # noqa: S314
    width, height = float(svg.get("width")), float(svg.get("height"))
    first, second = (points(path) for path in svg.iter("path") if path.get("class") == "curve-line")

    for x, y in first + second:
        assert 0 < x < width
        assert 0 < y < height
    assert [x for x, _ in first] == sorted(x for x, _ in first)
    assert first[1][1] < first[2][1] < first[0][1] < second[0][1]


def test_ends_are_written():
    """Both axes have the numbers of their ends, and the drawing is described, escaped."""
    svg = ET.fromstring(draw_curves([([1, 98], [60.0, 90.0])], X, Y))  # noqa: S314

    assert [text.text for text in svg.iter("text")] == ["90.0", "60.0", "accuracy <%>", "1", "98 epochs"]
    assert svg.get("aria-label") == "accuracy <%> 60.0 to 90.0, epochs 1 to 98"


def test_steps_hold_until_the_next():
    """Values that stay are no points of their own; the last holds to its end."""
    drawn = draw_curves([([0.0, 1.0, 2.0, 3.0, 4.0], [2.0, 2.0, 1.0, 1.0, 1.0])], X_SECONDS, Y, steps=True)
    path = re.search('class="curve-line" d="([^"]+)"', drawn)[1]
    assert re.sub(NUMBER, "", path) == "M HVH"


X_SECONDS = Scale("s", ".0f")


@pytest.mark.parametrize("steps", [False, True])
def test_a_point_is_drawn(steps):
    """One value has no extent, which is no error."""
    ET.fromstring(draw_curves([([1], [0.5])], X, Y, steps=steps))  # noqa: S314
