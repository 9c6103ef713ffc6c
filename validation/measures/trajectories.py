"""Anytime incumbents of optimizers on a surrogate and on the ground truth (Figures 4-7, Appendix E.3).

Both are scored without noise, each on its own scale: an incumbent's error is that of the subject's mean,
or of the truth's. Runs are paired by seed and kept in the subject's cache.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cache
from typing import Annotated, NamedTuple

import numpy as np
from pydantic import Field
from scipy.stats import kendalltau

from nb301 import list_releases
from nb301.benchmark import load
from nb301.files import sha256, write_text
from nb301.optimizers import OPTIMIZERS, Budget, Objective, simulate
from nb301.space import Genotype
from nb301.surrogates import FAMILIES
from nb301.truth.base import TrainingRun, TrainingRuns
from nb301.truth.emulated import EmulatedTruth
from validation.answers import SubjectError
from validation.fits import PlannedFit, Without
from validation.intervals import Array, bootstrap_interval
from validation.measures.base import (
    Measured,
    Source,
    distance,
    one_of,
    predicted_mean,
    refitted,
    rows_of,
)
from validation.measures.registry import register
from validation.predictors import (
    DrawnTraining,
    Genotypes,
    Predictor,
    ReleasePredictor,
    TimePredictor,
    draw,
)
from validation.subject import NotApplicable, Subject, TrainedOn

RUNS = 5
#: Simulated seconds of each optimizer's runs. Those that fit models to propose take minutes for what the
#: others do in a second, so they run a tenth as long; COMBO, ten times slower still, does not run.
SECONDS = {"rs": 1e7, "re": 1e7, "ls": 1e7, "de": 1e7, "tpe": 1e6, "bananas": 1e6}
#: Members of ensembles without an optimizer's rows, of surrogates that say nothing of how they are fitted.
_FOREIGN_MEMBERS = 10
_START, _POINTS = 1e4, 31
#: How many times as short as those of the table trainings may be: the evaluations of a run are bounded.
_SHORTEST = 20
#: The version of kept runs is raised when runs would come out otherwise.
_FORMAT = 1


#: Claims may ask for an optimizer that runs, and for a time that some of them reach.
Runs = Annotated[str, one_of(SECONDS)]
Moment = Annotated[float, Field(ge=_START, le=max(SECONDS.values()))]


class Curves(NamedTuple):
    """Errors of the incumbents of several runs."""

    seconds: Array
    """Simulated seconds, shape (points,), even in their logarithm."""
    errors: Array
    """Fractions, shape (runs, points)."""

    def at(self, seconds: float) -> Array:
        """Errors at a time, shape (runs,)."""
        return self.errors[:, int(np.searchsorted(self.seconds, seconds * 1.001)) - 1]


def _if_left_out(
    subject: Subject,
    optimizer: str,
    left_out: bool = False,  # noqa: FBT001
    **_parameters: object,
) -> list[PlannedFit]:
    return [PlannedFit(Without(optimizer), members_without(subject))] if left_out else []


def _without(_subject: Subject, method: str, **_parameters: object) -> list[PlannedFit]:
    return [PlannedFit(Without(method))]


@register(_if_left_out, shows_runs=True)
def area(subject: Subject, optimizer: Runs, left_out: bool = False) -> Measured:  # noqa: FBT001
    """Mean distance of the mean error curves on subject and truth over log time, fraction."""
    on_subject, on_truth = curves(subject, optimizer, left_out), truth_curves(subject, optimizer)
    return _apart(on_subject.errors, on_truth.errors)


@register()
def final(subject: Subject, optimizer: Runs) -> Measured:
    """Distance of the mean final errors on subject and truth, fraction."""
    on_subject, on_truth = curves(subject, optimizer), truth_curves(subject, optimizer)
    return _apart(on_subject.errors[:, -1:], on_truth.errors[:, -1:])


@register()
def ranking(subject: Subject, seconds: Moment) -> Measured:
    """Kendall's tau of the optimizers' mean errors at a time, on subject and truth."""
    names = _running_at(seconds)
    on_subject = _errors_at(seconds, names, lambda name: curves(subject, name))
    on_truth = _errors_at(seconds, names, lambda name: truth_curves(subject, name))
    return _of_runs(_tau, on_subject, on_truth)


@register()
def agreement(
    subject: Subject, other: Annotated[str, one_of((TrainedOn.random_only, *FAMILIES))], seconds: Moment
) -> Measured:
    """Kendall's tau of the optimizers' mean errors at a time, on a release and on a sibling of it.

    Args:
        subject: A release.
        other: `random-only`, or another family.
        seconds: When.
    """
    names = _running_at(seconds)
    sibling = _sibling(subject, other)
    on_subject = _errors_at(seconds, names, lambda name: curves(subject, name))
    on_sibling = _errors_at(seconds, names, lambda name: _sibling_curves(subject, sibling, name))
    return _of_runs(_tau, on_subject, on_sibling)


@register()
def ahead(subject: Subject, optimizer: Runs, of: Runs, seconds: Moment) -> Measured:
    """Mean error of one optimizer minus that of another at a time, fraction: above 0 the other is ahead."""
    leader, follower = curves(subject, of).at(seconds), curves(subject, optimizer).at(seconds)
    difference = (truth_curves(subject, of).at(seconds) - truth_curves(subject, optimizer).at(seconds)).mean()
    measured = _of_runs(lambda a, b: float(a.mean() - b.mean()), leader, follower)
    return replace(measured, ceiling=float(difference))


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
def curves(subject: Subject, optimizer: str, left_out: bool = False) -> Curves:  # noqa: FBT001
    """Runs on the subject, or on models fitted without the optimizer's rows.

    Raises:
        SubjectError: The subject's trainings are too short or too long for runs to say anything.
    """
    predictor, key = subject.predictor, subject.key
    if left_out:
        predictor = refitted(subject, Without(optimizer), members_without(subject))
        key = f"{key} without {optimizer}"

    def run() -> Curves:
        return _run(subject, optimizer, _on(predictor, subject), _mean(predictor))

    return _kept(subject, key, optimizer, run) if subject.is_kept else run()


def members_without(subject: Subject) -> int:
    """How many models are fitted without an optimizer's rows."""
    return _FOREIGN_MEMBERS if subject.family is None else subject.family.members_without_rows


