"""Scored runs: the runs of each entry on each release, with their scores and final errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leaderboard.problems import Problem
from leaderboard.ranking.references import Reference, reference_of
from leaderboard.ranking.scores import anytime_score, final_error, final_regret, target_times
from leaderboard.ranking.selection import seeds_of
from leaderboard.runs.record import ReleaseReference, Run

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Scored:
    """The runs of one entry on one release."""

    #: Name of the entry for people, see `naming`.
    name: str
    runs: tuple[Run, ...]
    #: The release's.
    reference: Reference
    #: Anytime scores, shape (seeds,).
    scores: Array
    #: Final errors in percent, shape (seeds,).
    errors: Array
    #: Normalised regrets in the end, shape (seeds,).
    regrets: Array
    #: Simulated seconds to each of `scores.TARGETS`, infinite where not reached, shape (seeds, targets).
    times: Array

    @property
    def counts(self) -> bool:
        """Whether the entry shares no family of models with the release's surrogate."""
        return not self.runs[0].conflicts


@dataclass(frozen=True, slots=True)
class ScoreTable:
    """Scored runs by entry and name of the release; every entry has the same seeds."""

    scored: Mapping[tuple[str, str], Scored]

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seeds of each entry on each release, in the order of scores and errors."""
        return seeds_of(next(iter(self.scored.values())).runs)

    @property
    def is_of_fronts(self) -> bool:
        """Whether multiply-adds count, too, so that an error is of one architecture among many."""
        first = next(iter(self.scored.values()))
        return first.runs[0].cell.problem is Problem.multi_objective

    def get(self, entry: str, release: ReleaseReference) -> Scored | None:
        """The runs of an entry on a release, if there are any."""
        return self.scored.get((entry, release.name))

    def entries(self, releases: Sequence[ReleaseReference]) -> list[str]:
        """Entries that have runs on some of the releases, sorted."""
        names = {release.name for release in releases}
        return sorted({entry for entry, name in self.scored if name in names})

    def scores(self, entry: str, releases: Sequence[ReleaseReference]) -> Array:
        """Scores of an entry: shape (releases, seeds), NaN where it does not count."""
        rows = []
        for release in releases:
            scored = self.get(entry, release)
            rows.append(scored.scores if scored and scored.counts else self._unknown)
        return np.array(rows)

    def errors(self, entry: str, releases: Sequence[ReleaseReference]) -> Array:
        """Final errors of an entry: shape (releases, seeds), NaN where it does not count."""
        rows = []
        for release in releases:
            scored = self.get(entry, release)
            rows.append(scored.errors if scored and scored.counts else self._unknown)
        return np.array(rows)

    @property
    def _unknown(self) -> Array:
        return np.full(len(self.seeds), np.nan)


def score_runs(
    runs: Sequence[Run], references: Mapping[str, Reference], names: Mapping[str, str]
) -> ScoreTable:
    """Score runs.

    Args:
        runs: Paired by seed, see `selection.finished`.
        references: By release hash.
        names: Of the entries for people, by slug.

    Raises:
        UnknownReference: A release has no references.
    """
    grouped: dict[tuple[str, str], list[Run]] = {}
    for run in runs:
        grouped.setdefault((run.cell.submission, run.release.name), []).append(run)
    scored = {}
    for (entry, release), entry_runs in grouped.items():
        reference = reference_of(entry_runs[0].release.release_hash, release, references)
        scores, errors, regrets, times = [], [], [], []
        for run in entry_runs:
            scores.append(anytime_score(run, reference))
            errors.append(final_error(run, reference))
            regrets.append(final_regret(run, reference))
            times.append(target_times(run, reference))
        columns = map(np.array, (scores, errors, regrets, times))
        scored[entry, release] = Scored(names[entry], tuple(entry_runs), reference, *columns)
    return ScoreTable(scored)
