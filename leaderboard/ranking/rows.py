"""Rows: an entry's runs on one release, or on several, summed up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leaderboard.ranking.scored import Scored, ScoreTable
from leaderboard.ranking.scores import (
    EARLY_START,
    anytime_score,
    expected_running_time,
    final_error,
    target_times,
)
from leaderboard.ranking.statistics import Estimate, estimate
from leaderboard.runs.record import Run
from nb301 import exact

Array = NDArray[np.float64]

#: The entry that speed-up is measured against.
BASELINE = "rs"


@dataclass(frozen=True, slots=True)
class Row:
    """One entry on one board, or on all; errors are validation errors in percent."""

    entry: str
    #: For people; no two entries have names that look alike.
    name: str
    version: str
    reference: str
    #: The ranks that the data allow, from 1; None for an entry that does not count here.
    ranks: tuple[int, int] | None
    #: Anytime score, see `scores.anytime_score`: mean over seeds, and over the releases that count.
    score: Estimate | None
    #: The same by what the optimizer observed.
    observed_score: float
    #: The same from 10^4 s on, as the first boards had it: most of it passes before models are fitted.
    early_score: float
    #: In the end, noise-free, and as the optimizer observed it; medians over seeds.
    error: float
    observed_error: float
    #: Mean final error above the best known one, points.
    regret: float
    #: Mean normalised regret in the end, percent: 0 for the best that is known, 100 for the median random
    #: architecture; where multiply-adds count, too, of all that it would return, see `scores.steps`.
    final_regret: float
    #: Evaluations that ended within the budget, median.
    evaluations: int
    #: Share of runs that did not end as `completed`.
    crash_rate: float
    #: Processor seconds of the submission's own process, mean of a run.
    cpu_seconds: float
    #: Share of its queries that were far from the releases' tables; None where that is not known.
    unfamiliar: float | None
    #: How many times faster than random search it reaches what that ends with: the ratio of expected
    #: running times, geometric mean over releases; None where one of them never does.
    speed_up: float | None
    #: Families that it shares with the release's surrogate, which is why it does not count.
    conflicts: tuple[str, ...]


def row_of(scored: Sequence[Scored], ranks: tuple[int, int] | None, table: ScoreTable) -> Row:
    """Sum one entry's runs up.

    Args:
        scored: Its runs on each of the releases that are summed up, one at least.
        ranks: The row's.
        table: Has the runs of the baseline.
    """
    runs: list[Run] = []
    scores, errors, regrets, final_regrets = [], [], [], []
    conflicts: set[str] = set()
    for release_runs in scored:
        runs += release_runs.runs
        scores.append(release_runs.scores)
        errors.append(release_runs.errors)
        regrets.append(release_runs.errors - 100 * (1 - release_runs.reference.best_accuracy))
        final_regrets.append(release_runs.regrets)
        conflicts.update(release_runs.runs[0].conflicts)
    evaluations, cpu_seconds, are_failed = [], [], []
    for run in runs:
        evaluations.append(run.evaluations)
        cpu_seconds.append(run.usage.cpu_seconds)
        are_failed.append(run.has_failed)
    first = runs[0]
    observed_scores, early_scores, observed_errors = _beside(scored)
    return Row(
        entry=first.cell.submission,
        name=scored[0].name,
        version=first.entry.version,
        reference=first.entry.reference,
        ranks=ranks,
        score=None if ranks is None else estimate(exact.mean(np.array(scores), axis=0)),
        observed_score=_mean(observed_scores),
        early_score=_mean(early_scores),
        error=float(np.median(np.concatenate(errors))),
        observed_error=float(np.median(observed_errors)),
        regret=float(exact.mean(np.concatenate(regrets))),
        final_regret=float(100 * exact.mean(np.concatenate(final_regrets))),
        evaluations=int(np.median(evaluations)),
        crash_rate=float(np.mean(are_failed)),
        cpu_seconds=_mean(cpu_seconds),
        unfamiliar=_unfamiliar_share(runs),
        speed_up=_speed_up(scored, table),
        conflicts=tuple(sorted(conflicts)),
    )


def _beside(scored: Sequence[Scored]) -> tuple[list[float], list[float], list[float]]:
    """Of all runs: scores as observed, scores from early on, final errors as observed."""
    scores, early, errors = [], [], []
    for release_runs in scored:
        for run in release_runs.runs:
            scores.append(anytime_score(run, release_runs.reference, observed=True))
            early.append(anytime_score(run, release_runs.reference, start=EARLY_START))
            errors.append(final_error(run, release_runs.reference, observed=True))
    return scores, early, errors


def _unfamiliar_share(runs: Sequence[Run]) -> float | None:
    queries, unfamiliar = 0, 0
    for run in runs:
        if run.support is not None:
            queries += run.support.queries
            unfamiliar += run.support.unfamiliar
    return unfamiliar / queries if queries else None


def _speed_up(scored: Sequence[Scored], table: ScoreTable) -> float | None:
    logarithms = []
    for release_runs in scored:
        baseline = table.get(BASELINE, release_runs.runs[0].release)
        if baseline is None:
            return None
        # half of random search's runs reach the median of what they end with
        target = np.array([np.median(baseline.regrets)])
        theirs = _expected_time(baseline, target)
        ours = _expected_time(release_runs, target)
        if not np.isfinite(theirs) or not np.isfinite(ours):
            return None
        logarithms.append(exact.log(theirs / ours))
    return exact.exp(_mean(logarithms))


def _expected_time(scored: Scored, target: Array) -> np.float64:
    """Expected running time to a target, a normalised regret of shape (1,)."""
    times = np.array([target_times(run, scored.reference, target) for run in scored.runs])
    expected: np.float64 = expected_running_time(times, scored.runs[0].cell.budget_seconds)[0]
    return expected


def _mean(values: Sequence[float]) -> float:
    return float(exact.mean(np.array(values)))
