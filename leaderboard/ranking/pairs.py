"""Pairs of entries: whether their runs tell them apart, and by how much."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leaderboard.ranking import statistics
from leaderboard.ranking.core import CORE
from leaderboard.ranking.scored import ScoreTable
from leaderboard.ranking.statistics import Compared, Estimate
from leaderboard.runs.record import ReleaseReference

#: Final errors that differ by less, in points of error, are equivalent in practice: about a third of the
#: standard deviation between trainings of one architecture (Section 3.3).
EQUIVALENT = 0.05
#: Of so many entries all pairs are listed; of more those that are near each other in the order.
ALL_PAIRS, NEAR = 60, 5


@dataclass(frozen=True, slots=True)
class Pair:
    """Two entries on the releases that count for both; differences are those of one minus other."""

    one: str
    other: str
    #: Of scores, with its simultaneous interval: see `statistics.Compared`.
    difference: Estimate
    #: Of final errors, points, likewise.
    error_difference: Estimate
    #: Of the difference of scores, corrected for all pairs.
    p: float
    #: Share of seeds on which one has the higher score; ties count half. NaN where none counts for both.
    wins: float
    #: Whether the interval of final errors lies within `EQUIVALENT`.
    equivalent: bool
    #: See `statistics.seeds_needed`.
    seeds_needed: int | None

    @property
    def sign(self) -> int:
        """1 where one is above other, -1 where it is below, 0 where that is open."""
        return int(self.difference.low > 0) - int(self.difference.high < 0)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Entries compared with each other."""

    #: Ranks that the data allow, by entry.
    ranks: Mapping[str, tuple[int, int]]
    #: In the order of entries; of more than `ALL_PAIRS` entries those at most `NEAR` apart.
    pairs: tuple[Pair, ...]
    #: Longest groups of neighbours of which no two are told apart.
    tie_groups: tuple[tuple[str, ...], ...]


def compare(order: Sequence[str], releases: Sequence[ReleaseReference], table: ScoreTable) -> Comparison:
    """Compare entries with each other.

    Args:
        order: The entries that count, best first.
        releases: They are compared on those that count for both.
        table: Their scores and final errors.
    """
    if not order:
        return Comparison({}, (), ())
    scores = np.array([table.scores(entry, releases) for entry in order])
    errors = np.array([table.errors(entry, releases) for entry in order])
    core = np.array([entry in CORE for entry in order])
    by_score, by_error = statistics.compare(scores, core), statistics.compare(errors, core)
    differences = statistics.paired_differences(scores)
    first, second = np.triu_indices(len(order), 1)
    listed = np.flatnonzero((second - first <= NEAR) | (len(order) <= ALL_PAIRS))
    pairs = []
    for index in listed.tolist():
        error = _estimate(by_error, index)
        pair = Pair(
            one=order[first[index]],
            other=order[second[index]],
            difference=_estimate(by_score, index),
            error_difference=error,
            p=float(by_score.p[index]),
            wins=float(np.mean(np.sign(differences[index]) / 2 + 0.5)),
            equivalent=error.low > -EQUIVALENT and error.high < EQUIVALENT and not table.is_of_fronts,
            seeds_needed=statistics.seeds_needed(differences[index], float(by_score.critical[index])),
        )
        pairs.append(pair)
    ranks = dict(zip(order, by_score.ranks(), strict=True))
    return Comparison(ranks, tuple(pairs), _tie_groups(order, by_score.signs))


def _estimate(compared: Compared, index: int) -> Estimate:
    return Estimate(*(float(ends[index]) for ends in (compared.mean, compared.low, compared.high)))


def _tie_groups(order: Sequence[str], signs: NDArray[np.int64]) -> tuple[tuple[str, ...], ...]:
    """Longest groups of neighbours of which no two are told apart; `signs` are those of all pairs."""
    first, second = np.triu_indices(len(order), 1)
    apart = np.zeros((len(order), len(order)), dtype=bool)
    apart[first, second] = apart[second, first] = signs != 0
    return tuple(tuple(order[start : end + 1]) for start, end in statistics.tie_groups(apart))
