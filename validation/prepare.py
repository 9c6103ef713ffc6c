"""Fits the models that claims need, several at once, before the claims are measured.

What is fitted is kept in the cache by the hash of its rows and settings, so an interrupted run goes on
where it was, and a second one has nothing to do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

from nb301.cli.output import progress
from nb301.errors import TableError
from nb301.releases import find
from nb301.tables import load
from validation.claims import Claim
from validation.measures import replay, size
from validation.measures.trajectories import members_without
from validation.subject import Subject, subject_of


class Fit(NamedTuple):
    """Models to fit; see `Subject.refit`."""

    rows: str
    members: int


def prepare(wanted: Iterable[tuple[Subject, Sequence[Claim]]], table: str | None, processes: int) -> None:
    """Fit what claims about subjects need and the cache does not have.

    Args:
        wanted: Subjects with claims about them.
        table: Of the subjects, a name or a file; by default the embedded one that they name.
        processes: Fits at once.
    """
    planned: dict[tuple[str, str, int, Fit], Subject] = {}
    for subject, claims in wanted:
        for fit in fits(claims, subject):
            if subject.release is not None and _is_missing(subject, fit):
                family, of = subject.release.manifest.family, subject.table.content_hash
                planned.setdefault((family, of, subject.split_seed, fit), subject)
    if not planned:
        return
    # spawned, not forked: libraries that have started threads do not survive a fork
    pool = ProcessPoolExecutor(min(processes, len(planned)), mp_context=get_context("spawn"))
    with progress() as bar, pool:
        task = bar.add_task("models for claims", total=len(planned))
        futures = [
            pool.submit(_fit, subject.release.folder, table, subject.cache, fit)
            for (*_, fit), subject in planned.items()
            if subject.release is not None
        ]
        for future in as_completed(futures):
            future.result()
            bar.advance(task)


def fits(claims: Iterable[Claim], subject: Subject) -> list[Fit]:
    """What the claims about a subject need, each once."""
    return list(dict.fromkeys(fit for claim in claims for fit in _fits(claim, subject)))


def _fits(claim: Claim, subject: Subject) -> Iterator[Fit]:
    parameters = claim.parameters
    match claim.measure.partition("."):
        case "left_out", _, "gain_of_all_optimizers":
            yield from (Fit("equal_size", 1), Fit("random_only", 1))
        case "left_out", _, "below_92":
            yield Fit("above_92", 1)
        case "left_out", _, _:
            yield Fit(f"without_{parameters['name']}", 1)
        case "trajectories", _, "one_shot":
            yield Fit(f"without_{parameters['method']}", 1)
        case "trajectories", _, _ if parameters.get("left_out"):
            yield Fit(f"without_{parameters['optimizer']}", members_without(subject))
        case "replay", _, _:
            yield Fit(f"without_{parameters['optimizer']}", replay.MEMBERS)
        case "size", _, _:
            yield from (Fit(f"first_{rows}", 1) for rows in size.SIZES)
    if "fitted_to" in parameters:
        yield Fit(str(parameters["fitted_to"]), 1)


def _is_missing(subject: Subject, fit: Fit) -> bool:
    """Whether there is something to fit: a table without such rows is told by the claims that need them."""
    try:
        return not subject.is_fitted(*fit)
    except TableError:
        return False


def _fit(folder: Path, table: str | None, cache: Path, planned: Fit) -> None:
    release = find(folder)
    reference = release.manifest.table
    rows = load(table or f"{reference.name}-v{reference.version}")
    subject_of(release, rows, cache).refit(*planned)
