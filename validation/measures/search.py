"""What optimizers find on a subject, and what the subject says of it (Section 5.1, Figure 4).

Incumbents found on the subject and on the truth are both valued by the truth's mean; runs are paired by
seed. Where a subject is off in what is found, and by how much it overrates its finds, are two questions.
Both are of equivalence: two one-sided t tests (Schuirmann 1987), which an interval inside the margins passes.
"""

from __future__ import annotations

from typing import Annotated

import numpy as np

from validation.fits import PlannedFit, Without
from validation.intervals import Array, Interval, mean_interval
from validation.lockstep import Run
from validation.measures.base import Measured, one_of
from validation.measures.registry import register
from validation.runs import EARLY, LATE, MIDDLE, PLAN, STOPPING_EARLY, runs_at
from validation.searches import (
    PlannedRuns,
    Where,
    members_without,
    own_mean,
    runs_on,
    scored,
    truth_of,
)
from validation.subject import NotApplicable, Subject

#: Claims may ask for an optimizer that runs, and for a time that runs are planned for.
Runs = Annotated[str, one_of({**PLAN, **STOPPING_EARLY})]
Moment = Annotated[float, one_of((EARLY, MIDDLE, LATE))]


def _both(_subject: Subject, optimizer: str, **_parameters: object) -> list[PlannedRuns]:
    return [PlannedRuns(optimizer, Where.truth), PlannedRuns(optimizer, Where.subject)]


def _left_out(_subject: Subject, optimizer: str, **_parameters: object) -> list[PlannedRuns]:
    return [PlannedRuns(optimizer, Where.truth), PlannedRuns(optimizer, Where.left_out)]


def _fit_without(subject: Subject, optimizer: str, **_parameters: object) -> list[PlannedFit]:
    return [PlannedFit(Without(optimizer), members_without(subject))]


@register(runs=_both)
def found(subject: Subject, optimizer: Runs, seconds: Moment) -> Measured:
    """Distance from 0 of the mean difference of what is found on subject and truth, fraction.

    `signed` is the difference, above 0 where the subject leads to better architectures.
    """
    return _apart(values_at(subject, optimizer, seconds) - truth_values_at(subject, optimizer, seconds))


@register(runs=_both)
def overrated(subject: Subject, optimizer: Runs, seconds: Moment) -> Measured:
    """Distance from 0 of the mean of own minus true value of what is found on the subject, fraction.

    `signed` is that mean, above 0 where the subject is an optimist.
    """
    runs = _runs_at(subject, optimizer, Where.subject, seconds)
    own = scored(runs, np.array([seconds]), own_mean(subject))[:, 0]
    return _apart(own - values_at(subject, optimizer, seconds))


@register(_fit_without, runs=_left_out)
def found_left_out(subject: Subject, optimizer: Runs, seconds: Moment) -> Measured:
    """As `found`, on models that have not seen the optimizer's rows (Figure 5)."""
    on_models = values_at(subject, optimizer, seconds, Where.left_out)
    return _apart(on_models - truth_values_at(subject, optimizer, seconds)[: len(on_models)])


def values_at(subject: Subject, optimizer: str, seconds: float, where: Where = Where.subject) -> Array:
    """The truth's mean of incumbents at a time, fractions, shape (runs,), run k with seed k.

    Raises:
        NotApplicable: The truth cannot be asked, or the optimizer's runs end earlier.
    """
    runs = _runs_at(subject, optimizer, where, seconds)
    return scored(runs, np.array([seconds]), truth_of(subject).mean)[:, 0]


def truth_values_at(subject: Subject, optimizer: str, seconds: float) -> Array:
    """The same of what is found on the truth."""
    return values_at(subject, optimizer, seconds, Where.truth)


def _runs_at(subject: Subject, optimizer: str, where: Where, seconds: float) -> list[Run]:
    n = runs_at(optimizer, seconds)
    if not n:
        raise NotApplicable(f"runs of {optimizer} end before {seconds:g} s")
    return runs_on(subject, optimizer, where, seconds)[:n]


def _apart(differences: Array) -> Measured:
    """How far the mean of differences is from zero; the interval is that of the mean, folded at zero.

    So it lies below a margin where that of the mean lies inside the margins on both sides.
    """
    mean, (low, high) = float(differences.mean()), mean_interval(differences)
    nearest = 0.0 if low <= 0 <= high else min(abs(low), abs(high))
    interval = Interval(nearest, max(abs(low), abs(high)))
    return Measured(abs(mean), interval, len(differences), also={"signed": mean})
