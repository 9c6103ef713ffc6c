"""What knowing names is worth: scores under the names that everybody knows, minus those of blind runs.

On the blind track ops, inputs and cells have other names in each seed. An optimizer that treats all of them
alike scores the same; one that was told, or begins where good architectures are known to be, loses. Names are
hidden and behaviour is not: who spends trainings to find out what a name stands for loses less, so that the
difference is the least that knowledge is worth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from leaderboard.ranking.scored import Scored, ScoreTable
from leaderboard.ranking.standings import Ranking
from leaderboard.ranking.statistics import Estimate, estimate
from leaderboard.runs.record import ReleaseReference
from nb301 import exact


@dataclass(frozen=True, slots=True)
class Worth:
    """One entry on both tracks, on the releases on which it counts in both, with the same files."""

    entry: str
    #: For people.
    name: str
    #: Mean scores.
    named: float
    blind: float
    #: The difference, with its interval over seeds.
    difference: Estimate


def counterpart(ranking: Ranking, rankings: Sequence[Ranking]) -> Ranking | None:
    """The track that differs in blindness alone, if there is one."""
    track = replace(ranking.track, blind=not ranking.track.blind)
    return next((other for other in rankings if other.track == track), None)


def knowledge(named: Ranking, blind: Ranking, releases: Sequence[ReleaseReference]) -> list[Worth]:
    """Compare entries on two tracks, those that lose most first.

    Args:
        named: Under names that everybody knows.
        blind: The same, under others.
        releases: On which they are compared, as far as both tracks have them.
    """
    names = {}
    for ranking in (named, blind):
        for standing in ranking.whole.standings:
            names[standing.row.entry] = standing.row.name
    tables = [named.table, blind.table]
    seeds = sorted({*named.seeds} & {*blind.seeds})
    worths = []
    for entry in sorted(names):
        rows = []
        for release in releases:
            on_tracks = [table.get(entry, release) for table in tables]
            if _are_comparable(*on_tracks):
                rows.append([_scores(table, entry, release, seeds) for table in tables])
        if rows and seeds:
            means = exact.mean(np.array(rows), axis=0)  # shape (2, seeds)
            true, blindly = exact.mean(means).tolist()
            worths.append(Worth(entry, names[entry], true, blindly, estimate(means[0] - means[1])))
    return sorted(worths, key=lambda worth: -worth.difference.value)


def _are_comparable(named: Scored | None, blind: Scored | None) -> bool:
    """Whether both are there, count, and are of the same files in the same environment."""
    if named is None or blind is None or not (named.counts and blind.counts):
        return False
    cells = [scored.runs[0].cell for scored in (named, blind)]
    return len({(cell.tree_hash, cell.environment_hash) for cell in cells}) == 1


def _scores(table: ScoreTable, entry: str, release: ReleaseReference, seeds: Sequence[int]) -> list[float]:
    scored = table.scored[entry, release.name]
    by_seed = dict(zip(table.seeds, scored.scores.tolist(), strict=True))
    return [by_seed[seed] for seed in seeds]
