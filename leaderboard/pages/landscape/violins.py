"""Violins of a table: errors by depth and by operations without parameters (Figures 10, 11, 14, 18, 19)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import altair as alt
import numpy as np
from scipy.stats import gaussian_kde

from leaderboard.drawing.vega import Chart, Table, entry_colour, entry_shape, inline
from leaderboard.pages.landscape.table import LABELS, Array, Subject
from nb301.space import PARAMETER_FREE

_CELLS = ("normal cell", "reduction cell")
#: Fewer values have no density: their median alone is drawn.
_FEWEST = 10
_POINTS = 48
_QUANTILES = (0, 5, 25, 50, 75, 95, 100)


@dataclass(frozen=True, slots=True)
class Violin:
    """A distribution at a place of the axis."""

    name: str
    #: What it is the distribution of, and where its middle is drawn.
    group: int | str
    at: float
    values: Array
    #: Half of its greatest width; negative and positive parts are drawn where they are not 0.
    left: float
    right: float


def violins(subject: Subject) -> list[Chart]:
    """All violin charts that the table has rows for."""
    charts = [_by_depth(subject), _depths_by_source(subject)]
    charts += [_parameter_free(subject, cell) for cell in (0, 1)]
    if len(subject.of("topology")):
        charts.append(_topologies(subject))
    return charts


def _by_depth(subject: Subject) -> Chart:
    rows = subject.fitted
    return _chart(
        subject,
        [*_halves(subject.error[rows], subject.depths[rows])],
        name="depth",
        title="Error by depth of the cells",
        x="Depth (edges on the longest path)",
        caption="Distribution of the validation error of architectures whose normal cell (left halves) or "
        "reduction cell (right halves) has a depth; over all rows that models are fitted on. Mirrors Figure "
        "10.",
    )


def _topologies(subject: Subject) -> Chart:
    rows = subject.of("topology")
    error, depths = subject.error[rows], subject.depths[rows][:, 0]
    found = [
        Violin("both cells", depth, depth, error[depths == depth], 0.38, 0.38)
        for depth in np.unique(depths).tolist()
    ]
    return _chart(
        subject,
        found,
        name="topology",
        title="Error by depth where ops are equal",
        x="Depth of both cells",
        caption="All 180 topologies with the same few sets of operations (Appendix D.7): what Figure 19 "
        "measures surrogates on. The figure's rank correlations are on each release's page.",
    )


def _parameter_free(subject: Subject, cell: int) -> Chart:
    rows = np.concatenate([subject.fitted, subject.of("skip")])
    error = subject.error[rows]
    found = []
    for k, op in enumerate(PARAMETER_FREE):
        counts = subject.count(op, cell)[rows]
        found += [
            Violin(op.name, count, count + (k - 1) * 0.29, error[counts == count], 0.13, 0.13)
            for count in np.unique(counts).tolist()
        ]
    figure = "Figure 18 (left)" if cell == 0 else "Figure 14"
    return _chart(
        subject,
        found,
        name=f"parameter-free-{_CELLS[cell].split()[0]}",
        title=f"Operations without parameters in the {_CELLS[cell]}",
        x=f"Number of edges with the operation in the {_CELLS[cell]}",
        caption=f"Distribution of the validation error by the number of an operation in the {_CELLS[cell]}, "
        f"over all rows that models are fitted on and Appendix D.6's probes. Mirrors {figure}.",
    )


def _depths_by_source(subject: Subject) -> Chart:
    """Shares of depths as mirrored bars, since there are four depths only."""
    bars, quantiles, names = [], [], []
    for at, (source, label) in enumerate(
        (source, label) for source, label in LABELS.items() if len(subject.of(source))
    ):
        names.append(label)
        depths = subject.depths[subject.of(source)]
        for cell, side in ((0, -1), (1, 1)):
            shares = np.bincount(depths[:, cell], minlength=5)[1:] / len(depths)
            quantiles.append(
                (_CELLS[cell], label, len(depths), *(f"{100 * share:.1f}" for share in shares.tolist()))
            )
            bars += [
                {
                    "name": _CELLS[cell],
                    "group": label,
                    "depth": depth,
                    "share": share,
                    "from": at,
                    "to": round(at + side * 0.45 * share, 4),
                }
                for depth, share in enumerate(shares.tolist(), 1)
            ]
    y = alt.Y("depth:O", title="Depth", sort="descending")
    spec = (
        alt.Chart(inline(bars))
        .mark_bar(aria=False)
        .encode(
            x=alt.X("from:Q", title=None, axis=_named_axis(names), scale=_places(range(len(names)))),
            x2="to:Q",
            y=y,
            color=entry_colour(_CELLS),
            tooltip=[
                alt.Tooltip("group:N", title="source"),
                alt.Tooltip("name:N", title="cell"),
                alt.Tooltip("depth:Q"),
                alt.Tooltip("share:Q", format=".1%"),
            ],
        )
    )
    return Chart(
        name=f"landscape-{subject.name}-depth-by-optimizer",
        title="Depth of cells by optimizer",
        caption="How many of a source's architectures have a normal cell (left) and a reduction cell "
        f"(right) of each depth. {subject.rests_on} Mirrors Figure 11, which smooths the four depths.",
        alt=f"Shares of depths 1 to 4 of normal and reduction cells for {', '.join(names)}. "
        f"{subject.rests_on}",
        spec=_sized(spec, 260),
        data=Table(("cell", "source", "n", *(f"depth {k} (%)" for k in range(1, 5))), tuple(quantiles)),
    )


def _halves(error: Array, depths: np.ndarray[tuple[int, ...], np.dtype[np.intp]]) -> Iterator[Violin]:
    for cell, (left, right) in enumerate(((0.42, 0.0), (0.0, 0.42))):
        for depth in np.unique(depths[:, cell]).tolist():
            yield Violin(_CELLS[cell], depth, depth, error[depths[:, cell] == depth], left, right)


def _chart(
    subject: Subject, found: Sequence[Violin], *, name: str, title: str, x: str, caption: str
) -> Chart:
    data = _quantiles(found)
    return Chart(
        name=f"landscape-{subject.name}-{name}",
        title=title,
        caption=f"{caption} Violins are cut off at lowest and highest values, marks are medians. "
        f"{subject.rests_on}",
        alt=f"Violins of the validation error, medians in percent: {_medians(found)}. {subject.rests_on}",
        spec=_spec(found, x),
        data=data,
        switches=("y",),
    )


def _spec(found: Sequence[Violin], x: str) -> alt.LayerChart:
    names = [*dict.fromkeys(each.name for each in found)]
    error = alt.Y("value:Q", title="Validation error (%)", scale=alt.Scale(zero=False))
    across = alt.X(
        "low:Q",
        title=x,
        axis=alt.Axis(values=sorted({each.group for each in found}), format="d", grid=False),
        scale=_places([each.at for each in found]),
    )
    colour = entry_colour(names)
    shapes = (
        alt.Chart(inline(_outlines(found)))
        .mark_area(orient="horizontal", opacity=0.55, aria=False)
        .encode(x=across, x2="high:Q", y=error, color=colour, detail="group:N")
    )
    medians = (
        alt.Chart(inline(_middles(found)))
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
    return _sized(alt.layer(shapes, medians), 380)


def _sized(spec: alt.Chart | alt.LayerChart, height: int) -> alt.LayerChart:
    fit = alt.AutoSizeParams(type="fit", contains="padding")
    sized: alt.LayerChart = spec.properties(width=640, height=height, autosize=fit)
    return sized


def _places(at: Sequence[float] | range) -> alt.Scale:
    return alt.Scale(domain=[min(at) - 0.6, max(at) + 0.6], nice=False, zero=False)


def _named_axis(names: Sequence[str]) -> alt.Axis:
    listed = ", ".join(f"'{name}'" for name in names)
    return alt.Axis(
        values=[*range(len(names))],
        labelExpr=f"[{listed}][datum.value]",
        labelAngle=-40,
        labelOverlap=False,
        labelAlign="right",
        grid=False,
        ticks=False,
    )


def _outlines(found: Sequence[Violin]) -> list[dict[str, float | str]]:
    """Both borders of each violin, from its lowest to its highest value."""
    rows: list[dict[str, float | str]] = []
    for each in found:
        if len(each.values) < _FEWEST or np.ptp(each.values) == 0:
            continue
        values = np.linspace(each.values.min(), each.values.max(), _POINTS)
        density = gaussian_kde(each.values)(values)
        width = density / density.max()
        rows += [
            {
                "name": each.name,
                "group": str(each.group),
                "value": round(value, 3),
                "low": round(each.at - each.left * w, 4),
                "high": round(each.at + each.right * w, 4),
            }
            for value, w in zip(values.tolist(), width.tolist(), strict=True)
        ]
    return rows


def _middles(found: Sequence[Violin]) -> list[dict[str, float | str]]:
    return [
        {
            "name": each.name,
            "group": str(each.group),
            "n": len(each.values),
            # halves have their medians inside
            "at": round(each.at + (each.right - each.left) / 4, 4),
            "median": round(float(np.median(each.values)), 3),
        }
        for each in found
    ]


def _quantiles(found: Sequence[Violin]) -> Table:
    rows = [
        (
            *(each.name, each.group, len(each.values)),
            *(f"{value:.2f}" for value in np.percentile(each.values, _QUANTILES).tolist()),
        )
        for each in found
    ]
    return Table(("of", "at", "n", *(f"{q} % quantile" for q in _QUANTILES)), tuple(rows))


def _medians(found: Sequence[Violin]) -> str:
    by: dict[str, list[str]] = {}
    for each in found:
        by.setdefault(each.name, []).append(f"{float(np.median(each.values)):.2f} at {each.group}")
    return "; ".join(f"{name} {', '.join(parts)}" for name, parts in by.items())
