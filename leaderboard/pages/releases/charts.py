"""Figures of a release: predicted and observed accuracy, the collapse, and ranks by depth of cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leaderboard.drawing import fits
from leaderboard.drawing.charts import column, table_of
from leaderboard.drawing.vega import Chart, Table
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
    """Predictions beside trainings that the models have not seen."""
    rows = _test_rows(fitted)
    observed, predicted = fitted.observed(rows), fitted.predicted(rows)
    data = table_of(
        {
            "source": fitted.table.rows["optimizer"].to_numpy().astype(str)[rows].tolist(),
            "observed": np.round(observed, 3).tolist(),
            "predicted": np.round(predicted, 3).tolist(),
        }
    )
    both = np.concatenate([observed, predicted])
    ends = [float(round(both.min(), 3)), float(round(both.max(), 3))]
    return Chart(
        name=f"{fitted.release.name}-fit",
        title="Predicted and observed error",
        caption=f"{len(rows):,} rows of the test part, drawn at random: trainings that the models have not "
        "seen, equal on the dashed line. Observed errors have the noise of one training. "
        f"{fitted.rests_on} Mirrors Figures 16 and 17.",
        alt=f"Predicted error rises with observed error along the diagonal. {fitted.rests_on}",
        spec=fits.predictions(data, ends),
        data=data,
        summary=_by_source(data),
    )


def _test_rows(fitted: Fitted) -> NDArray[np.intp]:
    """Some rows of the test part, ascending, and always the same ones."""
    manifest = fitted.release.manifest
    split = random_only_split if manifest.random_only else stratified_split
    test = split(fitted.table, manifest.fitted_split.seed).test
    return np.sort(np.random.default_rng(_SEED).permutation(test)[:_SHOWN])


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


def _collapse(fitted: Fitted) -> Chart:
    """Errors of the probes by their number of an operation without parameters."""
    data = _means_by_count(fitted)
    return Chart(
        name=f"{fitted.release.name}-collapse",
        title="Operations without parameters",
        caption="Mean validation error of Appendix D.6's probes by the number of an operation in the normal "
        f"cell: trained, and predicted (dashed). {fitted.rests_on} Mirrors Figure 18, which shows "
        "distributions.",
        alt="Mean observed and predicted error by the number of an operation without parameters: "
        f"{_at_most(data)}. {fitted.rests_on}",
        spec=fits.collapse(data, [op.name for op in PARAMETER_FREE]),
        data=data,
        switches=("y",),
    )


def _means_by_count(fitted: Fitted) -> Table:
    """Mean errors of the probes, observed and predicted, by operation and number."""
    table = fitted.table
    is_probe = (table.rows["optimizer"] == "skip").to_numpy()
    lines = []
    for op in PARAMETER_FREE:
        rows = np.flatnonzero(is_probe & (table.rows["run"] == op).to_numpy())
        counts = (table.codes[rows, 0, :, 1] == op).sum(axis=1)
        for kind, errors in (("observed", fitted.observed(rows)), ("predicted", fitted.predicted(rows))):
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


def _depths(fitted: Fitted, claims: Mapping[int, ReportedClaim]) -> Chart:
    rows, taus = [], []
    for depth, claim in claims.items():
        low, high = claim.interval or (claim.value, claim.value)
        rows.append((depth, claim.value, low, high, claim.ceiling, claim.n))
        taus.append(f"{claim.value:.3f} at {depth}")
    data = Table(("depth", "sKT", "low", "high", "ceiling", "n"), tuple(rows))
    return Chart(
        name=f"{fitted.release.name}-topology",
        title="Ranking within cells of one depth",
        caption="Sparse Kendall's tau over the 1,800 architectures of Appendix D.7 whose cells have a "
        "depth, with 95 % intervals; ticks are what the ground truth without noise would score. "
        f"{fitted.rests_on} Mirrors Figure 19.",
        alt=f"Sparse Kendall's tau by depth: {', '.join(taus)}. {fitted.rests_on}",
        spec=fits.ranks_by_depth(data),
        data=data,
    )