@cache
def truth_curves(subject: Subject, optimizer: str) -> Curves:
    """Runs on the ground truth."""
    truth = subject.truth
    if truth is None:
        raise NotApplicable("the ground truth cannot be asked")

    key = f"{truth.name} {truth.version}"
    return _kept(subject, key, optimizer, lambda: _run(subject, optimizer, _OnTruth(truth), truth.mean))


def _run(
    subject: Subject, optimizer: str, objective: Objective, mean: Callable[[list[Genotype]], Array]
) -> Curves:
    budget = SECONDS[optimizer]
    seconds = np.geomspace(_START, budget, _points(optimizer))
    most = int(_SHORTEST * budget / subject.table.rows["runtime"].mean())
    errors = []
    for run in range(RUNS):
        make = OPTIMIZERS[optimizer](np.random.default_rng(run))
        trajectory = simulate(make, objective, Budget(budget, most), seed=10**6 * run)
        if not 0 < len(trajectory) < most:
            raise SubjectError(
                f"{subject.name}: a run of {optimizer} has {len(trajectory)} evaluations in {budget:g} s, "
                f"expected 1 to {most - 1}: are its runtimes in seconds?"
            )
        at = np.maximum(trajectory.incumbent_at(seconds), 0)
        chosen, where = np.unique(at, return_inverse=True)
        errors.append(1 - np.asarray(mean([trajectory.genotypes[number] for number in chosen]))[where])
    return Curves(seconds, np.stack(errors))


def _points(optimizer: str) -> int:
    """As many points for each power of ten, whatever the budget."""
    return round((_POINTS - 1) / 3 * math.log10(SECONDS[optimizer] / _START)) + 1


class _OnTruth:
    """An objective: trainings under the ground truth."""

    def __init__(self, truth: EmulatedTruth) -> None:
        self._truth = truth

    def __call__(self, genotype: Genotype, seed: int) -> TrainingRun:
        return self._truth.evaluate(genotype, seed)

    def ask_many(self, genotypes: Sequence[Genotype], seed: int) -> TrainingRuns:
        return self._truth.evaluate_many(genotypes, seed)


