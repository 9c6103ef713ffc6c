"""Cells of a table: errors and depths as violins and mirrored bars (Figures 10, 11, 14, 18 and 19)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from leaderboard.drawing.vega import Chart, Table
from leaderboard.drawing.violins import Violin, draw_bars, draw_violins
from leaderboard.pages.landscape.table import Array, Landscape
from nb301.space import PARAMETER_FREE

#: In the order in which tables have them.
_CELLS = ("normal cell", "reduction cell")
#: Names of their charts, and the paper's figures, of operations without parameters in a cell.
_PARAMETER_FREE = (("normal", "Figure 18 (left)"), ("reduction", "Figure 14"))
#: Where violins of the three operations without parameters stand beside a number.
_OFFSETS = (-0.29, 0.0, 0.29)
_QUANTILES = (0, 5, 25, 50, 75, 95, 100)
_DEPTHS = (1, 2, 3, 4)


def violins(landscape: Landscape) -> list[Chart]:
    """All charts of cells that the table has rows for."""
    charts = [
        _parameter_free(landscape, 0),
        _parameter_free(landscape, 1),
        _by_depth(landscape),
        _depths_by_source(landscape),
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
    shares: dict[str, dict[str, list[float]]] = {}
    lines = []
    for label, rows in landscape.sources.items():
        shares[label] = dict(zip(_CELLS, map(_shares, landscape.depths[rows].T), strict=True))
        for cell, by_depth in shares[label].items():
            percents = [f"{100 * share:.1f}" for share in by_depth]
            lines.append((cell, label, len(rows), *percents))
    columns = ("cell", "source", "n", *map("depth {} (%)".format, _DEPTHS))
    names = ", ".join(shares)
    return Chart(
        name=f"landscape-{landscape.name}-depth-by-optimizer",
        title="Depth of cells by optimizer",
        caption="How many of a source's architectures have a normal cell (left) and a reduction cell "
        f"(right) of each depth. {landscape.rests_on} Mirrors Figure 11, which smooths the four depths.",
        alt=f"Shares of depths 1 to 4 of normal and reduction cells for {names}. {landscape.rests_on}",
        spec=draw_bars(shares),
        data=Table(columns, tuple(lines)),
    )


def _shares(depths: NDArray[np.intp]) -> list[float]:
    """Share of each depth."""
    shares: list[float] = (np.bincount(depths, minlength=5)[1:] / len(depths)).tolist()
    return shares


def _chart(
    landscape: Landscape, drawn: Sequence[Violin], *, name: str, title: str, x: str, caption: str
) -> Chart:
    return Chart(
        name=f"landscape-{landscape.name}-{name}",
        title=title,
        caption=f"{caption} Violins are cut off at lowest and highest values, marks are medians. "
        f"{landscape.rests_on}",
        alt=f"Violins of the validation error, medians in percent: {_medians(drawn)}. {landscape.rests_on}",
        spec=draw_violins(drawn, x),
        data=_quantiles(drawn),
        switches=("y",),
    )


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
