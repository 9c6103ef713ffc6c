"""The race: which place each entry has at every moment, against all others and on average over runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from leaderboard.ranking.scored import Scored
from leaderboard.ranking.scores import regret_at
from leaderboard.ranking.standings import Ranking
from leaderboard.runs.record import ReleaseReference
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


def race(ranking: Ranking) -> Race:
    """Follow all entries over the budget's last two decades.

    At each moment, on each release and in each seed, entries are placed by the noise-free regret of what they
    would return; what is shown is the mean. Who fails has regret 1 from then on.
    """
    end = ranking.track.budget_seconds
    seconds = exact.geometric(end / 100, end, _POINTS)
    by_release = {release: _counting(ranking, release) for release in ranking.whole.releases}
    entries = []
    for standing in ranking.whole.standings:
        if all(standing.row.entry in counting for counting in by_release.values()):
            entries.append(standing.row.entry)
    if not entries:
        return Race(seconds, {})
    places = []
    for counting in by_release.values():
        regrets = []
        for entry in entries:
            scored = counting[entry]
            regrets.append([regret_at(run, scored.reference, seconds) for run in scored.runs])
        # entries, seeds, moments: placed along the first, averaged over the second
        places.append(exact.mean(rankdata(np.array(regrets).round(9), axis=0), axis=1))
    mean = exact.mean(np.array(places), axis=0)
    return Race(seconds, dict(zip(entries, mean, strict=True)))


def _counting(ranking: Ranking, release: ReleaseReference) -> dict[str, Scored]:
    """The runs of entries that count on a release."""
    counting = {}
    for entry in ranking.table.entries([release]):
        scored = ranking.table.scored[entry, release.name]
        if scored.counts:
            counting[entry] = scored
    return counting