class _OnPredictor:
    """An objective: single trainings as a predictor emulates them."""

    def __init__(self, predictor: Predictor, subject: Subject) -> None:
        self._predictor, self._subject = predictor, subject

    def __call__(self, genotype: Genotype, seed: int) -> DrawnTraining:
        return self.ask_many([genotype], seed)[0]

    def ask_many(self, genotypes: Sequence[Genotype], seed: int) -> list[DrawnTraining]:
        accuracies = draw(self._predictor, genotypes, np.full(len(genotypes), seed))
        if isinstance(self._predictor, TimePredictor):
            seconds = self._predictor.seconds(genotypes)
        else:
            seconds = _truth_seconds(self._subject, genotypes)
        return list(map(DrawnTraining, accuracies.tolist(), seconds.tolist()))


def _on(predictor: Predictor, subject: Subject) -> Objective:
    """An objective: single trainings as the predictor emulates them."""
    if isinstance(predictor, ReleasePredictor):
        return predictor.benchmark.query
    return _OnPredictor(predictor, subject)


def _truth_seconds(subject: Subject, genotypes: Genotypes) -> Array:
    if subject.truth is None:
        raise NotApplicable(f"{subject.name} predicts no runtimes")
    return subject.truth.median_runtime(genotypes)


def _mean(predictor: Predictor) -> Callable[[list[Genotype]], Array]:
    return lambda genotypes: predictor.predict(genotypes)[0]


def _kept(subject: Subject, key: str, optimizer: str, make: Callable[[], Curves]) -> Curves:
    """Curves from the cache, or new ones, which it then has."""
    about = [_FORMAT, key, optimizer, SECONDS[optimizer], RUNS, _POINTS]
    path = subject.cache / "runs" / f"{optimizer}-{sha256(json.dumps(about).encode())[:16]}.json"
    with suppress(OSError, ValueError, TypeError, RecursionError):  # there is none that can be read
        seconds, errors = json.loads(path.read_text(encoding="utf-8"))
        return Curves(np.array(seconds, dtype=np.float64), np.array(errors, dtype=np.float64))
    made = make()
    write_text(path, json.dumps([made.seconds.tolist(), made.errors.tolist()]) + "\n")
    return made


def _of_runs(statistic: Callable[..., float], one: Array, other: Array) -> Measured:
    """A statistic of two sets of runs, each resampled for itself."""
    interval = bootstrap_interval(lambda r, s: statistic(one[r], other[s]), len(one), len(other))
    return Measured(statistic(one, other), interval, len(one))


def _apart(one: Array, other: Array) -> Measured:
    """How far the means of two sets of runs are apart, each resampled for itself; shape (runs, points)."""
    return distance(lambda r, s: one[r].mean(axis=0) - other[s].mean(axis=0), len(one), len(other))


def _errors_at(seconds: float, optimizers: Sequence[str], curves_of: Callable[[str], Curves]) -> Array:
    """Errors at a time, shape (runs, optimizers)."""
    return np.stack([curves_of(optimizer).at(seconds) for optimizer in optimizers], axis=1)


def _tau(one: Array, other: Array) -> float:
    return float(kendalltau(one.mean(axis=0), other.mean(axis=0)).statistic)


def _running_at(seconds: float) -> Sequence[str]:
    return [name for name, budget in SECONDS.items() if budget >= seconds]


def _sibling(subject: Subject, other: str) -> str:
    if subject.release is None:
        raise NotApplicable("only releases have siblings")
    family = subject.release.manifest.family
    ending = f"-{family}-rand-" if other == TrainedOn.random_only else f"-{other}-"
    sibling = subject.name.replace(f"-{family}-", ending, 1)
    if sibling == subject.name or sibling not in list_releases():
        raise NotApplicable(f"there is no release {sibling}")
    return sibling


@cache
def _sibling_curves(subject: Subject, sibling: str, optimizer: str) -> Curves:
    benchmark = load(sibling)
    predictor = ReleasePredictor(benchmark)
    key = benchmark.release.release_hash
    return _kept(subject, key, optimizer, lambda: _run(subject, optimizer, benchmark.query, _mean(predictor)))
