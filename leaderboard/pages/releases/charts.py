"""Figures of a release: predicted and observed accuracy, the collapse, and ranks by depth of cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from leaderboard.drawing import fits
from leaderboard.drawing.charts import column, table_of
from leaderboard.drawing.vega import Chart, Table
from leaderboard.pages.releases.unseen import Unseen, observed, predicted, unseen
from leaderboard.rendering import wording
from nb301.releases.load import Release
from nb301.releases.report import TOPOLOGY_DEPTH, ReportedClaim
from nb301.space import PARAMETER_FREE
from nb301.tables.schema import EvaluationTable


def release_charts(
    release: Release, table: EvaluationTable | None, claims: Sequence[ReportedClaim]
) -> list[Chart]:
    """The figures that table and claims have data for; the first sets predictions beside what was observed.

    Args:
        release: Any.
        table: That it was fitted on; None where it is not embedded.
        claims: About the release.

    Raises:
        BoardError: What is kept of rows of its table cannot be read.
    """
    charts = []
    rows = unseen(release, table)
    if rows is not None:
        charts.append(_scatter(release, rows))
    if table is not None and (table.rows["optimizer"] == "skip").any():
        charts.append(_collapse(release, table))
    ranked = {}
    for claim in claims:
        depth = claim.variant_of(TOPOLOGY_DEPTH)
        if depth is not None and claim.value is not None:
            ranked[int(depth)] = claim
    return [*charts, _depths(release, ranked)] if ranked else charts


def _rests_on(release: Release) -> str:
    """Stands in every caption and alternative text."""
    table = release.manifest.table
    return f"Release {release.name}, table {table.name}-v{table.version}, ground truth: {table.truth}."


def _scatter(release: Release, rows: Unseen) -> Chart:
    """Predictions beside what was observed of rows that the models have not seen."""
    data = table_of(
        {
            "source": list(rows.sources),
            "observed": np.round(rows.observed, 3).tolist(),
            "predicted": np.round(rows.predicted, 3).tolist(),
        }
    )
    both = np.concatenate([rows.observed, rows.predicted])
    ends = [float(round(both.min(), 3)), float(round(both.max(), 3))]
    what = wording.evaluations(release.manifest.truth)
    return Chart(
        name=f"{release.name}-fit",
        title="Predicted and observed error",
        caption=f"{len(rows.observed):,} {what} that the models have not seen, a point each. On the dashed "
        "line the prediction is what was observed, which has noise. "
        f"{_rests_on(release)} Mirrors Figures 16 and 17.",
        alt=f"Predicted error rises with observed error along the diagonal. {_rests_on(release)}",
        spec=fits.predictions(data, ends),
        data=data,
        summary=_by_source(data),
    )


def _by_source(data: Table) -> Table:
    """How far predictions are off for each source."""
    sources = np.array(column(data, "source"))
    errors = np.array(column(data, "predicted")) - np.array(column(data, "observed"))
    rows = []
    for source in sorted(set(sources.tolist())):
        chosen = errors[sources == source]
        rows.append((source, len(chosen), f"{chosen.mean():+.3f}", f"{np.abs(chosen).mean():.3f}"))
    return Table(
        ("source", "rows", "mean of predicted minus observed (points)", "mean absolute error (points)"),
        tuple(rows),
    )


def _collapse(release: Release, table: EvaluationTable) -> Chart:
    """Errors of the probes by their number of an operation without parameters."""
    data = _means_by_count(release, table)
    return Chart(
        name=f"{release.name}-collapse",
        title="Operations without parameters",
        caption="Mean validation error of Appendix D.6's probes by the number of an operation in the normal "
        f"cell: observed, and predicted (dashed). {_rests_on(release)} Mirrors Figure 18, which shows "
        "distributions.",
        alt="Mean observed and predicted error by the number of an operation without parameters: "
        f"{_at_most(data)}. {_rests_on(release)}",
        spec=fits.collapse(data, [op.name for op in PARAMETER_FREE]),
        data=data,
        switches=("y",),
    )


def _means_by_count(release: Release, table: EvaluationTable) -> Table:
    """Mean errors of the probes, observed and predicted, by operation and number."""
    is_probe = (table.rows["optimizer"] == "skip").to_numpy()
    lines = []
    for op in PARAMETER_FREE:
        rows = np.flatnonzero(is_probe & (table.rows["run"] == op).to_numpy())
        counts = (table.codes[rows, 0, :, 1] == op).sum(axis=1)
        errors_of = {"observed": observed(table, rows), "predicted": predicted(release, table, rows)}
        for kind, errors in errors_of.items():
            for count in np.unique(counts).tolist():
                chosen = errors[counts == count]
                lines.append((op.name, kind, count, len(chosen), round(float(chosen.mean()), 3)))
    return Table(("name", "of", "count", "n", "error"), tuple(lines))


def _at_most(data: Table) -> str:
    """Errors of the probes that have as many of an operation as there can be, as a sentence."""
    most = max(column(data, "count"))
    parts = []
    for name, kind, count, _, error in data.rows:
        if count == most:
            parts.append(f"{name}, {kind}: {error:.2f} % with {most}")
    return "; ".join(parts)


def _depths(release: Release, claims: Mapping[int, ReportedClaim]) -> Chart:
    rows, taus = [], []
    for depth, claim in claims.items():
        low, high = claim.interval or (claim.value, claim.value)
        rows.append((depth, claim.value, low, high, claim.ceiling, claim.n))
        taus.append(f"{claim.value:.3f} at {depth}")
    data = Table(("depth", "sKT", "low", "high", "ceiling", "n"), tuple(rows))
    return Chart(
        name=f"{release.name}-topology",
        title="Ranking within cells of one depth",
        caption="Sparse Kendall's tau over the 1,800 architectures of Appendix D.7 whose cells have a "
        "depth, with 95 % intervals; ticks are what the ground truth without noise would score. "
        f"{_rests_on(release)} Mirrors Figure 19.",
        alt=f"Sparse Kendall's tau by depth: {', '.join(taus)}. {_rests_on(release)}",
        spec=fits.ranks_by_depth(data),
        data=data,
    )
