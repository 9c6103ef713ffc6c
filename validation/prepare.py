"""Fits the models and makes the runs that claims need, several at once, before the claims are measured.

What is fitted and run is kept in the cache by the hash of what decides it, so an interrupted session goes on
where it was, and a second one has nothing to do.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import lru_cache, partial
from multiprocessing import get_context
from pathlib import Path

from nb301.cli.output import progress
from nb301.errors import DataMissing, TableError
from nb301.releases import Release, find
from nb301.tables import load
from validation.answers import SubjectError
from validation.claims import Claim
from validation.fits import PlannedFit
from validation.measures import MEASURES
from validation.runs import Chunk
from validation.searches import PlannedRuns, Where, chunks, is_made, made
from validation.subject import NotApplicable, Subject, subject_of, table_behind

#: Something to do in another process.
_Job = Callable[[], None]


def prepare(subjects: Iterable[tuple[Subject, Sequence[Claim]]], table: str | None, processes: int) -> None:
    """Fit and run what claims about subjects need and the cache does not have.

    Of surrogates that are no releases nothing is run: other processes may not have them.

    Args:
        subjects: With the claims about them.
        table: Of the subjects, a name or a file; by default the embedded one that they name.
        processes: Fits or runs at once.
    """
    wanted = list(subjects)
    _do("models for claims", _fits(wanted, table), processes)
    _do("runs for claims", _runs(wanted, table), processes)


def needed_fits(claims: Iterable[Claim], subject: Subject) -> list[PlannedFit]:
    """What the claims about a subject need fitted, each once."""
    needed: dict[PlannedFit, None] = {}
    for claim in claims:
        needed |= dict.fromkeys(MEASURES[claim.measure].fits(subject, **claim.parameters))
    return list(needed)


def needed_runs(claims: Iterable[Claim], subject: Subject) -> list[PlannedRuns]:
    """What the claims about a subject need run, each once."""
    needed: dict[PlannedRuns, None] = {}
    for claim in claims:
        needed |= dict.fromkeys(MEASURES[claim.measure].runs(subject, **claim.parameters))
    return list(needed)


def _do(what: str, jobs: Sequence[_Job], processes: int) -> None:
    """Do jobs in other processes, the first ones first."""
    if not jobs:
        return
    # spawned, not forked: libraries that have started threads do not survive a fork
    pool = ProcessPoolExecutor(min(processes, len(jobs)), mp_context=get_context("spawn"))
    with progress() as bar, pool:
        task = bar.add_task(what, total=len(jobs))
        for future in as_completed(list(map(pool.submit, jobs))):
            future.result()
            bar.advance(task)


def _fits(subjects: Iterable[tuple[Subject, Sequence[Claim]]], table: str | None) -> list[_Job]:
    """Fits that the cache does not have; equal ones once."""
    jobs: dict[tuple[str, str, str, int, PlannedFit], _Job] = {}
    for subject, claims in subjects:
        release = subject.release
        if release is None:
            continue
        for fit in needed_fits(claims, subject):
            if _is_missing(subject, fit):
                key = (*_fitted_as(release), subject.table.content_hash, subject.split_seed, fit)
                jobs.setdefault(key, partial(_fit, release.folder, table, subject.cache, fit))
    return list(jobs.values())


def _runs(subjects: Iterable[tuple[Subject, Sequence[Claim]]], table: str | None) -> list[_Job]:
    """Chunks of runs that the cache does not have; those on the truth once for all subjects."""
    jobs: dict[tuple[str, Where, Chunk], _Job] = {}
    for subject, claims in subjects:
        if subject.release is None or subject.truth is None:
            continue
        for optimizer, where in needed_runs(claims, subject):
            asked = subject.table.truth if where is Where.truth else subject.key
            for chunk in chunks(optimizer, where):
                if not is_made(subject, where, chunk):
                    job = partial(_run, subject.release.folder, table, subject.cache, where, chunk)
                    jobs.setdefault((asked, where, chunk), job)
    return list(jobs.values())


def _fitted_as(release: Release) -> tuple[str, str]:
    """Family and hyperparameters of a release."""
    manifest = release.manifest
    return manifest.family, json.dumps(manifest.hyperparameters, sort_keys=True)


def _is_missing(subject: Subject, fit: PlannedFit) -> bool:
    """Whether there is something to fit: claims tell of a table that is not here or has no such rows."""
    try:
        return not subject.is_fitted(*fit)
    except (DataMissing, TableError):
        return False


def _fit(folder: Path, table: str | None, cache: Path, planned: PlannedFit) -> None:
    _subject(folder, table, cache).refit(*planned)


def _run(folder: Path, table: str | None, cache: Path, where: Where, chunk: Chunk) -> None:
    """Make a chunk; claims tell of what cannot be run."""
    try:
        made(_subject(folder, table, cache), where, chunk)
    except (NotApplicable, SubjectError, DataMissing):
        return


@lru_cache(maxsize=1)  # jobs of a subject come one after the other
def _subject(folder: Path, table: str | None, cache: Path) -> Subject:
    release = find(folder)
    return subject_of(release, load(table) if table else table_behind(release), cache)
