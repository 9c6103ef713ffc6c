"""Anytime curves tell how good the incumbents of an entry are at every moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leaderboard.problems import Problem
from leaderboard.ranking.references import Reference
from leaderboard.ranking.scores import error_at, regret_at
from leaderboard.runs.record import Run
from nb301 import exact

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Curve:
    """An entry's incumbents over simulated time: validation error in percent, shape (m,) each.

    Where multiply-adds count, too, it is the normalised regret of fronts, percent.
    """

    entry: str
    #: For people.
    name: str
    seconds: Array
    median: Array
    #: Quartiles: the middle half of the runs lies between them.
    low: Array
    high: Array


def curve(
    runs: Sequence[Run],
    reference: Reference,
    points: int = 100,
    *,
    judged: bool = True,
    name: str | None = None,
) -> Curve:
    """Median and quartiles over one entry's runs, at log-spaced times of the budget's last three decades.

    Runs without an evaluation, and times at which another has none yet, are left out.

    Args:
        runs: Of one entry on one release.
        reference: Of the release.
        points: How many times.
        judged: See `scores.error_at`.
        name: Of the entry for people; by default its own, which another may have, too.
    """
    budget = runs[0].cell.budget_seconds
    seconds = exact.geometric(budget / 1000, budget, points)
    run_errors = []
    for run in runs:
        if run.evaluations:
            if run.cell.problem is Problem.multi_objective:
                run_errors.append(100 * regret_at(run, reference, seconds))
            else:
                run_errors.append(error_at(run, reference, seconds, judged=judged))
    errors = np.array(run_errors).reshape(-1, points)
    known = ~np.isnan(errors).any(axis=0) & bool(len(errors))
    low, median, high = (
        np.quantile(errors[:, known], [0.25, 0.5, 0.75], axis=0) if len(errors) else np.empty((3, 0))
    )
    return Curve(
        entry=runs[0].cell.submission,
        name=name or runs[0].entry.name,
        seconds=seconds[known],
        median=median,
        low=low,
        high=high,
    )
