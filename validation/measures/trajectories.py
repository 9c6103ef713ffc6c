"""Anytime incumbents of optimizers on a surrogate and on the ground truth (Figures 4-7, Appendix E.3).

Orders of optimizers rest on the truth's mean of what is found; curves are on the subject's own scale, too.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache
from typing import Annotated, NamedTuple

import numpy as np
from pydantic import Field
from scipy.stats import kendalltau

from nb301 import list_releases
from nb301.releases import find
from nb301.surrogates import FAMILIES
from validation.fits import PlannedFit, Without
from validation.intervals import Array, Rows, bootstrap_interval
from validation.measures.base import Measured, Source, distance, one_of, predicted_mean, rows_of
from validation.measures.registry import register
from validation.measures.search import Moment, Runs, truth_values_at, values_at
from validation.runs import EARLY, PLAN, fits_models, runs_at
from validation.searches import PlannedRuns, Where, own_mean, runs_on, scored, truth_of
from validation.subject import NotApplicable, Subject, TrainedOn, subject_of

#: Curves begin at that simulated second, and have so many points for each power of ten.
_START, _POINTS = EARLY / 10, 10


class Curves(NamedTuple):
    """Values of the incumbents of several runs of an optimizer, run k with seed k on subject and truth."""

    #: Simulated seconds, shape (points,), even in their logarithm.
    seconds: Array
    #: What the truth says of what is found on it, fractions, shape (runs, points).
    truth: Array
    #: What the truth says of what is found on the subject.
    found: Array
    #: What the subject says of that.
    own: Array


def _without(_subject: Subject, method: str, **_parameters: object) -> list[PlannedFit]:
    return [PlannedFit(Without(method))]


def _all_until(subject: Subject, seconds: float, other: str = "", **_parameters: object) -> list[PlannedRuns]:
    return [PlannedRuns(name, where) for name in _running_at(seconds, subject, other) for where in _BOTH]


def _two(_subject: Subject, optimizer: str, of: str, **_parameters: object) -> list[PlannedRuns]:
    return [PlannedRuns(name, where) for name in (optimizer, of) for where in _BOTH]


_BOTH = (Where.truth, Where.subject)


@register(runs=_all_until)
def ranking(subject: Subject, seconds: Moment) -> Measured:
    """Kendall's tau of the optimizers' means at a time, found on subject and truth."""
    names = _running_at(seconds, subject)
    return _tau(subject, names, seconds, lambda name: truth_values_at(subject, name, seconds))


@register(runs=_all_until)
def agreement(
    subject: Subject, other: Annotated[str, one_of((TrainedOn.random_only, *FAMILIES))], seconds: Moment
) -> Measured:
    """Kendall's tau of the optimizers' means at a time, found on a release and on a sibling of it.

    Args:
        subject: A release.
        other: `random-only`, or another family.
        seconds: When.
    """
    sibling = _sibling(subject, _sibling_name(subject, other))
    names = _running_at(seconds, subject, other)
    return _tau(subject, names, seconds, lambda name: values_at(sibling, name, seconds))


@register(runs=_two)
def ahead(subject: Subject, optimizer: Runs, of: Runs, seconds: Moment) -> Measured:
    """True mean of what one optimizer finds minus that of another at a time, fraction."""
    leader, follower = (values_at(subject, name, seconds) for name in (optimizer, of))
    on_truth = [truth_values_at(subject, name, seconds).mean() for name in (optimizer, of)]

    def lead(first: Rows, second: Rows) -> float:
        return float(leader[first].mean() - follower[second].mean())

    n = (len(leader), len(follower))
    value = lead(*map(np.arange, n))
    return Measured(value, bootstrap_interval(lead, *n), min(n), ceiling=float(on_truth[0] - on_truth[1]))


@register(_without)
def one_shot(subject: Subject, method: Source, epochs: Annotated[int, Field(ge=1)] = 50) -> Measured:
    """Mean over search epochs of |predicted - observed| mean accuracy over searches, fraction.

    Predictions are those of a model that was fitted without the method's rows (Figure 6).
    """
    observed, predicted = one_shot_curves(subject, method, epochs)
    # a search is drawn together with what is predicted of it
    return distance(lambda r: predicted[r].mean(axis=0) - observed[r].mean(axis=0), len(observed))


def one_shot_curves(subject: Subject, method: str, epochs: int = 50) -> tuple[Array, Array]:
    """Accuracies of the searches' current genotypes, observed and predicted, shape (searches, epochs)."""
    rows = rows_of(subject, method)
    runs = subject.table.rows["run"].to_numpy()[rows]
    names, lengths = np.unique(runs, return_counts=True)
    whole = [rows[runs == name] for name in names[lengths == epochs]]
    if len(whole) < 2:
        raise NotApplicable(f"table {subject.table.name} has {len(whole)} whole searches of {method}")
    chosen = np.concatenate(whole)
    predicted = predicted_mean(subject, chosen, Without(method))
    observed = subject.table.rows["val_accuracy"].to_numpy()[chosen]
    return observed.reshape(len(whole), epochs), predicted.reshape(len(whole), epochs)


@cache
def curves(subject: Subject, optimizer: str) -> Curves:
    """Anytime values of the runs that go on longest; raises what `runs_on` does."""
    until = max(PLAN[optimizer])
    n, truth = runs_at(optimizer, until), truth_of(subject).mean
    seconds = np.geomspace(_START, until, round(_POINTS * math.log10(until / _START)) + 1)
    on_truth = runs_on(subject, optimizer, Where.truth, until)[:n]
    on_subject = runs_on(subject, optimizer, Where.subject, until)[:n]
    return Curves(
        seconds,
        scored(on_truth, seconds, truth),
        scored(on_subject, seconds, truth),
        scored(on_subject, seconds, own_mean(subject)),
    )


def _tau(subject: Subject, names: Sequence[str], seconds: float, other: Callable[[str], Array]) -> Measured:
    """Kendall's tau of optimizers' means on a subject and elsewhere; runs are drawn with their twins."""
    pairs = [(values_at(subject, name, seconds), other(name)) for name in names]

    def statistic(*rows: Rows) -> float:
        means = [(on[r].mean(), twins[r].mean()) for (on, twins), r in zip(pairs, rows, strict=True)]
        # scipy's tau of equal orders may be 1 - 1e-16, which is below a threshold of 1
        return round(float(kendalltau(*zip(*means, strict=True)).statistic), 12)

    n = [len(on) for on, _ in pairs]
    return Measured(statistic(*map(np.arange, n)), bootstrap_interval(statistic, *n), len(names))


def _running_at(seconds: float, subject: Subject, other: str = "") -> Sequence[str]:
    """Optimizers whose runs go on until a time; on random-only models none that fits a model itself."""
    kinds = {subject.trained_on, other}
    names = [name for name in PLAN if runs_at(name, seconds)]
    return [name for name in names if TrainedOn.random_only not in kinds or not fits_models(name)]


def _sibling_name(subject: Subject, other: str) -> str:
    if subject.release is None:
        raise NotApplicable("only releases have siblings")
    family = subject.release.manifest.family
    ending = f"-{family}-rand-" if other == TrainedOn.random_only else f"-{other}-"
    sibling = subject.name.replace(f"-{family}-", ending, 1)
    if sibling == subject.name or sibling not in list_releases():
        raise NotApplicable(f"there is no release {sibling}")
    return sibling


@cache
def _sibling(subject: Subject, name: str) -> Subject:
    return subject_of(find(name), subject.table, subject.cache)
