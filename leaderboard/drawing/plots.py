"""Plots of entries: lines and dots in the looks of entries, drawn for every width, theme and for print.

`macros/plot.html.j2` writes a plot as HTML: an SVG that is stretched to the room that there is, whose strokes
and text are not, and numbers and names at places in percent. `static/plots.js` lets readers choose entries.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from leaderboard.drawing.axes import Axis
from leaderboard.drawing.looks import Look, look_of

Array = NDArray[np.float64]

#: Most entries that a page draws beside those that are coloured at first; the script draws what is chosen.
MOST = 24
#: Units of the SVG along both axes; a path has whole ones.
UNITS = 1000
#: Least distance of two names at the ends of lines, percent of the height.
_PITCH = 6.5


@dataclass(frozen=True, slots=True)
class Series:
    """Values of an entry."""

    #: Its slug.
    entry: str
    #: For people.
    name: str
    #: In the order in which they are drawn; shape (m,) both.
    x: Array
    y: Array
    #: Quartiles, which a band is drawn between; shape (m,) each.
    quartiles: tuple[Array, Array] | None = None


@dataclass(frozen=True, slots=True)
class Level:
    """A horizontal line that stands for no entry."""

    name: str
    value: float


@dataclass(frozen=True, slots=True)
class Drawn:
    """What is drawn of an entry, or of a level, which has no entry and no look."""

    entry: str
    name: str
    look: Look | None
    #: Whether it has its colour and its name before a reader has chosen any.
    is_first: bool
    #: SVG path, in `UNITS`.
    path: str
    #: That of a band around it, or empty.
    band: str
    #: Where it ends, and where its name stands: percent of the height, from the top.
    end: float
    label: float
    #: Where it ends, percent of the width.
    right: float


@dataclass(frozen=True, slots=True)
class Plot:
    """A plot as the macro takes it."""

    #: For ids and addresses: unique on its page.
    name: str
    title: str
    caption: str
    #: What it shows, for those who cannot see it.
    description: str
    x: Axis
    y: Axis
    drawn: tuple[Drawn, ...]
    #: Whether entries are dots.
    is_of_dots: bool = False
    #: What lies left of this place, in percent of the width, is not scored.
    unscored: float = 0.0

    @property
    def shown(self) -> tuple[Drawn, ...]:
        """What the page has, those that are coloured at first above the others."""
        entries = [one for one in self.drawn if one.look]
        entries = [one for place, one in enumerate(entries) if place < MOST or one.is_first]
        levels = [one for one in self.drawn if not one.look]
        return (*sorted(entries, key=lambda one: one.is_first), *levels)

    @property
    def axes(self) -> str:
        """Both axes as the script takes them: title, ends, and whether they are logarithmic and falling."""
        axes = []
        for axis in (self.x, self.y):
            axes.append([axis.title, axis.low, axis.high, int(axis.is_log), int(axis.is_falling)])
        return json.dumps(axes, separators=(",", ":"))

    @property
    def grid(self) -> str:
        """SVG path of the lines at round numbers."""
        across = "".join(f"M0 {_units(tick.at)}H{UNITS}" for tick in self.y.ticks(downwards=True))
        return across + "".join(f"M{_units(tick.at)} 0V{UNITS}" for tick in self.x.ticks())


def draw_lines(
    series: Sequence[Series], x: Axis, y: Axis, *, first: Collection[str], levels: Iterable[Level] = ()
) -> tuple[Drawn, ...]:
    """Draw step functions: a value holds until the next.

    Args:
        series: Of entries; those without a value are left out.
        x: The axis at the bottom.
        y: The axis at the side.
        first: Slugs of the entries that are coloured before a reader has chosen any.
        levels: Horizontal lines beside them.
    """
    drawn = []
    for one in series:
        places = _places(x, y, one.x, one.y)
        if places:
            around = _band(x, y, one.x, *one.quartiles) if one.quartiles else ""
            drawn.append(_drawn(one, places, _steps(places), around, is_first=one.entry in first))
    for level in levels:
        ends = Series("", level.name, np.array([x.low, x.high]), np.full(2, level.value))
        places = _places(x, y, ends.x, ends.y)
        drawn.append(_drawn(ends, places, _steps(places), is_first=True))
    return _labelled(drawn)


def draw_dots(series: Sequence[Series], x: Axis, y: Axis, *, first: Collection[str]) -> tuple[Drawn, ...]:
    """Draw a dot for the last value of each entry; see `draw_lines`."""
    drawn = []
    for one in series:
        places = _places(x, y, one.x, one.y)
        if places:
            left, top = places[-1]
            # a stroke without length is a dot that no stretching makes an ellipse
            drawn.append(_drawn(one, places, f"M{left} {top}h0", is_first=one.entry in first))
    return _labelled(drawn)


def _band(x: Axis, y: Axis, across: Array, low: Array, high: Array) -> str:
    """SVG path of what lies between two step functions, finite, shape (m,) each; empty without a value."""
    upper, lower = (_places(x, y, across, values) for values in (high, low))
    if not upper:
        return ""
    back = f"V{lower[-1][1]}"
    for left, top in reversed(lower[:-1]):
        back += f"V{top}H{left}"
    return f"{_steps(upper)}{back}Z"


def _places(x: Axis, y: Axis, across: Array, values: Array) -> list[tuple[int, int]]:
    """Points in units from the left and from the top; those that are not finite are left out."""
    finite = np.isfinite(across) & np.isfinite(values)
    left, top = x.shares(across[finite]), 1 - y.shares(values[finite])
    return list(zip(*((UNITS * shares).round().astype(int).tolist() for shares in (left, top)), strict=True))


def _steps(places: Sequence[tuple[int, int]]) -> str:
    """SVG path; what does not change is not written."""
    if not places:
        return ""
    (left, top), *rest = places
    path = f"M{left} {top}"
    for across, value in rest:
        if value != top:
            path += f"H{across}V{value}"
            top = value
    return f"{path}H{places[-1][0]}"


def _drawn(
    series: Series, places: Sequence[tuple[int, int]], path: str, around: str = "", *, is_first: bool
) -> Drawn:
    right, end = (round(place * 100 / UNITS, 1) for place in places[-1])
    look = look_of(series.entry) if series.entry else None
    return Drawn(series.entry, series.name, look, is_first, path, around, end=end, label=end, right=right)


def _labelled(drawn: Sequence[Drawn]) -> tuple[Drawn, ...]:
    """Names moved up and down until no two that are seen at first lie on each other."""
    seen = sorted((one for one in drawn if one.is_first), key=lambda one: one.end)
    places = apart([one.end for one in seen])
    moved = dict(zip(map(id, seen), places, strict=True))
    labelled = []
    for one in drawn:
        labelled.append(replace(one, label=round(moved.get(id(one), one.end), 2)))
    return tuple(labelled)


def apart(places: Sequence[float], pitch: float = _PITCH) -> list[float]:
    """Places from 0 to 100, in order, moved as little as need be until they are a pitch apart.

    Args:
        places: Ascending.
        pitch: Less where there is no room for all.
    """
    if not places:
        return []
    pitch = min(pitch, 100 / max(1, len(places) - 1))
    moved: list[float] = []
    for place in places:
        moved.append(max(place, moved[-1] + pitch) if moved else place)
    limit = 100.0
    for number in range(len(moved) - 1, -1, -1):
        moved[number] = min(moved[number], limit)
        limit = moved[number] - pitch
    return moved


def _units(percent: float) -> int:
    return round(percent * UNITS / 100)
