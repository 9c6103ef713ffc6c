"""Selection: which of many runs may be ranked together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from leaderboard.errors import BoardError
from leaderboard.runs.key import Track
from leaderboard.runs.record import ReleaseReference, Run
from leaderboard.sandbox.limits import Level


@dataclass(frozen=True, slots=True)
class Unfinished:
    """An entry on a release that has not run with all seeds of its track."""

    entry: str
    release: str
    seeds: int
    needed: int


@dataclass(frozen=True, slots=True)
class Scope:
    """Some of a track's releases: of one family or any, all-data or random-only or both."""

    family: str | None = None
    random_only: bool | None = None

    @property
    def slug(self) -> str:
        """For addresses, such as `xgb-all-data`; `all-releases` for all of them."""
        data = {None: "", False: "all-data", True: "random-only"}[self.random_only]
        return "-".join(filter(None, (self.family, data))) or "all-releases"

    def holds(self, release: ReleaseReference) -> bool:
        """Whether a release is one of them."""
        return self.family in {None, release.family} and self.random_only in {None, release.random_only}


def scopes_of(releases: Sequence[ReleaseReference]) -> list[Scope]:
    """The scopes that differ: that of all releases first."""
    families = list(dict.fromkeys(release.family for release in releases))
    kinds = sorted({release.random_only for release in releases})
    found = [
        Scope(family, kind)
        for family in (None, *(families if len(families) > 1 else ()))
        for kind in (None, *(kinds if len(kinds) > 1 else ()))
    ]
    return [scope for scope in found if any(scope.holds(release) for release in releases)]


def tracks_of(runs: Iterable[Run]) -> list[Track]:
    """The tracks of runs that were sealed off: those with one worker and long budgets first."""
    found = {run.cell.track for run in runs if run.cell.level is Level.sealed}
    return sorted(found, key=lambda each: (each.workers, -each.budget_seconds, -each.budget_evaluations))


def select(runs: Iterable[Run], track: Track) -> list[Run]:
    """The runs that may be ranked together, in the order of entries, releases and seeds.

    A generation takes the place of an earlier one when it has as many seeds.

    Raises:
        BoardError: Runs of equal cells differ.
    """
    generations: dict[tuple[str, str], dict[tuple[object, ...], dict[int, Run]]] = {}
    for run in runs:
        if run.cell.track == track and run.cell.level is Level.sealed:
            key = (run.cell.submission, run.release.name)
            of_seed = generations.setdefault(key, {}).setdefault(run.cell.generation, {})
            if of_seed.setdefault(run.cell.seed, run) != run:
                raise BoardError(f"{run.place}: there are two that differ: verify both, and delete one")
    latest = (
        max(of_key.values(), key=lambda runs: (len(runs), max(run.origin.ended for run in runs.values())))
        for of_key in generations.values()
    )
    chosen = [run for of_seed in latest for run in of_seed.values()]
    _check_comparable(chosen)
    return sorted(chosen, key=lambda run: (run.cell.submission, run.release.name, run.cell.seed))


def releases_of(runs: Sequence[Run]) -> tuple[ReleaseReference, ...]:
    """The releases of runs: by family, all-data ones first."""
    found = {run.release.name: run.release for run in runs}
    return tuple(sorted(found.values(), key=lambda each: (each.family, each.random_only, each.name)))


def finished(runs: Sequence[Run]) -> tuple[list[Run], list[Unfinished]]:
    """Runs that are paired with those of every other entry, and what is not finished yet.

    The seeds of a track are those of the entry and release that have most; others that have not the
    same are passed over until they do.
    """
    grouped: dict[tuple[str, str], list[Run]] = {}
    for run in runs:
        grouped.setdefault((run.cell.submission, run.release.name), []).append(run)
    seeds = {key: tuple(run.cell.seed for run in of_key) for key, of_key in grouped.items()}
    most = min(seeds.values(), key=lambda each: (-len(each), each), default=())
    return (
        [run for key, of_key in grouped.items() if seeds[key] == most for run in of_key],
        [Unfinished(*key, len(each), len(most)) for key, each in seeds.items() if each != most],
    )


def _check_comparable(runs: Sequence[Run]) -> None:
    """Runs of one release rest on the same bytes, and all on the same protocol."""
    first: dict[str, Run] = {}
    for run in runs:
        other = first.setdefault(run.release.name, run)
        if run.release != other.release:
            raise BoardError(f"{other.place} and {run.place} differ in release: run the older one again")
        if run.cell.protocol != runs[0].cell.protocol:
            raise BoardError(f"{runs[0].place} and {run.place} differ in protocol: run the older one again")
