"""Pairs of entries: whether their runs tell them apart, and by how much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leaderboard.ranking import statistics
from leaderboard.ranking.scored import ScoreTable
from leaderboard.ranking.statistics import Estimate, estimates
from leaderboard.runs.record import ReleaseReference

Array = NDArray[np.float64]

#: Final errors that differ by less, in points of error, are equivalent in practice: about a third of the
#: standard deviation between trainings of one architecture (Section 3.3).
EQUIVALENT = 0.05
#: Of so many entries all pairs are listed; of more those that are near each other in the order.
_ALL_PAIRS, _NEAR = 60, 5


@dataclass(frozen=True, slots=True)
class Pair:
    """Two entries on the releases that count for both; differences are those of one minus other."""

    one: str
    other: str
    #: Of scores.
    difference: Estimate
    #: Of final errors, points.
    error_difference: Estimate
    #: Of the signed-rank test on scores, alone and corrected for all pairs.
    p: float
    p_holm: float
    #: Share of seeds on which one has the higher score; ties count half.
    wins: float
    #: Whether the interval of final errors lies within `EQUIVALENT`.
    equivalent: bool
    #: See `statistics.seeds_needed`.
    seeds_needed: int | None


def compare(
    order: Sequence[str], releases: Sequence[ReleaseReference], table: ScoreTable
) -> tuple[tuple[Pair, ...], tuple[tuple[str, ...], ...]]:
    """Compare entries with each other.

    Args:
        order: The entries that count, best first.
        releases: They are compared on those that count for both.
        table: Their scores and final errors.

    Returns:
        Pairs in the order of entries; of more than `_ALL_PAIRS` entries those at most `_NEAR` apart. And the
        groups of neighbours that no test tells apart.
    """
    if not order:
        return (), ()
    scores, errors = [], []
    for entry in order:
        scores.append(table.scores(entry, releases))
        errors.append(table.errors(entry, releases))
    differences = statistics.paired_differences(np.array(scores))
    p_values = statistics.signed_rank_p(differences)
    corrected = statistics.holm(p_values)
    first, second = np.triu_indices(len(order), 1)
    listed = np.flatnonzero((second - first <= _NEAR) | (len(order) <= _ALL_PAIRS))
    score_estimates = estimates(differences[listed])
    error_estimates = estimates(statistics.paired_differences(np.array(errors))[listed])
    pairs = []
    for index, difference, error in zip(listed.tolist(), score_estimates, error_estimates, strict=True):
        pair = Pair(
            one=order[first[index]],
            other=order[second[index]],
            difference=difference,
            error_difference=error,
            p=float(p_values[index]),
            p_holm=float(corrected[index]),
            wins=float(np.mean(np.sign(differences[index]) / 2 + 0.5)),
            equivalent=error.low > -EQUIVALENT and error.high < EQUIVALENT,
            seeds_needed=statistics.seeds_needed(differences[index], len(differences)),
        )
        pairs.append(pair)
    return tuple(pairs), _tie_groups(order, corrected)


def _tie_groups(order: Sequence[str], p_values: Array) -> tuple[tuple[str, ...], ...]:
    """Longest groups of neighbours of which no two are told apart; `p_values` are those of all pairs."""
    first, second = np.triu_indices(len(order), 1)
    matrix = np.ones((len(order), len(order)))
    matrix[first, second] = matrix[second, first] = p_values
    return tuple(tuple(order[start : end + 1]) for start, end in statistics.tie_groups(matrix))
