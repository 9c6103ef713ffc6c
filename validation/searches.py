"""Runs of optimizers on a subject, on models without an optimizer's rows, and on the ground truth."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from functools import cache, lru_cache, partial
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import numpy as np

from nb301.benchmark import Benchmark
from nb301.errors import TableError
from nb301.files import sha256
from nb301.space import Genotype, sample_many
from nb301.truth.emulated import EmulatedTruth
from validation.answers import SubjectError
from validation.code_hash import code_hash
from validation.fits import Without
from validation.intervals import Array, Rows
from validation.lockstep import PaceError, Run, Trainings
from validation.predictors import CurvePredictor, Genotypes, Predictor, ReleasePredictor, TimePredictor, draw
from validation.runs import LATE, Chunk, Store, planned, stops_early
from validation.subject import NotApplicable, Subject

#: Runs on models without an optimizer's rows, which claims ask about where margins are widest.
LEFT_OUT_RUNS = 100
#: Members of ensembles without an optimizer's rows, of surrogates that say nothing of how they are fitted.
_FOREIGN_MEMBERS = 10
#: How many times as short as random architectures' on the truth a run's trainings may be: runs are bounded.
_SHORTEST = 20
#: In the cache.
_FOLDER = "runs"

Mean = Callable[[list[Genotype]], Array]


class Where(StrEnum):
    """Who is asked by a run."""

    subject = "subject"
    #: Models that have not seen the rows of the optimizer that runs.
    left_out = "left out"
    truth = "truth"


class PlannedRuns(NamedTuple):
    """Runs of an optimizer that a claim needs."""

    optimizer: str
    where: Where


def runs_on(subject: Subject, optimizer: str, where: Where, until: float) -> list[Run]:
    """Runs until some simulated seconds or longer, run k with seed k, from the cache or new.

    Of a subject that nothing is kept of, no more is run than is asked for.

    Raises:
        NotApplicable: The ground truth cannot be asked, or nobody knows how to fit models like these.
        SubjectError: The subject's trainings are too short or too long for runs to say anything.
    """
    is_whole = subject.is_kept or where is Where.truth
    return _runs_on(subject, optimizer, where, LATE if is_whole else until)


# subjects are compared by identity, so each is asked once
@cache
def _runs_on(subject: Subject, optimizer: str, where: Where, until: float) -> list[Run]:
    runs: list[Run] = []
    for chunk in chunks(optimizer, where, until):
        runs += made(subject, where, chunk)
    return runs


def chunks(optimizer: str, where: Where, until: float = LATE) -> list[Chunk]:
    """What is planned of an optimizer."""
    return list(planned(optimizer, until, LEFT_OUT_RUNS if where is Where.left_out else None))


def made(subject: Subject, where: Where, chunk: Chunk) -> list[Run]:
    """A chunk of runs from the cache, or a new one, which it then has; raises what `runs_on` does."""
    key = _key(subject, where, chunk.optimizer)
    return kept(subject.cache, key, chunk, lambda: _make(subject, where, chunk))


def truth_runs(truth: EmulatedTruth, cache: Path, optimizer: str) -> list[Run]:
    """All planned runs of an optimizer on a ground truth; those of its subjects are the same."""
    runs: list[Run] = []
    for chunk in chunks(optimizer, Where.truth):
        trainings = on_truth(truth, stop_early=stops_early(optimizer))
        runs += kept(cache, truth_key(truth), chunk, partial(chunk.make, trainings))
    return runs


def is_made(subject: Subject, where: Where, chunk: Chunk) -> bool:
    """Whether the cache has a chunk; of what is never kept it says no."""
    key = _key(subject, where, chunk.optimizer)
    return key is not None and Store(subject.cache / _FOLDER).has(chunk, key)


def scored(runs: Sequence[Run], seconds: Array, mean: Mean) -> Array:
    """Values of the incumbents of runs at some times, fractions, shape (runs, times).

    Before the first training of a run has ended, its architecture counts.
    """
    #: Numbers of those that are incumbents at one of the times: each is valued once.
    places: dict[Genotype, int] = {}
    chosen = np.empty((len(runs), len(seconds)), dtype=np.intp)
    for row, run in zip(chosen, runs, strict=True):
        at = np.maximum(np.searchsorted(run.seconds, seconds, side="right") - 1, 0)
        row[:] = [places.setdefault(run.genotypes[number], len(places)) for number in at]
    return np.asarray(mean([*places]), dtype=np.float64)[chosen]


def truth_of(subject: Subject) -> EmulatedTruth:
    """The ground truth behind a subject.

    Raises:
        NotApplicable: It cannot be asked.
    """
    if subject.truth is None:
        raise NotApplicable("the ground truth cannot be asked")
    return subject.truth


def own_mean(subject: Subject) -> Mean:
    """What a subject predicts, without noise."""
    return lambda genotypes: subject.predictor.predict(genotypes)[0]


def members_without(subject: Subject) -> int:
    """How many models are fitted without an optimizer's rows."""
    return _FOREIGN_MEMBERS if subject.family is None else subject.family.members_without_rows


