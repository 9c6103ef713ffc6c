"""How well architectures are predicted that the subject has not seen (Table 3, Section 4.4)."""

from __future__ import annotations

import numpy as np

from nb301.metrics import kendall_tau, r2
from validation.measures.base import (
    Measured,
    NotApplicable,
    compare,
    noise_free,
    observed,
    over_rows,
    predicted_mean,
)
from validation.statistics import Rows, bootstrap_interval
from validation.subject import Subject, TimePredictor


def unseen(subject: Subject, statistic: str, optimizer: str = "") -> Measured:
    """A statistic over the test rows, of all optimizers or of one."""
    rows = _test(subject, optimizer)
    return compare(
        statistic, observed(subject, rows), predicted_mean(subject, rows), noise_free(subject, rows)
    )


def above_ceiling(subject: Subject) -> Measured:
    """R2 over the test rows minus that of the truth without noise, which nothing unseen can beat."""
    rows = _test(subject, "")
    best = noise_free(subject, rows)
    if best is None:
        raise NotApplicable("the expectation of real trainings is not known")
    truth, predicted = observed(subject, rows), predicted_mean(subject, rows)
    return over_rows(lambda r: r2(truth[r], predicted[r]) - r2(truth[r], best[r]), len(rows))


def runtime(subject: Subject, optimizer: str = "") -> Measured:
    """R2 of the seconds of a training over the test rows; beside it Kendall's tau."""
    if not isinstance(subject.predictor, TimePredictor):
        raise NotApplicable(f"{subject.name} predicts no runtimes")
    rows = _test(subject, optimizer)
    genotypes = subject.genotypes(rows)
    truth = subject.table.rows["runtime"].to_numpy(dtype=np.float64)[rows]
    predicted = subject.predictor.seconds(genotypes)
    return Measured(
        value=r2(truth, predicted),
        interval=bootstrap_interval(lambda r: r2(truth[r], predicted[r]), len(rows)),
        n=len(rows),
        ceiling=None if subject.truth is None else r2(truth, subject.truth.median_runtime(genotypes)),
        also={"kendall_tau": kendall_tau(truth, predicted)},
    )


def _test(subject: Subject, optimizer: str) -> Rows:
    rows = subject.split.test
    if optimizer:
        rows = rows[(subject.table.rows["optimizer"] == optimizer).to_numpy()[rows]]
    if len(rows) < 2:
        raise NotApplicable(f"the test part has {len(rows)} rows of {optimizer or 'any optimizer'}")
    return rows
