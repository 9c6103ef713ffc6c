"""Cells of a table: errors and depths as violins and mirrored bars (Figures 10, 11, 14, 18 and 19)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import altair as alt
import numpy as np
from numpy.typing import NDArray
from scipy.stats import gaussian_kde

from leaderboard.drawing.vega import Chart, Table, entry_colour, entry_shape, inline
from leaderboard.pages.landscape.table import Array, Landscape
from leaderboard.rendering.charts import rounded, sized
from nb301.space import PARAMETER_FREE

#: In the order in which tables have them.
_CELLS = ("normal cell", "reduction cell")
#: Names of their charts, and the paper's figures, of operations without parameters in a cell.
_PARAMETER_FREE = (("normal", "Figure 18 (left)"), ("reduction", "Figure 14"))
#: Where violins of the three operations without parameters stand beside a number.
_OFFSETS = (-0.29, 0.0, 0.29)
#: Fewer values have no density: their median alone is drawn.
_FEWEST = 10
_POINTS = 48
_QUANTILES = (0, 5, 25, 50, 75, 95, 100)
_DEPTHS = (1, 2, 3, 4)
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
    values: Array
    #: Half of its greatest width; negative and positive parts are drawn where they are not 0.
    left: float
    right: float

    @property
    def median(self) -> float:
        """Of its values."""
        return float(np.median(self.values))


def violins(landscape: Landscape) -> list[Chart]:
    """All charts of cells that the table has rows for."""
    charts = [
        _by_depth(landscape),
        _depths_by_source(landscape),
        _parameter_free(landscape, 0),
        _parameter_free(landscape, 1),
    ]
    if len(landscape.rows_of("topology")):
        charts.append(_topologies(landscape))
    return charts


def _by_depth(landscape: Landscape) -> Chart:
    rows = landscape.fitted
    return _chart(
        landscape,
        list(_halves(landscape.error[rows], landscape.depths[rows])),
        name="depth",
        title="Error by depth of the cells",
        x="Depth (edges on the longest path)",
        caption="Distribution of the validation error of architectures whose normal cell (left halves) or "
        "reduction cell (right halves) has a depth; over all rows that models are fitted on. Mirrors Figure "
        "10.",
    )


def _halves(error: Array, depths: NDArray[np.intp]) -> Iterator[Violin]:
    for cell, (left, right) in enumerate(((0.42, 0.0), (0.0, 0.42))):
        for depth, errors in _grouped(error, depths[:, cell]):
            yield Violin(_CELLS[cell], depth, depth, errors, left, right)


def _grouped(error: Array, groups: NDArray[np.intp]) -> Iterator[tuple[int, Array]]:
    """Errors of each group, in the order of groups."""
    for group in np.unique(groups).tolist():
        yield group, error[groups == group]


def _topologies(landscape: Landscape) -> Chart:
    rows = landscape.rows_of("topology")
    by_depth = _grouped(landscape.error[rows], landscape.depths[rows][:, 0])
    return _chart(
        landscape,
        [Violin("both cells", depth, depth, errors, 0.38, 0.38) for depth, errors in by_depth],
        name="topology",
        title="Error by depth where ops are equal",
        x="Depth of both cells",
        caption="All 180 topologies with the same few sets of operations (Appendix D.7): what Figure 19 "
        "measures surrogates on. The figure's rank correlations are on each release's page.",
    )


def _parameter_free(landscape: Landscape, cell: int) -> Chart:
    rows = np.concatenate([landscape.fitted, landscape.rows_of("skip")])
    error = landscape.error[rows]
    drawn = []
    for op, offset in zip(PARAMETER_FREE, _OFFSETS, strict=True):
        for count, errors in _grouped(error, landscape.count(op, cell)[rows]):
            violin = Violin(op.name, count, count + offset, errors, 0.13, 0.13)
            drawn.append(violin)
    name, figure = _PARAMETER_FREE[cell]
    return _chart(
        landscape,
        drawn,
        name=f"parameter-free-{name}",
        title=f"Operations without parameters in the {_CELLS[cell]}",
        x=f"Number of edges with the operation in the {_CELLS[cell]}",
        caption=f"Distribution of the validation error by the number of an operation in the {_CELLS[cell]}, "
        f"over all rows that models are fitted on and Appendix D.6's probes. Mirrors {figure}.",
    )


def _depths_by_source(landscape: Landscape) -> Chart:
    """Shares of depths as mirrored bars, since there are four depths only."""
    depths = {label: landscape.depths[rows] for label, rows in landscape.sources.items()}
    names = ", ".join(depths)
    return Chart(
        name=f"landscape-{landscape.name}-depth-by-optimizer",
        title="Depth of cells by optimizer",
        caption="How many of a source's architectures have a normal cell (left) and a reduction cell "
        f"(right) of each depth. {landscape.rests_on} Mirrors Figure 11, which smooths the four depths.",
        alt=f"Shares of depths 1 to 4 of normal and reduction cells for {names}. {landscape.rests_on}",
        spec=sized(_bars(depths), _WIDTH, 260),
        data=_depth_table(depths),
    )


def _shares(depths: NDArray[np.intp]) -> list[float]:
    """Share of each depth."""
    shares: list[float] = (np.bincount(depths, minlength=5)[1:] / len(depths)).tolist()
    return shares


def _bars(depths: Mapping[str, NDArray[np.intp]]) -> alt.Chart:
    """Two sides of bars for each source, by its label: those of normal cells to the left."""
    bars: list[Drawn] = []
    for at, (label, by_cell) in enumerate(depths.items()):
        for cell, length in ((0, -_BAR), (1, _BAR)):
            for depth, share in zip(_DEPTHS, _shares(by_cell[:, cell]), strict=True):
                bar: Drawn = {"name": _CELLS[cell], "group": label, "depth": depth, "share": share}
                bars.append(bar | {"from": at, "to": round(at + length * share, 4)})
    places = range(len(depths))
    mark = alt.Chart(inline(bars)).mark_bar(aria=False)
    encoded: alt.Chart = mark.encode(
        x=alt.X("from:Q", title=None, axis=_named_axis(list(depths)), scale=_places(places)),
        x2="to:Q",
        y=alt.Y("depth:O", title="Depth", sort="descending"),
        color=entry_colour(_CELLS),
        tooltip=[
            alt.Tooltip("group:N", title="source"),
            alt.Tooltip("name:N", title="cell"),
            alt.Tooltip("depth:Q"),
            alt.Tooltip("share:Q", format=".1%"),
        ],
    )
    return encoded


def _depth_table(depths: Mapping[str, NDArray[np.intp]]) -> Table:
    lines = []
    for label, by_cell in depths.items():
        for cell, name in enumerate(_CELLS):
            shares = [f"{100 * share:.1f}" for share in _shares(by_cell[:, cell])]
            lines.append((name, label, len(by_cell), *shares))
    columns = map("depth {} (%)".format, _DEPTHS)
    return Table(("cell", "source", "n", *columns), tuple(lines))


def _chart(
    landscape: Landscape, drawn: Sequence[Violin], *, name: str, title: str, x: str, caption: str
) -> Chart:
    return Chart(
        name=f"landscape-{landscape.name}-{name}",
        title=title,
        caption=f"{caption} Violins are cut off at lowest and highest values, marks are medians. "
        f"{landscape.rests_on}",
        alt=f"Violins of the validation error, medians in percent: {_medians(drawn)}. {landscape.rests_on}",
        spec=_spec(drawn, x),
        data=_quantiles(drawn),
        switches=("y",),
    )


def _spec(drawn: Sequence[Violin], x: str) -> alt.LayerChart:
    names = list(dict.fromkeys(violin.name for violin in drawn))
    groups = sorted({violin.group for violin in drawn})
    error = alt.Y("value:Q", title="Validation error (%)", scale=alt.Scale(zero=False))
    across = alt.X(
        "low:Q",
        title=x,
        axis=alt.Axis(values=groups, format="d", grid=False),
        scale=_places([violin.at for violin in drawn]),
    )
    colour = entry_colour(names)
    shapes = (
        alt.Chart(inline(_outlines(drawn)))
        .mark_area(orient="horizontal", opacity=0.55, aria=False)
        .encode(x=across, x2="high:Q", y=error, color=colour, detail="group:N")
    )
    medians = (
        alt.Chart(inline(map(_middle, drawn)))
        .mark_point(filled=True, size=45, aria=False, stroke="white", strokeWidth=0.6, opacity=1)
        .encode(
            x=alt.X("at:Q"),
            y=alt.Y("median:Q"),
            color=colour,
            shape=entry_shape(names),
            tooltip=[
                alt.Tooltip("name:N", title="of"),
                alt.Tooltip("group:N", title="at"),
                alt.Tooltip("n:Q", format=","),
                alt.Tooltip("median:Q", title="median error (%)", format=".2f"),
            ],
        )
    )
    return sized(alt.layer(shapes, medians), _WIDTH, 380)


def _places(at: Sequence[float]) -> alt.Scale:
    return alt.Scale(domain=[min(at) - 0.6, max(at) + 0.6], nice=False, zero=False)


def _named_axis(names: Sequence[str]) -> alt.Axis:
    listed = ", ".join(f"'{name}'" for name in names)
    return alt.Axis(
        values=list(range(len(names))),
        labelExpr=f"[{listed}][datum.value]",
        labelAngle=-40,
        labelOverlap=False,
        labelAlign="right",
        grid=False,
        ticks=False,
    )


def _outlines(drawn: Iterable[Violin]) -> Iterator[Drawn]:
    """Both borders of each violin, from its lowest to its highest value."""
    for violin in drawn:
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


def _quantiles(drawn: Iterable[Violin]) -> Table:
    lines = []
    for violin in drawn:
        values = np.percentile(violin.values, _QUANTILES).tolist()
        lines.append((violin.name, violin.group, len(violin.values), *map("{:.2f}".format, values)))
    columns = map("{} % quantile".format, _QUANTILES)
    return Table(("of", "at", "n", *columns), tuple(lines))


def _medians(drawn: Iterable[Violin]) -> str:
    """Medians of all violins of each name, as a sentence."""
    by_name: dict[str, list[str]] = {}
    for violin in drawn:
        by_name.setdefault(violin.name, []).append(f"{violin.median:.2f} at {violin.group}")
    return "; ".join(f"{name} {', '.join(medians)}" for name, medians in by_name.items())
