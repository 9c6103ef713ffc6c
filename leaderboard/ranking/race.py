"""The race: which place each entry has at every moment, against all others and on average over runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from leaderboard.ranking.references import Reference
from leaderboard.ranking.scores import regret_at
from leaderboard.ranking.standings import Ranking
from leaderboard.runs.record import ReleaseReference, Run
from nb301 import exact

Array = NDArray[np.float64]
#: Moments, evenly apart on a log scale.
_POINTS = 60


@dataclass(frozen=True, slots=True)
class Race:
    """Mean places of the entries that count on all releases of a track."""

    #: Simulated seconds, shape (m,).
    seconds: Array
    #: By entry, shape (m,): 1 is best; entries of equal regret share the mean of their places.
    places: Mapping[str, Array]


def race(ranking: Ranking, references: Mapping[str, Reference]) -> Race:
    """Follow all entries over the budget's last two decades.

    At each moment, on each release and in each seed, entries are placed by the noise-free regret of what they
    would return; what is shown is the mean. Who fails has regret 1 from then on.
    """
    end = ranking.track.budget_seconds
    seconds = exact.geometric(end / 100, end, _POINTS)
    entries = _entries(ranking)
    if not entries:
        return Race(seconds, {})
    grouped: dict[tuple[str, str], list[Run]] = {}
    for run in ranking.runs:
        grouped.setdefault((run.cell.submission, run.release.name), []).append(run)
    places = []
    for release in ranking.whole.releases:
        regrets = []
        for entry in entries:
            reference = references[release.release_hash]
            regrets.append([regret_at(run, reference, seconds) for run in grouped[entry, release.name]])
        # entries, seeds, moments: placed along the first, averaged over the second
        places.append(exact.mean(rankdata(np.array(regrets).round(9), axis=0), axis=1))
    mean = exact.mean(np.array(places), axis=0)
    return Race(seconds, dict(zip(entries, mean, strict=True)))


def _entries(ranking: Ranking) -> list[str]:
    """Those that have a place and runs on every release, in the order of the standings."""
    releases: Sequence[ReleaseReference] = ranking.whole.releases
    present = {(run.cell.submission, run.release.name) for run in ranking.runs if not run.conflicts}
    entries = []
    for standing in ranking.whole.standings:
        entry = standing.row.entry
        if all((entry, release.name) in present for release in releases):
            entries.append(entry)
    return entries
