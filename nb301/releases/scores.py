"""How well a release predicts rows of a table that it was not fitted to.

Every number is the same on every machine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nb301 import exact
from nb301.errors import DataMissing, TableError
from nb301.evaluations import Evaluations
from nb301.metrics import mean_absolute_error, r2, sparse_kendall_tau, spearman
from nb301.releases.fitted_table import command_for, fitted_table
from nb301.releases.manifest import Manifest
from nb301.tables.schema import EvaluationTable
from nb301.truth.base import TruthKind, kind_of

#: Nominal shares of trainings inside of the intervals that are counted.
SHARES = (0.5, 0.8, 0.95)


@dataclass(frozen=True, slots=True, kw_only=True)
class FreshRows:
    """Rows that a release can be tested on."""

    #: Rows of architectures that the release's table does not have; all where that is not known.
    table: EvaluationTable
    #: Rows that were left out, of architectures that it has; None where its table is not here.
    left_out: int | None
    #: What to know of the comparison, a sentence each.
    warnings: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """How predictions compare with single trainings; errors are fractions, predicted minus trained."""

    #: Rows that were compared.
    n: int
    #: NaN where all trainings gave the same, as the rank correlations are.
    r2: float
    #: See `metrics`.
    sparse_kendall_tau: float
    #: See `metrics`.
    spearman: float
    #: Above 0 where the release promises too much.
    mean_error: float
    #: Fraction.
    mean_absolute_error: float
    #: Share of trainings inside of `Evaluation.interval`, by the interval's own share.
    coverage: Mapping[float, float]


def fresh_rows(manifest: Manifest, table: EvaluationTable) -> FreshRows:
    """Choose the rows of a table that a release can be tested on.

    Args:
        manifest: The release's.
        table: Of its ground truth. Best and last epochs of the paper's trainings may be compared, with a
            warning.

    Raises:
        TableError: It is of another ground truth, or fewer than two rows are left.
    """
    warnings = [*_of_another_epoch(manifest, table)]
    known, left_out = np.zeros(len(table), dtype=bool), None
    try:
        fitted = table if table.content_hash == manifest.table.content_hash else fitted_table(manifest)
    except DataMissing:
        own = manifest.table
        why = (
            "it was imported"
            if own.content_hash is None
            else f"its table {own.name}-v{own.version} (content {own.content_hash}) is not here; "
            f"{command_for(own.name)} brings one"
        )
        warnings.append(
            "whether the release was fitted to some of these rows is not known, and none are left out: " + why
        )
    else:
        known = table.rows["genotype"].isin(fitted.rows["genotype"]).to_numpy()
        left_out = int(known.sum())
    if len(table) - known.sum() < 2:
        raise TableError(
            f"table {table.full_name}: {known.sum():,} of {len(table):,} rows are of architectures of the "
            f"table that {manifest.name} was fitted on: test it on another table; what its own test rows "
            f"gave, nb301 release show {manifest.name} has"
        )
    return FreshRows(table=table.select(~known), left_out=left_out, warnings=warnings)


def _of_another_epoch(manifest: Manifest, table: EvaluationTable) -> list[str]:
    if table.truth == manifest.truth:
        return []
    kinds = kind_of(table.truth), kind_of(manifest.truth)
    if kinds != (TruthKind.PAPER, TruthKind.PAPER):
        raise TableError(
            f"table {table.full_name} rests on {table.truth}, but {manifest.name} predicts {manifest.truth}: "
            "test it on a table of that ground truth"
        )
    both = f"the table's accuracies are of {table.truth}, the release's of {manifest.truth}"
    return [f"{both}: what best and last epochs, or two protocols, differ by is in the errors"]


def scores(trained: NDArray[np.float64], predicted: Evaluations) -> Scores:
    """Compare predictions with trainings of the same architectures.

    Args:
        trained: Validation accuracies, fractions, shape (n,), n >= 2.
        predicted: Of n architectures.
    """
    coverage = {}
    for share in SHARES:
        low, high = predicted.interval(share)
        coverage[share] = float(((low <= trained) & (trained <= high)).sum() / len(trained))
    return Scores(
        n=len(trained),
        r2=r2(trained, predicted.mean),
        sparse_kendall_tau=sparse_kendall_tau(trained, predicted.mean),
        spearman=spearman(trained, predicted.mean),
        mean_error=float(exact.mean(predicted.mean - trained)),
        mean_absolute_error=mean_absolute_error(trained, predicted.mean),
        coverage=coverage,
    )
