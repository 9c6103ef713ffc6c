"""Figures of a release: predicted and observed accuracy, the collapse, and ranks by depth of cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import altair as alt
import numpy as np
from numpy.typing import NDArray

from leaderboard.drawing.vega import Chart, Table, entry_colour, inline, signal
from nb301.encodings import canonical
from nb301.releases.load import Release
from nb301.releases.report import TOPOLOGY_DEPTH, ReportedClaim
from nb301.space import PARAMETER_FREE
from nb301.surrogates.ensemble import mean_and_std
from nb301.tables.schema import EvaluationTable
from nb301.tables.splits import random_only_split, stratified_split

_SHOWN = 1000
_SEED = 301


@dataclass(frozen=True, slots=True)
class Fitted:
    """A release with the table that it was fitted on."""

    release: Release
    table: EvaluationTable

    @property
    def rests_on(self) -> str:
        """Stands in every caption and alternative text."""
        name = f"{self.table.name}-v{self.table.version}"
        return f"Release {self.release.name}, table {name}, ground truth: {self.table.truth}."

    def observed(self, rows: NDArray[np.intp]) -> NDArray[np.float64]:
        """Validation errors of trainings, percent."""
        return np.asarray(100 * (1 - self.table.rows["val_accuracy"].to_numpy(dtype=np.float64)[rows]))

    def predicted(self, rows: NDArray[np.intp]) -> NDArray[np.float64]:
        """Errors that the ensemble's mean predicts, percent."""
        members = self.release.surrogate.predict(canonical(self.table.codes[rows]))
        return np.asarray(100 * (1 - mean_and_std(members)[0]))


def release_charts(fitted: Fitted, claims: Sequence[ReportedClaim]) -> list[Chart]:
    """The figures that table and claims have data for."""
    charts = [_scatter(fitted)]
    if (fitted.table.rows["optimizer"] == "skip").any():
        charts.append(_collapse(fitted))
    ranked = {}
    for claim in claims:
        depth = claim.variant_of(TOPOLOGY_DEPTH)
        if depth is not None and claim.value is not None:
            ranked[int(depth)] = claim
    return [*charts, _depths(fitted, ranked)] if ranked else charts


def _scatter(fitted: Fitted) -> Chart:
    split = random_only_split if fitted.release.manifest.random_only else stratified_split
    test = split(fitted.table, fitted.release.manifest.split.seed).test
    rows = np.sort(np.random.default_rng(_SEED).permutation(test)[:_SHOWN])
    observed, predicted = fitted.observed(rows), fitted.predicted(rows)
    sources = fitted.table.rows["optimizer"].to_numpy().astype(str)[rows]
    columns = (sources.tolist(), np.round(observed, 3).tolist(), np.round(predicted, 3).tolist())
    data = Table(("source", "observed", "predicted"), tuple(zip(*columns, strict=True)))
    ends = [
        float(round(bound([observed.min(), observed.max(), predicted.min(), predicted.max()]), 3))
        for bound in (min, max)
    ]
    scale = alt.Scale(domain=ends, nice=False)
    x = alt.X("observed:Q", title="Observed error (%)", scale=scale, axis=alt.Axis(grid=False))
    y = alt.Y("predicted:Q", title="Predicted error (%)", scale=scale)
    diagonal = (
        alt.Chart(inline({"observed": end, "predicted": end} for end in ends))
        .mark_line(color=signal("muted"), strokeDash=[4, 3], strokeWidth=1.2, aria=False)
        .encode(x, y)
    )
    points = (
        alt.Chart(inline(data.records()))
        .mark_circle(size=18, opacity=0.55, color=signal("accent"), aria=False)
        .encode(x, y, tooltip=[_told("source", "N"), _told("observed"), _told("predicted")])
    )
    return Chart(
        name=f"{fitted.release.name}-fit",
        title="Predicted and observed error",
        caption=f"{len(rows):,} rows of the test part, drawn at random: trainings that the models have not "
        "seen, equal on the dashed line. Observed errors have the noise of one training. "
        f"{fitted.rests_on} Mirrors Figures 16 and 17.",
        alt=f"Predicted error rises with observed error along the diagonal. {fitted.rests_on}",
        spec=_sized(alt.layer(diagonal, points)),
        data=data,
        summary=_by_source(data),
    )


def _by_source(data: Table) -> Table:
    rows = []
    for source in sorted({row[0] for row in data.rows}):
        errors = np.array([row[2] - row[1] for row in data.rows if row[0] == source])
        rows.append((source, len(errors), f"{errors.mean():+.3f}", f"{np.abs(errors).mean():.3f}"))
    return Table(
        ("source", "rows", "mean of predicted minus observed (points)", "mean absolute error (points)"),
        tuple(rows),
    )


