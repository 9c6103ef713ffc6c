"""Whether a release is what its manifest says."""

from __future__ import annotations

import math

import pytest

from nb301 import exact
from nb301.encodings import canonical
from nb301.metrics import mean_absolute_error, r2, sparse_kendall_tau
from validation.measures.base import observed, predicted
from validation.plugin import Keep
from validation.report.as_json import CHECK
from validation.subject import Subject


def test_frozen_metrics(subject: Subject, record: Keep) -> None:
    """The metrics in the manifest are those that the release has now."""
    if subject.release is None:
        pytest.skip("no release")
    record(CHECK, subject, "frozen_metrics", {})
    rows = subject.split.test
    truth, (mean, std) = observed(subject, rows), predicted(subject, rows)
    seconds = subject.release.runtime_model.predict
    codes = canonical(subject.table.codes[rows])
    frozen = subject.release.manifest.metrics.model_dump()
    explained = r2(subject.table.rows["runtime"].to_numpy()[rows], seconds(codes))
    measured = {
        "r2": r2(truth, mean),
        "sparse_kendall_tau": sparse_kendall_tau(truth, mean),
        "mean_absolute_error": mean_absolute_error(truth, mean),
        "mean_std": float(exact.mean(std)),
        "runtime_r2": explained if math.isfinite(explained) else None,
    }
    assert frozen == measured
