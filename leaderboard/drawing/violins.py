"""Violins draw distributions, mirrored bars shares: of one cell to the left, of the other to the right."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import altair as alt
import numpy as np
from numpy.typing import NDArray
from scipy.stats import gaussian_kde

from leaderboard.drawing.charts import rounded, sized
from leaderboard.drawing.vega import Specification, entry_colour, entry_shape, inline

#: Fewer values have no density: their median alone is drawn.
_FEWEST = 10
_POINTS = 48
#: Bars are as long as this where all architectures have a depth.
_BAR = 0.45
_WIDTH = 640

#: What is drawn of one mark, by its fields.
Drawn: TypeAlias = dict[str, float | str]


@dataclass(frozen=True, slots=True)
class Violin:
    """A distribution at a place of the axis."""

    name: str
    #: What it is the distribution of, and where its middle is drawn.
    group: int
    at: float
    values: NDArray[np.float64]
    #: Half of its greatest width; negative and positive parts are drawn where they are not 0.
    left: float
    right: float

    @property
    def median(self) -> float:
        """Of its values."""
        return float(np.median(self.values))


def draw_violins(violins: Sequence[Violin], x: str) -> Specification:
    """Draw distributions of validation errors, with their medians.

    Args:
        violins: One at least.
        x: Title of the axis of their groups.
    """
    names: dict[str, None] = {}
    groups, places = set(), []
    for violin in violins:
        names[violin.name] = None
        groups.add(violin.group)
        places.append(violin.at)
    error = alt.Y("value:Q", title="Validation error (%)", scale=alt.Scale(zero=False))
    across = alt.X(
        "low:Q",
        title=x,
        axis=alt.Axis(values=sorted(groups), format="d", grid=False),
        scale=_places(places),
    )
    colour = entry_colour(list(names))
    shapes = (
        alt.Chart(inline(_outlines(violins)))
        .mark_area(orient="horizontal", opacity=0.55, aria=False)
        .encode(x=across, x2="high:Q", y=error, color=colour, detail="group:N")
    )
    medians = (
        alt.Chart(inline(map(_middle, violins)))
        .mark_point(filled=True, size=45, aria=False, stroke="white", strokeWidth=0.6, opacity=1)
        .encode(
            x=alt.X("at:Q"),
            y=alt.Y("median:Q"),
            color=colour,
            shape=entry_shape(list(names)),
            tooltip=[
                alt.Tooltip("name:N", title="of"),
                alt.Tooltip("group:N", title="at"),
                alt.Tooltip("n:Q", format=","),
                alt.Tooltip("median:Q", title="median error (%)", format=".2f"),
            ],
        )
    )
    return sized(alt.layer(shapes, medians), _WIDTH, 380)


def draw_bars(shares: Mapping[str, Mapping[str, Sequence[float]]]) -> Specification:
    """Draw shares of depths as bars, those of one cell to the left and those of the other to the right.

    Args:
        shares: Of the depths 1, 2, ..., by the label of a source and the names of the two cells.
    """
    bars: list[Drawn] = []
    cells: dict[str, None] = {}
    for at, (label, by_cell) in enumerate(shares.items()):
        cells |= dict.fromkeys(by_cell)
        for (cell, by_depth), length in zip(by_cell.items(), (-_BAR, _BAR), strict=True):
            for depth, share in enumerate(by_depth, 1):
                bar: Drawn = {"name": cell, "group": label, "depth": depth, "share": share}
                bars.append(bar | {"from": at, "to": round(at + length * share, 4)})
    mark = alt.Chart(inline(bars)).mark_bar(aria=False)
    spec = mark.encode(
        x=alt.X("from:Q", title=None, axis=_named_axis(list(shares)), scale=_places(range(len(shares)))),
        x2="to:Q",
        y=alt.Y("depth:O", title="Depth", sort="descending"),
        color=entry_colour(list(cells)),
        tooltip=[
            alt.Tooltip("group:N", title="source"),
            alt.Tooltip("name:N", title="cell"),
            alt.Tooltip("depth:Q"),
            alt.Tooltip("share:Q", format=".1%"),
        ],
    )
    return sized(spec, _WIDTH, 260)


def _places(at: Sequence[float]) -> alt.Scale:
    return alt.Scale(domain=[min(at) - 0.6, max(at) + 0.6], nice=False, zero=False)


def _named_axis(names: Sequence[str]) -> alt.Axis:
    listed = ", ".join(map("'{}'".format, names))
    return alt.Axis(
        values=list(range(len(names))),
        labelExpr=f"[{listed}][datum.value]",
        labelAngle=-40,
        labelOverlap=False,
        labelAlign="right",
        grid=False,
        ticks=False,
    )


def _outlines(violins: Iterable[Violin]) -> Iterator[Drawn]:
    """Both borders of each violin, from its lowest to its highest value."""
    for violin in violins:
        if len(violin.values) < _FEWEST or np.ptp(violin.values) == 0:
            continue
        values = np.linspace(violin.values.min(), violin.values.max(), _POINTS)
        density = gaussian_kde(violin.values)(values)
        widths = density / density.max()
        for value, width in zip(rounded(values, 3), widths.tolist(), strict=True):
            yield {
                "name": violin.name,
                "group": str(violin.group),
                "value": value,
                "low": round(violin.at - violin.left * width, 4),
                "high": round(violin.at + violin.right * width, 4),
            }


def _middle(violin: Violin) -> Drawn:
    return {
        "name": violin.name,
        "group": str(violin.group),
        "n": len(violin.values),
        # halves have their medians inside
        "at": round(violin.at + (violin.right - violin.left) / 4, 4),
        "median": round(violin.median, 3),
    }