def on_release(benchmark: Benchmark, *, stop_early: bool = False) -> Trainings:
    """Trainings as a release emulates them, whole ones or epoch by epoch."""

    def curves(genotypes: list[Genotype], seeds: Rows) -> tuple[Array, Array]:
        told = benchmark.curve(genotypes, seeds)
        return told.val_accuracy, told.runtime[:, -1]

    def trainings(genotypes: list[Genotype], seeds: Rows) -> tuple[Array, Array]:
        answer = benchmark.query(genotypes, seed=seeds)
        return answer.val_accuracy, answer.runtime

    return curves if stop_early else trainings


def on_truth(truth: EmulatedTruth, *, stop_early: bool = False) -> Trainings:
    """Trainings under the ground truth, whole ones or epoch by epoch."""

    def curves(genotypes: list[Genotype], seeds: Rows) -> tuple[Array, Array]:
        told = truth.learning_curves(genotypes, seeds)
        return told.val_accuracy, told.runtime[:, -1]

    def trainings(genotypes: list[Genotype], seeds: Rows) -> tuple[Array, Array]:
        runs = truth.evaluate_many(genotypes, seeds)
        return runs.val_accuracy, runs.runtime

    return curves if stop_early else trainings


def truth_key(truth: EmulatedTruth) -> str:
    """Name, version, and a hash of the code and the data of a ground truth."""
    return f"{truth.name} {truth.version} {_truth_hash(type(truth).__module__)}"


def kept(cache: Path, key: str | None, chunk: Chunk, make: Callable[[], list[Run]]) -> list[Run]:
    """A chunk that is kept by a key, or a new one, which is kept if there is a key."""
    if key is None:
        return make()
    store = Store(cache / _FOLDER)
    runs = store.read(chunk, key)
    if runs is None:
        runs = make()
        store.write(chunk, key, runs)
    return runs


def _make(subject: Subject, where: Where, chunk: Chunk) -> list[Run]:
    truth = truth_of(subject)
    if where is Where.truth:
        return chunk.make(on_truth(truth, stop_early=stops_early(chunk.optimizer)))
    predictor = subject.predictor if where is Where.subject else _without(subject, chunk.optimizer)
    try:
        trainings = _on(predictor, subject, truth, stop_early=stops_early(chunk.optimizer))
        return chunk.make(trainings, _usual_seconds(truth) / _SHORTEST)
    except PaceError as error:
        raise SubjectError(
            f"{subject.name}: a run of {chunk.optimizer} has {error}: are its runtimes in seconds?"
        ) from None


def _without(subject: Subject, optimizer: str) -> Predictor:
    """Models that have not seen an optimizer's rows."""
    if subject.family is None:
        raise NotApplicable(f"{subject.name} does not say how it is fitted")
    try:
        return subject.refit(Without(optimizer), members_without(subject))
    except TableError as error:  # there are no such rows
        raise NotApplicable(str(error)) from None


def _key(subject: Subject, where: Where, optimizer: str) -> str | None:
    """Tells who is asked from everything else; None where nobody knows what it answers another time."""
    if where is Where.truth:
        return truth_key(truth_of(subject))
    if not subject.is_kept:
        return None
    return subject.key if where is Where.subject else f"{subject.key} without {optimizer}"


def _on(
    predictor: Predictor, subject: Subject, truth: EmulatedTruth, *, stop_early: bool = False
) -> Trainings:
    """Trainings as a predictor emulates them; they take the truth's median time where it tells none.

    Raises:
        NotApplicable: Trainings are to stop early, and it does not tell their epochs.
    """
    if isinstance(predictor, ReleasePredictor):
        return on_release(predictor.benchmark, stop_early=stop_early)
    told: Callable[[Genotypes, Rows], Array] = partial(draw, predictor)
    if stop_early:
        told = curves_of(predictor, subject).curves

    def trainings(genotypes: list[Genotype], seeds: Rows) -> tuple[Array, Array]:
        accuracies = told(genotypes, seeds)
        if stop_early and accuracies.shape[1] != truth.epochs:
            raise NotApplicable(
                f"{subject.name} tells {accuracies.shape[1]} epochs, the truth {truth.epochs}"
            )
        wrong = np.argwhere(~((accuracies >= 0) & (accuracies <= 1)))
        if len(wrong):
            first = tuple(wrong[0])
            what = f"{'curves' if stop_early else 'draws'} is {accuracies[first]}"
            raise SubjectError(f"{subject.name}: {what} for {genotypes[first[0]]}, expected a fraction")
        if isinstance(predictor, TimePredictor):
            return accuracies, predictor.seconds(genotypes)
        return accuracies, truth.median_runtime(genotypes)

    return trainings


def curves_of(predictor: Predictor, subject: Subject) -> CurvePredictor:
    """A predictor that tells trainings epoch by epoch.

    Raises:
        NotApplicable: This one does not.
    """
    if not isinstance(predictor, CurvePredictor):
        raise NotApplicable(f"{subject.name} does not tell learning curves: it has no curves")
    return predictor


@lru_cache(maxsize=1)
def _usual_seconds(truth: EmulatedTruth) -> float:
    """Of trainings of random architectures, on average."""
    return float(truth.median_runtime(sample_many(np.random.default_rng(0), 1000)).mean())


@cache
def _truth_hash(module: str) -> str:
    """Of a ground truth's code, and of the data beside and below it."""
    folder = Path(str(import_module(module).__file__)).parent
    data = sorted(folder.rglob("*.toml"))
    return sha256("\n".join([code_hash(module), *(sha256(path.read_bytes()) for path in data)]).encode())
