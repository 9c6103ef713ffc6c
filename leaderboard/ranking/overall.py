"""Overall curves: regrets and places of entries at every moment, over seeds and releases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from leaderboard.ranking.scored import ScoreTable
from leaderboard.ranking.scores import regret_at
from leaderboard.runs.record import ReleaseReference
from nb301 import exact

Array = NDArray[np.float64]
#: Moments, evenly apart on a log scale.
_POINTS = 80
_DECADES = 2


@dataclass(frozen=True, slots=True)
class Overall:
    """Noise-free regrets of what runs would return, at moments of the budget's last two decades."""

    #: Simulated seconds, shape (m,).
    seconds: Array
    #: Normalised regrets by entry and name of the release, shape (seeds, m), of those that count there.
    by_release: dict[tuple[str, str], Array]

    def regret(self, entry: str, releases: Sequence[ReleaseReference]) -> Array | None:
        """Mean regret of an entry over seeds, and the releases that count, shape (m,); None where none does.

        It is what the anytime score integrates, so that the area under it is the score's.
        """
        regrets = []
        for release in releases:
            if (entry, release.name) in self.by_release:
                regrets.append(self.by_release[entry, release.name])
        return exact.mean(np.concatenate(regrets), axis=0) if regrets else None

    def places(self, entries: Sequence[str], releases: Sequence[ReleaseReference]) -> dict[str, Array]:
        """Mean place at each moment, shape (m,), of the entries that count on all of the releases.

        At each moment, on each release and in each seed, entries are placed by regret: 1 is best, and equal
        ones share the mean of their places. Who fails has regret 1 from then on.
        """
        counting = []
        for entry in entries:
            if all((entry, release.name) in self.by_release for release in releases):
                counting.append(entry)
        if not counting:
            return {}
        places = []
        for release in releases:
            regrets = np.array([self.by_release[entry, release.name] for entry in counting])
            # entries, seeds, moments: placed along the first, averaged over the second
            places.append(exact.mean(rankdata(regrets.round(9), axis=0), axis=1))
        return dict(zip(counting, exact.mean(np.array(places), axis=0), strict=True))


def overall(table: ScoreTable, budget_seconds: float) -> Overall:
    """Follow all entries of a track.

    Args:
        table: Its scored runs.
        budget_seconds: Simulated.
    """
    seconds = exact.geometric(budget_seconds / 10**_DECADES, budget_seconds, _POINTS)
    by_release = {}
    for (entry, release), scored in table.scored.items():
        if scored.counts:
            regrets = [regret_at(run, scored.reference, seconds) for run in scored.runs]
            by_release[entry, release] = np.array(regrets)
    return Overall(seconds, by_release)
