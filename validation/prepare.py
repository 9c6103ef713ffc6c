"""Fits the models that claims need, several at once, before the claims are measured.

What is fitted is kept in the cache by the hash of its rows and settings, so an interrupted run goes on
where it was, and a second one has nothing to do.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path

from nb301.cli.output import progress
from nb301.errors import DataMissing, TableError
from nb301.releases import Release, find
from nb301.tables import load
from validation.claims import Claim
from validation.fits import PlannedFit
from validation.measures import MEASURES
from validation.subject import Subject, subject_of


def prepare(subjects: Iterable[tuple[Subject, Sequence[Claim]]], table: str | None, processes: int) -> None:
    """Fit what claims about subjects need and the cache does not have.

    Args:
        subjects: With the claims about them.
        table: Of the subjects, a name or a file; by default the embedded one that they name.
        processes: Fits at once.
    """
    planned = _planned(subjects)
    if not planned:
        return
    # spawned, not forked: libraries that have started threads do not survive a fork
    pool = ProcessPoolExecutor(min(processes, len(planned)), mp_context=get_context("spawn"))
    with progress() as bar, pool:
        task = bar.add_task("models for claims", total=len(planned))
        futures = [
            pool.submit(_fit, folder, table, cache, planned_fit) for folder, cache, planned_fit in planned
        ]
        for future in as_completed(futures):
            future.result()
            bar.advance(task)


def needed_fits(claims: Iterable[Claim], subject: Subject) -> list[PlannedFit]:
    """What the claims about a subject need, each once."""
    needed: dict[PlannedFit, None] = {}
    for claim in claims:
        needed |= dict.fromkeys(MEASURES[claim.measure].fits(subject, **claim.parameters))
    return list(needed)


def _planned(subjects: Iterable[tuple[Subject, Sequence[Claim]]]) -> list[tuple[Path, Path, PlannedFit]]:
    """Folder of a release, its cache and a fit that the cache does not have; equal fits once."""
    planned: dict[tuple[str, str, str, int, PlannedFit], tuple[Path, Path, PlannedFit]] = {}
    for subject, claims in subjects:
        release = subject.release
        if release is None:
            continue
        for fit in needed_fits(claims, subject):
            if _is_missing(subject, fit):
                key = (*_fitted_as(release), subject.table.content_hash, subject.split_seed, fit)
                planned.setdefault(key, (release.folder, subject.cache, fit))
    return list(planned.values())


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
    release = find(folder)
    reference = release.manifest.table
    rows = load(table or f"{reference.name}-v{reference.version}")
    subject_of(release, rows, cache).refit(*planned)
