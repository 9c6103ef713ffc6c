"""Anytime curves: how good the incumbents of an entry are at every moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leaderboard.measures import error_at
from leaderboard.store import Run

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Curve:
    """An entry's incumbents over simulated time: validation error in percent, shape (m,) each."""

    entry: str
    name: str
    seconds: Array
    median: Array
    #: Lowest and highest of the seeds.
    low: Array
    high: Array


def curve(runs: Sequence[Run], points: int = 150) -> Curve:
    """Median and range over one entry's runs, at log-spaced times of the budget's last three decades.

    Runs without an evaluation, and times at which another has none yet, are left out.
    """
    budget = runs[0].cell.budget_seconds
    seconds = np.geomspace(budget / 1000, budget, points)
    errors = np.array([error_at(run, seconds) for run in runs if run.evaluations]).reshape(-1, points)
    known = ~np.isnan(errors).any(axis=0) & bool(len(errors))
    errors = errors[:, known]
    return Curve(
        entry=runs[0].cell.submission,
        name=runs[0].entry.name,
        seconds=seconds[known],
        median=np.median(errors, axis=0) if len(errors) else np.empty(0),
        low=errors.min(axis=0, initial=np.inf),
        high=errors.max(axis=0, initial=-np.inf),
    )
