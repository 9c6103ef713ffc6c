"""How well architectures are predicted that the subject has not seen (Table 3, Section 4.4)."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

from nb301.metrics import kendall_tau, r2
from validation.intervals import Rows, bootstrap_interval
from validation.measures.base import (
    Measured,
    Noise,
    Source,
    Statistic,
    compare,
    noise_free,
    observed,
    over_rows,
    predicted_mean,
    unexplained_variance,
    unseen_rows,
)
from validation.measures.registry import register
from validation.predictors import MemberedPredictor, TimePredictor
from validation.subject import NotApplicable, Subject


@register()
def unseen(
    subject: Subject, statistic: Statistic, optimizer: Source | Literal[""] = "", noise: Noise = 0.0
) -> Measured:
    """A statistic over the test rows, of all optimizers or of one; see `above_ceiling` for the noise."""
    rows = unseen_rows(subject, optimizer)
    return compare(subject, statistic, rows, predicted_mean(subject, rows), noise)


@register()
def above_ceiling(subject: Subject, noise: Noise = 0.0) -> Measured:
    """R2 over the test rows minus that of the truth without noise, which nothing unseen can beat.

    Of real trainings that is one minus the share of the noise, as repeated architectures show it, or else
    as a claim states it: the std of a training, fraction.
    """
    rows = unseen_rows(subject)
    truth, predicted = observed(subject, rows), predicted_mean(subject, rows)
    expected = noise_free(subject, rows)
    if expected is not None:
        return over_rows(lambda r: r2(truth[r], predicted[r]) - r2(truth[r], expected[r]), len(rows))
    unexplained = unexplained_variance(subject, noise)
    if math.isnan(unexplained):
        raise NotApplicable("neither the expectation of trainings nor their noise is known")
    return over_rows(
        lambda r: r2(truth[r], predicted[r]) - 1 + unexplained / float(truth[r].var()),
        len(rows),
        ceiling=1 - unexplained / float(truth.var()),
    )


@register()
def worst_member(subject: Subject) -> Measured:
    """R2 of the member that explains least of the test rows over that of all together; its own interval."""
    if not isinstance(subject.predictor, MemberedPredictor):
        raise NotApplicable(f"{subject.name} tells of no members")
    rows = unseen_rows(subject)
    truth, mean = observed(subject, rows), predicted_mean(subject, rows)
    members = np.asarray(subject.predictor.members(subject.genotypes(rows)))
    worst = members[np.argmin([r2(truth, member) for member in members])]

    def share(r: Rows) -> float:
        together = r2(truth[r], mean[r])
        return r2(truth[r], worst[r]) / together if together > 0 else math.nan

    return over_rows(share, len(rows), members=len(members))


@register()
def runtime(subject: Subject, optimizer: Source | Literal[""] = "") -> Measured:
    """R2 of the seconds of a training over the test rows; beside it Kendall's tau."""
    if not isinstance(subject.predictor, TimePredictor):
        raise NotApplicable(f"{subject.name} predicts no runtimes")
    rows = unseen_rows(subject, optimizer)
    genotypes = subject.genotypes(rows)
    truth = subject.table.rows["runtime"].to_numpy(dtype=np.float64)[rows]
    if np.isnan(truth).any():
        raise NotApplicable(f"table {subject.table.name} has no runtimes")
    predicted = subject.predictor.seconds(genotypes)
    return Measured(
        value=r2(truth, predicted),
        interval=bootstrap_interval(lambda r: r2(truth[r], predicted[r]), len(rows)),
        n=len(rows),
        ceiling=None if subject.truth is None else r2(truth, subject.truth.median_runtime(genotypes)),
        also={"kendall_tau": kendall_tau(truth, predicted)},
    )
