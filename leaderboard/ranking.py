"""The ranking: pure functions from runs to table rows and anytime curves.

What is scored is the noise-free ensemble mean of the incumbent, as validation error in percent; the
value that the optimizer observed, best of thousands of noisy ones, stands beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from leaderboard.errors import BoardError
from leaderboard.store import ReleaseReference, Run

Array = NDArray[np.float64]

#: Level of all intervals.
LEVEL = 0.95
_DRAWS, _BOOTSTRAP_SEED = 10_000, 301


@dataclass(frozen=True, slots=True)
class Row:
    """One entry on one board; errors are validation errors in percent, medians over seeds."""

    entry: str
    name: str
    reference: str
    #: The places that its interval allows, from 1: as long as intervals overlap, they share places.
    ranks: tuple[int, int]
    #: Of the last incumbent, noise-free.
    error: float
    #: Bootstrap interval of `error` over seeds.
    interval: tuple[float, float]
    #: As the optimizer observed it: flattered by the noise that the incumbent was chosen by.
    observed_error: float
    #: Evaluations that ended within the budget.
    evaluations: int


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


@dataclass(frozen=True, slots=True)
class Board:
    """All entries on one release."""

    release: ReleaseReference
    budget_seconds: float
    seeds: tuple[int, ...]
    #: Best first.
    rows: tuple[Row, ...]
    curves: tuple[Curve, ...]
    #: The run with the best last incumbent, noise-free.
    best: Run


def boards(runs: Iterable[Run]) -> list[Board]:
    """Rank runs, one board for each release; all-data releases come first.

    Raises:
        BoardError: There is no run, or runs of a board cannot be compared.
    """
    runs = list(runs)
    if not runs:
        raise BoardError("there is no run: make some with `python -m leaderboard run`")

    def release(run: Run) -> tuple[str, bool, str]:
        return run.identity.release.family, run.identity.release.random_only, run.identity.release.name

    return [_board(list(group)) for _, group in groupby(sorted(runs, key=release), key=release)]


def bootstrap_median(values: Array) -> tuple[float, float]:
    """Percentile bootstrap interval of the median, level `LEVEL`, shape (n,).

    With five values it is their range: a resample's median is the smallest with probability 0.058.
    """
    # equal for all entries, so that paired seeds are resampled together
    rng = np.random.default_rng(_BOOTSTRAP_SEED)
    medians = np.median(values[rng.integers(len(values), size=(_DRAWS, len(values)))], axis=1)
    low, high = np.quantile(medians, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def rank_ranges(intervals: Sequence[tuple[float, float]]) -> list[tuple[int, int]]:
    """Places that intervals of a lower-is-better score allow, from 1.

    An interval is behind those that lie wholly below it and before those wholly above; with all
    others it shares places.
    """
    return [
        (
            1 + sum(other_high < low for _, other_high in intervals),
            len(intervals) - sum(other_low > high for other_low, _ in intervals),
        )
        for low, high in intervals
    ]


def smallest_p(n_seeds: int) -> float:
    """Smallest two-sided p-value of a Wilcoxon signed-rank test on `n_seeds` pairs."""
    return min(1.0, 2.0 ** (1 - n_seeds))


def error_at(run: Run, seconds: Array) -> Array:
    """Noise-free validation error of the incumbent at given times, percent.

    Args:
        run: The run.
        seconds: Simulated seconds, shape (m,).

    Returns:
        Shape (m,); NaN before the first evaluation has ended.
    """
    ended = np.searchsorted(np.array(run.incumbents.clock_seconds), seconds, side="right")
    return np.append(np.nan, _percent_error(run.incumbents.mean))[ended]


def curve(runs: Sequence[Run], points: int = 150) -> Curve:
    """Median and range over one entry's runs, at log-spaced times of the budget's last three decades.

    Times at which a run has no incumbent yet are left out.
    """
    budget = runs[0].identity.budget_seconds
    seconds = np.geomspace(budget / 1000, budget, points)
    errors = np.array([error_at(run, seconds) for run in runs])
    known = ~np.isnan(errors).any(axis=0)
    errors = errors[:, known]
    return Curve(
        entry=runs[0].identity.entry,
        name=runs[0].name,
        seconds=seconds[known],
        median=np.median(errors, axis=0),
        low=errors.min(axis=0),
        high=errors.max(axis=0),
    )


def _board(runs: Sequence[Run]) -> Board:
    _check_comparable(runs)
    entries: dict[str, list[Run]] = {}
    for run in sorted(runs, key=lambda run: (run.identity.entry, run.identity.seed)):
        entries.setdefault(run.identity.entry, []).append(run)
    _check_paired(entries)
    first = runs[0].identity
    return Board(
        release=first.release,
        budget_seconds=first.budget_seconds,
        seeds=tuple(run.identity.seed for run in next(iter(entries.values()))),
        rows=_rows(list(entries.values())),
        curves=tuple(curve(of_entry) for of_entry in entries.values()),
        best=max(runs, key=lambda run: (run.incumbents.mean[-1], run.identity.entry, -run.identity.seed)),
    )


def _rows(entries: Sequence[Sequence[Run]]) -> tuple[Row, ...]:
    finals = [_percent_error([run.incumbents.mean[-1] for run in runs]) for runs in entries]
    intervals = [bootstrap_median(errors) for errors in finals]
    rows = [
        Row(
            entry=runs[0].identity.entry,
            name=runs[0].name,
            reference=runs[0].reference,
            ranks=ranks,
            error=float(np.median(errors)),
            interval=interval,
            observed_error=float(np.median(_percent_error([r.incumbents.val_accuracy[-1] for r in runs]))),
            evaluations=int(np.median([run.evaluations for run in runs])),
        )
        for runs, errors, interval, ranks in zip(
            entries, finals, intervals, rank_ranges(intervals), strict=True
        )
    ]
    return tuple(sorted(rows, key=lambda row: (row.error, row.entry)))


def _check_comparable(runs: Sequence[Run]) -> None:
    """Every run of a board rests on the same release, budget and protocol, every entry's on its settings."""
    name = runs[0].identity.release.name
    for what in ("release", "budget_seconds", "protocol"):
        found = {str(getattr(run.identity, what)): run for run in runs}
        if len(found) > 1:
            paths = " and ".join(str(run.identity.path) for run in list(found.values())[:2])
            raise BoardError(f"{name}: {paths} differ in {what}: run `python -m leaderboard run` again")
    settings = {run.identity.entry: run for run in runs}
    for run in runs:
        other = settings[run.identity.entry]
        if run.identity.settings != other.identity.settings:
            raise BoardError(
                f"{name}: {run.identity.path} and {other.identity.path} differ in settings: "
                "run `python -m leaderboard run` again"
            )


def _check_paired(entries: dict[str, list[Run]]) -> None:
    seeds = {entry: [run.identity.seed for run in runs] for entry, runs in entries.items()}
    if len({tuple(found) for found in seeds.values()}) > 1:
        listed = "; ".join(f"{entry} has seeds {found}" for entry, found in seeds.items())
        name = next(iter(entries.values()))[0].identity.release.name
        raise BoardError(f"{name}: {listed}: finish the runs with `python -m leaderboard run`")


def _percent_error(accuracies: Sequence[float]) -> Array:
    return 100 * (1 - np.asarray(accuracies, dtype=np.float64))
