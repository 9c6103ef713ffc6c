"""Fits the models that claims need before they are measured: `python -m validation.prepare`.

What is fitted is kept in the cache by the hash of its rows and settings, so an interrupted run goes on
where it was, and a second one has nothing to do.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from nb301 import list_releases, tables
from nb301.cli.output import progress
from nb301.releases import find
from validation.claims import Claim, claims_about
from validation.measure import family_of
from validation.measures import size
from validation.measures.trajectories import members_without
from validation.subject import Subject, embedded_table, subject_of


class Fit(NamedTuple):
    """Models to fit; see `Subject.refit`."""

    rows: str
    members: int


def fits(claims: Sequence[Claim], subject: Subject) -> list[Fit]:
    """What the claims about a subject need, each once."""
    return list(dict.fromkeys(fit for claim in claims for fit in _fits(claim, subject)))


def _fits(claim: Claim, subject: Subject) -> Iterator[Fit]:
    parameters, measure = claim.parameters, claim.measure
    match measure.partition("."):
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
        case "size", _, _:
            yield from (Fit(f"first_{rows}", 1) for rows in size.SIZES)
    if "fitted_to" in parameters:
        yield Fit(str(parameters["fitted_to"]), 1)


def fit(release: str, table: str | None, cache: Path, planned: Fit) -> None:
    """Fit one of them; run in a process of its own."""
    _subject(release, table, cache).refit(*planned)


def _subject(release: str, table: str | None, cache: Path) -> Subject:
    found = find(release)
    return subject_of(found, tables.load(table) if table else embedded_table(found.manifest), cache)


def main(
    release: Annotated[list[str] | None, typer.Option(help="Name or folder; default: all embedded.")] = None,
    table: Annotated[str | None, typer.Option(help="Their table; default: the one they name.")] = None,
    cache: Annotated[Path, typer.Option(help="Keeps what is fitted.")] = Path("build/validation"),
    processes: Annotated[int, typer.Option(min=1, help="Fits at once.")] = 2,
) -> None:
    """Fit what the claims about releases need."""
    planned: dict[tuple[str, Fit], str] = {}
    for name in release or list_releases():
        subject = _subject(name, table, cache)
        claims = claims_about(subject.table.truth, family_of(subject), subject.trained_on)
        for each in fits(claims, subject):
            planned.setdefault((str(family_of(subject)), each), name)
    # spawned, not forked: libraries that have started threads do not survive a fork
    with progress() as bar, ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        task = bar.add_task("models", total=len(planned))
        futures = [pool.submit(fit, name, table, cache, each) for (_, each), name in planned.items()]
        for future in as_completed(futures):
            future.result()
            bar.advance(task)


if __name__ == "__main__":
    typer.run(main)
