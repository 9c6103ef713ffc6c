"""Anytime curves tell how good the incumbents of an entry are at every moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from leaderboard.ranking.references import Reference
from leaderboard.ranking.scores import error_at
from leaderboard.runs.record import Run
from nb301 import exact
from nb301.space import Genotype
from nb301.truth.base import described
from nb301.truth.emulated import EmulatedTruth

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Curve:
    """An entry's incumbents over simulated time: validation error in percent, shape (m,) each."""

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
    points: int = 150,
    means: Mapping[str, Sequence[float]] | None = None,
    name: str | None = None,
) -> Curve:
    """Median and quartiles over one entry's runs, at log-spaced times of the budget's last three decades.

    Runs without an evaluation, and times at which another has none yet, are left out.

    Args:
        runs: Of one entry on one release.
        reference: Of the release.
        points: How many times.
        means: Accuracies of each run's incumbents by its cell's id, fractions, see `true_means`; by
            default those of the release.
        name: Of the entry for people; by default its own, which another may have, too.
    """
    means = means or {}
    budget = runs[0].cell.budget_seconds
    seconds = exact.geometric(budget / 1000, budget, points)
    run_errors = []
    for run in runs:
        if run.evaluations:
            run_errors.append(error_at(run, reference, seconds, means.get(run.cell.id)))
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


def thinned(whole: Curve, points: int = 100) -> Curve:
    """A curve at few enough times to draw, the first and the last among them."""
    kept = np.unique(np.linspace(0, len(whole.seconds) - 1, points).round().astype(np.intp))
    return replace(
        whole,
        seconds=whole.seconds[kept],
        median=whole.median[kept],
        low=whole.low[kept],
        high=whole.high[kept],
    )


def true_means(runs: Sequence[Run]) -> dict[str, Sequence[float]]:
    """Accuracies of incumbents by the ground truth, without noise, of runs whose truth can be asked.

    Returns:
        Fractions, by the id of each run's cell; runs on another truth than the emulated one are left out.
    """
    truth = EmulatedTruth()
    asked = [run for run in runs if run.release.truth == described(truth)]
    genotypes = {}
    for run in asked:
        for text in run.incumbents.genotype:
            genotypes[text] = Genotype.parse(text)
    if not genotypes:
        return {}
    means = dict(zip(genotypes, truth.mean(list(genotypes.values())).tolist(), strict=True))
    means_by_run: dict[str, Sequence[float]] = {}
    for run in asked:
        means_by_run[run.cell.id] = [means[text] for text in run.incumbents.genotype]
    return means_by_run
