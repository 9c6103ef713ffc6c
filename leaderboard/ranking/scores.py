"""Scores of one run, or of a few: pure functions of incumbents and a release's frozen references."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from leaderboard.ranking.references import Reference
from leaderboard.runs.record import Run
from nb301 import exact

Array = NDArray[np.float64]

#: Simulated seconds from which the anytime score looks, to the end of the budget.
START = 1e4
#: Decades of a budget that the anytime score looks at, where `START` is too late for more.
_FEWEST_DECADES = 1
#: Normalised regrets that runs are timed to.
TARGETS = exact.geometric(1.0, 0.01, 51)


def window(budget_seconds: float) -> tuple[float, float]:
    """Simulated seconds between which the anytime score of runs with a budget looks."""
    return min(START, budget_seconds / 10**_FEWEST_DECADES), budget_seconds


def anytime_score(run: Run, reference: Reference, *, observed: bool = False) -> float:
    """Score of a run: 100 x (1 - area under the normalised regret over log10 of time).

    The incumbent's noise-free regret is a step function of simulated seconds, 1 before the first
    evaluation has ended; a run that a fault ended early keeps its last. The integral is exact, and
    divided by the decades of its `window`, from 10^4 s to the budget. 0 is no better than the median
    random architecture at any time, 100 the best known one from the start.

    Args:
        run: The run.
        reference: Of its release.
        observed: Whether by the noisy values that the optimizer saw, which flatter it.
    """
    accuracies = run.incumbents.val_accuracy if observed else run.incumbents.mean
    regrets = np.append(1.0, reference.regret(np.array(accuracies)))
    start, end = window(run.cell.budget_seconds)
    times = np.clip(np.array([start, *run.incumbents.clock_seconds, end]), start, end)
    area = exact.total(np.diff(exact.log(times)) * regrets) / exact.log(end / start)
    return float(100 * (1 - area))


def final_error(run: Run, reference: Reference, *, observed: bool = False) -> float:
    """Validation error in the end, percent: of what the submission recommends, or of the last incumbent.

    A run without an evaluation has that of the median random architecture.

    Args:
        run: The run.
        reference: Of its release.
        observed: The last incumbent's as the optimizer saw it, best of thousands of noisy values.
    """
    if not run.incumbents.mean:
        return 100 * (1 - reference.random_accuracy)
    if observed:
        return 100 * (1 - run.incumbents.val_accuracy[-1])
    return 100 * (1 - (run.recommendation.mean if run.recommendation else run.incumbents.mean[-1]))


def final_genotype(run: Run) -> str | None:
    """What the run found: the recommendation, or the last incumbent; None without an evaluation."""
    if run.recommendation is not None:
        return run.recommendation.genotype
    return run.incumbents.genotype[-1] if run.incumbents.genotype else None


def error_at(run: Run, seconds: Array, means: Sequence[float] | None = None) -> Array:
    """Noise-free validation error of the incumbent at given times, percent.

    Args:
        run: The run.
        seconds: Simulated seconds, shape (m,).
        means: Accuracies of its incumbents, fractions; by default those of its release.

    Returns:
        Shape (m,); NaN before the first evaluation has ended.
    """
    ended = np.searchsorted(np.array(run.incumbents.clock_seconds), seconds, side="right")
    return np.append(np.nan, 100 * (1 - np.array(run.incumbents.mean if means is None else means)))[ended]


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
