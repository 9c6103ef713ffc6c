"""Selection: which of many runs may be ranked together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from leaderboard.errors import BoardError
from leaderboard.limits import Level
from leaderboard.store import ReleaseReference, Run


def select(runs: Iterable[Run], workers: int) -> list[Run]:
    """The runs that may be ranked together, in the order of entries, releases and seeds.

    Raises:
        BoardError: Runs of equal cells differ.
    """
    generations: dict[tuple[str, str], dict[tuple[object, ...], dict[int, Run]]] = {}
    for run in runs:
        if run.cell.workers == workers and run.cell.level is Level.sealed:
            key = (run.cell.submission, run.release.name)
            of_seed = generations.setdefault(key, {}).setdefault(run.cell.generation, {})
            if of_seed.setdefault(run.cell.seed, run) != run:
                raise BoardError(f"{run.place}: there are two that differ: verify both, and delete one")
    latest = (
        max(of_key.values(), key=lambda of_seed: max(run.origin.ended for run in of_seed.values()))
        for of_key in generations.values()
    )
    chosen = [run for of_seed in latest for run in of_seed.values()]
    _check_comparable(chosen)
    return sorted(chosen, key=lambda run: (run.cell.submission, run.release.name, run.cell.seed))


def releases_of(runs: Sequence[Run]) -> tuple[ReleaseReference, ...]:
    """The releases of runs: by family, all-data ones first."""
    found = {run.release.name: run.release for run in runs}
    return tuple(sorted(found.values(), key=lambda each: (each.family, each.random_only, each.name)))


def seeds_of(runs: Sequence[Run]) -> tuple[int, ...]:
    """The seeds that every entry has on every release.

    Raises:
        BoardError: They have not the same.
    """
    seeds: dict[str, list[int]] = {}
    for run in runs:
        seeds.setdefault(f"{run.cell.submission} on {run.release.name}", []).append(run.cell.seed)
    if len({tuple(sorted(each)) for each in seeds.values()}) > 1:
        listed = "; ".join(f"{name} has seeds {sorted(each)}" for name, each in seeds.items())
        raise BoardError(f"{listed}: finish the runs with `python -m leaderboard run`")
    return tuple(sorted(next(iter(seeds.values()))))


def _check_comparable(runs: Sequence[Run]) -> None:
    """Runs of one release rest on the same bytes, and all on the same budget and protocol."""
    first: dict[str, Run] = {}
    for run in runs:
        other = first.setdefault(run.release.name, run)
        if run.release != other.release:
            raise BoardError(f"{other.place} and {run.place} differ in release: run the older one again")
        for what in ("budget_seconds", "budget_evaluations", "protocol"):
            if getattr(run.cell, what) != getattr(runs[0].cell, what):
                raise BoardError(
                    f"{runs[0].place} and {run.place} differ in {what}: run one of them again as the other"
                )
