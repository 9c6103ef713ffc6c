"""Scores of one run, or of a few: pure functions of incumbents and a release's frozen references."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from leaderboard.problems import Problem
from leaderboard.ranking.references import Reference
from leaderboard.runs.record import Run
from nb301 import exact
from nb301.columns import read_only

Array = NDArray[np.float64]

#: Simulated seconds from which the anytime score looks, to the end of the budget: some twenty trainings,
#: until which an optimizer that fits models is random search, and who is ahead has begun well.
START = 1e5
#: From which the first boards' score looked, which is kept beside it.
EARLY_START = 1e4
#: Decades of a budget that the anytime score looks at, where `START` is too late for more.
FEWEST_DECADES = 1
#: Normalised regrets that runs are timed to.
TARGETS = exact.geometric(1.0, 0.01, 51)


def window(budget_seconds: float, start: float = START) -> tuple[float, float]:
    """Simulated seconds between which the anytime score of runs with a budget looks."""
    return min(start, budget_seconds / 10**FEWEST_DECADES), budget_seconds


class Steps(NamedTuple):
    """A step function of simulated seconds; before the first change it is 1."""

    #: When it changes, shape (n,).
    seconds: Array
    #: Normalised regret from each change on, shape (n,).
    regrets: Array


@lru_cache(maxsize=2**15)  # boards of all, of real and of emulated releases ask for the same runs
def steps(run: Run, reference: Reference, *, observed: bool = False) -> Steps:
    """The noise-free regret of what a run would return, over time.

    That is the incumbent's normalised regret, or where multiply-adds count, too, that of all that no other
    was better than in both, as observed. It is 1 again once a fault has ended the run: who fails after luck
    has lost it.

    Args:
        run: The run.
        reference: Of its release.
        observed: Whether by the noisy values that the optimizer saw, which flatter it.
    """
    incumbents = run.incumbents
    accuracies = np.array(incumbents.val_accuracy if observed else incumbents.judged)
    if run.cell.problem is Problem.multi_objective:
        regrets = _front_regrets(run, reference, accuracies)
    else:
        regrets = reference.regret(accuracies)
    seconds = np.array(incumbents.clock_seconds)
    if run.has_failed:
        seconds, regrets = np.append(seconds, run.ended_seconds), np.append(regrets, 1.0)
    return Steps(read_only(seconds), read_only(regrets))


def _front_regrets(run: Run, reference: Reference, accuracies: Array) -> Array:
    """Regrets of fronts, each with one more of the run's entries than the one before, shape (n,)."""
    told, costs = np.array(run.incumbents.val_accuracy), np.array(run.incumbents.multiply_adds)
    regrets = []
    for last in range(len(told)):
        # an entry stays until a later one is as good in both, as observed
        so_far = slice(last + 1)
        beats = (told[so_far, None] >= told[so_far]) & (costs[so_far, None] <= costs[so_far])
        kept = ~np.triu(beats.T, 1).any(axis=1)
        regrets.append(reference.front_regret(accuracies[so_far][kept], costs[so_far][kept]))
    return np.array(regrets)


def anytime_score(run: Run, reference: Reference, *, observed: bool = False, start: float = START) -> float:
    """Score of a run: 100 x (1 - area under the normalised regret over log10 of time), see `steps`.

    The integral is exact, and divided by the decades of its `window`. 0 is no better than the median random
    architecture at any time, 100 the best known one from the start.

    Args:
        run: The run.
        reference: Of its release.
        observed: See `steps`.
        start: Simulated seconds from which it looks, in budgets that are long enough.
    """
    changes, regrets = steps(run, reference, observed=observed)
    first, end = window(run.cell.budget_seconds, start)
    times = np.clip(np.concatenate([[first], changes, [end]]), first, end)
    area = exact.total(np.diff(exact.log(times)) * np.append(1.0, regrets)) / exact.log(end / first)
    return float(100 * (1 - area))


def final_regret(run: Run, reference: Reference) -> float:
    """Normalised regret in the end: of what the submission recommends, or would return, see `steps`."""
    if run.recommendation is not None and run.cell.problem is not Problem.multi_objective:
        return float(reference.regret(np.array([run.recommendation.judged]))[0])
    regrets = steps(run, reference).regrets
    return float(regrets[-1]) if len(regrets) else 1.0


def regret_at(run: Run, reference: Reference, seconds: Array) -> Array:
    """Normalised regret at given times, see `steps`.

    Args:
        run: The run.
        reference: Of its release.
        seconds: Simulated seconds, shape (m,).

    Returns:
        Shape (m,).
    """
    changes, regrets = steps(run, reference)
    return np.append(1.0, regrets)[np.searchsorted(changes, seconds, side="right")]


def final_error(run: Run, reference: Reference, *, observed: bool = False) -> float:
    """Validation error in the end, percent: of what the submission recommends, or of the last incumbent.

    A run without an evaluation, and one that a fault has ended, have that of the median random architecture.

    Args:
        run: The run.
        reference: Of its release.
        observed: The last incumbent's as the optimizer saw it, best of thousands of noisy values.
    """
    if run.has_failed or not run.evaluations:
        return 100 * (1 - reference.random_accuracy)
    last = int(leading(run)[-1])
    if observed:
        return 100 * (1 - run.incumbents.val_accuracy[last])
    return 100 * (1 - (run.recommendation.judged if run.recommendation else run.incumbents.judged[last]))


def final_genotype(run: Run) -> str | None:
    """What the run found: the recommendation, or the last incumbent; None without an evaluation."""
    if run.recommendation is not None:
        return run.recommendation.genotype
    return run.incumbents.genotype[leading(run)[-1]] if run.evaluations else None


def leading(run: Run) -> NDArray[np.intp]:
    """Number of the incumbent of lowest observed error at each change, shape (n,)."""
    told = np.array(run.incumbents.val_accuracy)
    numbers = np.arange(len(told))
    if run.cell.problem is not Problem.multi_objective:
        return numbers
    best = np.maximum.accumulate(told)
    return np.maximum.accumulate(np.where(told == best, numbers, 0))


def error_at(run: Run, reference: Reference, seconds: Array, *, judged: bool = True) -> Array:
    """Noise-free validation error of the incumbent at given times, percent.

    Args:
        run: The run.
        reference: Of its release; once a fault has ended the run it has the error of the median random one.
        seconds: Simulated seconds, shape (m,).
        judged: Whether by what is scored, see `releases.judged`, and not by the release's own mean.

    Returns:
        Shape (m,); NaN before the first evaluation has ended.
    """
    ended = np.searchsorted(np.array(run.incumbents.clock_seconds), seconds, side="right")
    by = run.incumbents.judged if judged else run.incumbents.mean
    errors = np.append(np.nan, 100 * (1 - np.array(by)[leading(run)]))[ended]
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
    changes, regrets = steps(run, reference)
    lowest = np.minimum.accumulate(np.append(np.inf, regrets))
    # regrets fall, so that the first at most a target is the number of those above
    reached = np.searchsorted(-lowest, -targets, side="left")
    return np.concatenate([[np.nan], changes, [np.inf]])[reached]


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


def target_moments(budget_seconds: float) -> Array:
    """Simulated seconds at which reached targets are counted, evenly apart on a log scale, shape (61,)."""
    return exact.geometric(*window(budget_seconds), 61)


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
