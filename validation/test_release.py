"""Whether a release is what its manifest says."""

from __future__ import annotations

import math

import pytest

from nb301 import exact, tables
from nb301.encodings import canonical
from nb301.errors import DataMissing, TableError
from nb301.metrics import mean_absolute_error, r2, sparse_kendall_tau
from nb301.releases import Release
from nb301.tables.schema import EvaluationTable
from nb301.tables.splits import stratified_split
from validation.measures.base import observed, predicted
from validation.plugin import Keep
from validation.report.as_json import CHECK
from validation.subject import Subject


def test_frozen_metrics(subject: Subject, record: Keep) -> None:
    """The metrics in the manifest are those that the release has now."""
    if subject.release is None:
        pytest.skip("no release")
    if subject.release.manifest.metrics is None:
        pytest.skip("imported: nothing of it was measured here")
    try:
        rows = subject.split.test
    except DataMissing as reason:
        pytest.skip(str(reason))
    record(CHECK, subject, "frozen_metrics", {})
    truth, (mean, std) = observed(subject, rows), predicted(subject, rows)
    frozen = subject.release.manifest.measured.model_dump()
    measured = {
        "r2": r2(truth, mean),
        "sparse_kendall_tau": sparse_kendall_tau(truth, mean),
        "mean_absolute_error": mean_absolute_error(truth, mean),
        "mean_std": float(exact.mean(std)),
        "runtime_r2": _runtime_r2(subject.release, subject.table),
    }
    assert frozen == measured


def _runtime_r2(release: Release, table: EvaluationTable) -> float | None:
    """On the test rows of the table that runtimes were fitted to; what was frozen where that is not here."""
    manifest = release.manifest
    if manifest.runtime_table is not None:
        try:
            table = tables.load(f"{manifest.runtime_table.name}-v{manifest.runtime_table.version}")
        except TableError:
            return manifest.measured.runtime_r2
        assert table.content_hash == manifest.runtime_table.content_hash
    rows = stratified_split(table, manifest.fitted_split.seed).test
    seconds = release.runtime_model.predict(canonical(table.codes[rows]))
    explained = r2(table.rows["runtime"].to_numpy()[rows], seconds)
    return explained if math.isfinite(explained) else None