def _collapse(fitted: Fitted) -> Chart:
    table = fitted.table
    found = []
    for op in PARAMETER_FREE:
        of_op = (table.rows["optimizer"] == "skip") & (table.rows["run"] == op)
        rows = np.flatnonzero(of_op.to_numpy())
        counts = (table.codes[rows, 0, :, 1] == op).sum(axis=1)
        for what, errors in (("observed", fitted.observed(rows)), ("predicted", fitted.predicted(rows))):
            found += [
                (
                    op.name,
                    what,
                    count,
                    int((counts == count).sum()),
                    round(float(errors[counts == count].mean()), 3),
                )
                for count in np.unique(counts).tolist()
            ]
    data = Table(("name", "of", "count", "n", "error"), tuple(found))
    names = [op.name for op in PARAMETER_FREE]
    kinds = alt.Scale(domain=["observed", "predicted"], range=[[1, 0], [5, 4]])
    base = alt.Chart(inline(data.records())).encode(
        x=alt.X(
            "count:Q", title="Number in the normal cell", axis=alt.Axis(format="d", tickMinStep=1, grid=False)
        ),
        y=alt.Y("error:Q", title="Mean validation error (%)", scale=alt.Scale(zero=False)),
        color=entry_colour(names, lines=True),
    )
    dash = alt.StrokeDash("of:N", title=None, scale=kinds, legend=_LINES)
    line = base.mark_line(strokeWidth=2.2, aria=False).encode(strokeDash=dash)
    told = [_told("name", "N"), _told("of", "N"), _told("count"), _told("n"), _told("error")]
    points = base.mark_circle(size=45, opacity=1, aria=False).encode(tooltip=told)
    return Chart(
        name=f"{fitted.release.name}-collapse",
        title="Operations without parameters",
        caption="Mean validation error of Appendix D.6's probes by the number of an operation in the normal "
        f"cell: trained, and predicted (dashed). {fitted.rests_on} Mirrors Figure 18, which shows "
        "distributions.",
        alt="Mean observed and predicted error by the number of an operation without parameters: "
        f"{_at_most(data)}. {fitted.rests_on}",
        spec=_sized(alt.layer(line, points)),
        data=data,
        switches=("y",),
    )


_LINES = alt.Legend(orient="top", columns=4, symbolType="stroke", symbolSize=500)


def _at_most(data: Table) -> str:
    most = max(row[2] for row in data.rows)
    return "; ".join(f"{row[0]}, {row[1]}: {row[4]:.2f} % with {most}" for row in data.rows if row[2] == most)


def _depths(fitted: Fitted, claims: Mapping[int, ReportedClaim]) -> Chart:
    rows = []
    for depth, claim in claims.items():
        low, high = claim.interval or (claim.value, claim.value)
        rows.append((depth, claim.value, low, high, claim.ceiling, claim.n))
    data = Table(("depth", "sKT", "low", "high", "ceiling", "n"), tuple(rows))
    base = alt.Chart(inline(data.records())).encode(
        x=alt.X("depth:O", title="Depth of both cells", axis=alt.Axis(labelAngle=0))
    )
    y = alt.Y("low:Q", title="Sparse Kendall's tau", scale=alt.Scale(zero=False))
    intervals = base.mark_rule(color=signal("accent"), strokeWidth=2, aria=False).encode(y=y, y2="high:Q")
    ceilings = base.mark_tick(color=signal("text"), thickness=2, size=36, aria=False).encode(y="ceiling:Q")
    told = [_told(name) for name in data.columns]
    values = base.mark_circle(color=signal("accent"), size=90, opacity=1, aria=False).encode(
        y="sKT:Q", tooltip=told
    )
    listed = ", ".join(f"{row[1]:.3f} at {row[0]}" for row in rows)
    return Chart(
        name=f"{fitted.release.name}-topology",
        title="Ranking within cells of one depth",
        caption="Sparse Kendall's tau over the 1,800 architectures of Appendix D.7 whose cells have a "
        "depth, with 95 % intervals; ticks are what the ground truth without noise would score. "
        f"{fitted.rests_on} Mirrors Figure 19.",
        alt=f"Sparse Kendall's tau by depth: {listed}. {fitted.rests_on}",
        spec=_sized(alt.layer(intervals, ceilings, values)),
        data=data,
    )


def _told(field: str, kind: str = "Q") -> alt.Tooltip:
    return alt.Tooltip(f"{field}:{kind}")


def _sized(spec: alt.LayerChart) -> alt.LayerChart:
    fit = alt.AutoSizeParams(type="fit", contains="padding")
    sized: alt.LayerChart = spec.properties(width=560, height=360, autosize=fit)
    return sized
