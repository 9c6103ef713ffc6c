"""Selection tells which of many runs may be ranked together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from leaderboard.errors import BoardError
from leaderboard.problems import Problem
from leaderboard.runs.key import Track
from leaderboard.runs.record import ReleaseReference, Run
from leaderboard.sandbox.limits import Level
from nb301.truth.base import first_real, rests_on

_NO_SLUG = re.compile("[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Unfinished:
    """An entry on a release that has not run with all seeds of its track."""

    entry: str
    #: For people.
    name: str
    release: str
    seeds: int
    needed: int


@dataclass(frozen=True, slots=True)
class Scope:
    """Those of a track's releases that rest on one thing, or all."""

    #: What their ground truths rest on, see `nb301.truth.base.rests_on`.
    basis: str | None = None

    @property
    def slug(self) -> str:
        """For addresses, such as `an-emulation`; `all-releases` for all of them."""
        return _NO_SLUG.sub("-", self.basis.lower()) if self.basis else "all-releases"

    def holds(self, release: ReleaseReference) -> bool:
        """Whether a release is one of them."""
        return self.basis in {None, rests_on(release.truth)}


def scopes_of(releases: Sequence[ReleaseReference]) -> list[Scope]:
    """The scopes that differ: that of all releases first."""
    bases = list(dict.fromkeys(rests_on(release.truth) for release in releases))
    return list(map(Scope, [None, *(bases if len(bases) > 1 else [])]))


def tracks_of(runs: Iterable[Run]) -> list[Track]:
    """The tracks of runs that were sealed off: by problem, then true names, one worker, short budgets."""
    tracks = {run.cell.track for run in runs if run.cell.level is Level.sealed}
    return sorted(tracks, key=_track_place)


def _track_place(track: Track) -> tuple[object, ...]:
    problem = [*Problem].index(track.problem)
    return problem, track.blind, track.workers, track.budget_seconds, track.budget_evaluations


def select(runs: Iterable[Run], track: Track) -> list[Run]:
    """The runs that may be ranked together, in the order of entries, releases and seeds.

    A generation takes the place of an earlier one when it has as many seeds.

    Raises:
        BoardError: Runs of equal keys differ.
    """
    generations: dict[tuple[str, str], dict[tuple[object, ...], dict[int, Run]]] = {}
    for run in runs:
        if run.cell.track == track and run.cell.level is Level.sealed:
            entry = (run.cell.submission, run.release.name)
            generation = generations.setdefault(entry, {}).setdefault(run.cell.generation, {})
            if generation.setdefault(run.cell.seed, run) != run:
                raise BoardError(f"{run.place}: there are two that differ: verify both, and delete one")
    chosen: list[Run] = []
    for by_generation in generations.values():
        chosen += max(by_generation.values(), key=_seeds_and_end).values()
    _check_comparable(chosen)
    return sorted(chosen, key=lambda run: (run.cell.submission, run.release.name, run.cell.seed))


def releases_of(runs: Sequence[Run]) -> tuple[ReleaseReference, ...]:
    """The releases of runs: those on real CIFAR-10 trainings first, by family, all-data ones first."""
    return tuple(sorted({run.release.name: run.release for run in runs}.values(), key=_place))


def _place(release: ReleaseReference) -> tuple[int, str, bool, str]:
    return first_real(release.truth), release.family, release.random_only, release.name


def seeds_of(runs: Iterable[Run]) -> tuple[int, ...]:
    """Seeds of runs, in their order."""
    return tuple(run.cell.seed for run in runs)


def finished(runs: Sequence[Run]) -> tuple[list[Run], list[Unfinished]]:
    """Runs that are paired with those of every other entry, and those that are not yet.

    The seeds of a track are those of the entry and release that have most. An entry on a release that has not
    the same is passed over until it has.
    """
    grouped: dict[tuple[str, str], list[Run]] = {}
    for run in runs:
        grouped.setdefault((run.cell.submission, run.release.name), []).append(run)
    most = min(map(seeds_of, grouped.values()), key=lambda seeds: (-len(seeds), seeds), default=())
    paired: list[Run] = []
    unfinished = []
    for (entry, release), entry_runs in grouped.items():
        if seeds_of(entry_runs) == most:
            paired += entry_runs
        else:
            name = entry_runs[0].entry.name
            unfinished.append(Unfinished(entry, name, release, len(entry_runs), len(most)))
    return paired, unfinished


def _seeds_and_end(generation: Mapping[int, Run]) -> tuple[int, str]:
    """How many seeds a generation has, and when its last run ended."""
    return len(generation), max(run.origin.ended for run in generation.values())


def _check_comparable(runs: Sequence[Run]) -> None:
    """Runs of one release rest on the same bytes, and all on the same protocol."""
    first: dict[str, Run] = {}
    for run in runs:
        other = first.setdefault(run.release.name, run)
        if run.release != other.release:
            raise BoardError(f"{other.place} and {run.place} differ in release: run the older one again")
        if run.cell.protocol != runs[0].cell.protocol:
            raise BoardError(f"{runs[0].place} and {run.place} differ in protocol: run the older one again")
