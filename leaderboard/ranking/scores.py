"""Scores of one run, or of a few: pure functions of incumbents and a release's frozen references."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from leaderboard.ranking.references import Reference
from leaderboard.runs.record import Run
from nb301 import exact

Array = NDArray[np.float64]

#: Simulated seconds from which the anytime score looks, to the end of the budget: some twenty trainings,
#: until which an optimizer that fits models is random search, and who is ahead has begun well.
START = 1e5
#: From which the first boards' score looked, which is kept beside it.
EARLY_START = 1e4
#: Decades of a budget that the anytime score looks at, where `START` is too late for more.
_FEWEST_DECADES = 1
#: Normalised regrets that runs are timed to.
TARGETS = exact.geometric(1.0, 0.01, 51)


def window(budget_seconds: float, start: float = START) -> tuple[float, float]:
    """Simulated seconds between which the anytime score of runs with a budget looks."""
    return min(start, budget_seconds / 10**_FEWEST_DECADES), budget_seconds


def anytime_score(run: Run, reference: Reference, *, observed: bool = False, start: float = START) -> float:
    """Score of a run: 100 x (1 - area under the normalised regret over log10 of time).

    The incumbent's noise-free regret is a step function of simulated seconds, 1 before the first
    evaluation has ended, and 1 again once a fault has ended the run: who fails after luck has lost it. The
    integral is exact, and divided by the decades of its `window`. 0 is no better than the median random
    architecture at any time, 100 the best known one from the start.

    Args:
        run: The run.
        reference: Of its release.
        observed: Whether by the noisy values that the optimizer saw, which flatter it.
        start: Simulated seconds from which it looks, in budgets that are long enough.
    """
    accuracies = run.incumbents.val_accuracy if observed else run.incumbents.mean
    changes, regrets = [*run.incumbents.clock_seconds], [1.0, *reference.regret(np.array(accuracies))]
    if run.has_failed:
        changes.append(run.ended_seconds)
        regrets.append(1.0)
    first, end = window(run.cell.budget_seconds, start)
    times = np.clip(np.array([first, *changes, end]), first, end)
    area = exact.total(np.diff(exact.log(times)) * np.array(regrets)) / exact.log(end / first)
    return float(100 * (1 - area))


def final_error(run: Run, reference: Reference, *, observed: bool = False) -> float:
    """Validation error in the end, percent: of what the submission recommends, or of the last incumbent.

    A run without an evaluation, and one that a fault has ended, have that of the median random architecture.

    Args:
        run: The run.
        reference: Of its release.
        observed: The last incumbent's as the optimizer saw it, best of thousands of noisy values.
    """
    if run.has_failed or not run.incumbents.mean:
        return 100 * (1 - reference.random_accuracy)
    if observed:
        return 100 * (1 - run.incumbents.val_accuracy[-1])
    return 100 * (1 - (run.recommendation.mean if run.recommendation else run.incumbents.mean[-1]))


def final_genotype(run: Run) -> str | None:
    """What the run found: the recommendation, or the last incumbent; None without an evaluation."""
    if run.recommendation is not None:
        return run.recommendation.genotype
    return run.incumbents.genotype[-1] if run.incumbents.genotype else None


def error_at(run: Run, reference: Reference, seconds: Array, means: Sequence[float] | None = None) -> Array:
    """Noise-free validation error of the incumbent at given times, percent.

    Args:
        run: The run.
        reference: Of its release; once a fault has ended the run it has the error of the median random one.
        seconds: Simulated seconds, shape (m,).
        means: Accuracies of its incumbents, fractions; by default those of its release.

    Returns:
        Shape (m,); NaN before the first evaluation has ended.
    """
    ended = np.searchsorted(np.array(run.incumbents.clock_seconds), seconds, side="right")
    errors = np.append(np.nan, 100 * (1 - np.array(run.incumbents.mean if means is None else means)))[ended]
    if run.has_failed and run.evaluations:
        errors[seconds >= run.ended_seconds] = 100 * (1 - reference.random_accuracy)
    return errors


def target_times(run: Run, reference: Reference, targets: Array = TARGETS) -> Array:
    """Simulated seconds after which the incumbent's noise-free regret first was at most each target.

    Args:
        run: The run.
        reference: Of its release.
        targets: Normalised regrets, shape (m,).

    Returns:
        Shape (m,); infinite where it never was.
    """
    regrets = np.minimum.accumulate(np.append(np.inf, reference.regret(np.array(run.incumbents.mean))))
    # regrets fall, so that the first at most a target is the number of those above
    reached = np.searchsorted(-regrets, -targets, side="left")
    return np.append(np.append(np.nan, run.incumbents.clock_seconds), np.inf)[reached]


def expected_running_time(times: Array, budget: float) -> Array:
    """Expected running time to targets: seconds spent by all runs for each one that got there.

    Args:
        times: To each target, infinite where a run did not get there, shape (runs, m).
        budget: Simulated seconds that such a run has spent.

    Returns:
        Shape (m,); infinite where no run got there.
    """
    successes = np.isfinite(times).sum(axis=0)
    spent = exact.total(np.minimum(times, budget), axis=0)
    with np.errstate(divide="ignore"):
        ratio: Array = np.where(successes > 0, spent / np.maximum(successes, 1), np.inf)
    return ratio


def reached_share(times: Array, seconds: Array) -> Array:
    """Empirical distribution of times to targets: share of (run, target) pairs reached by given times.

    Args:
        times: To each target, see `target_times`, shape (runs, targets).
        seconds: Simulated seconds, shape (m,).

    Returns:
        Shape (m,).
    """
    pooled = np.sort(times, axis=None)
    return np.searchsorted(pooled, seconds, side="right") / len(pooled)
