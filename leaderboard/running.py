"""Makes the runs that a command plans: with progress, and in the end with what could not be run."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from leaderboard.runs.plan import NotRun, Task, install, missing, unspoilt
from leaderboard.runs.pools import local_processes
from leaderboard.runs.runner import run_missing
from leaderboard.runs.store import Store
from leaderboard.sandbox.attest import attest
from nb301.cluster import cluster


def make_missing(
    tasks: Sequence[Task],
    left_out: Iterable[NotRun],
    store: Store,
    *,
    processes: int,
    scheduler: str | None,
) -> None:
    """Make the runs that a store lacks; exits with code 1 where something is not run.

    Args:
        tasks: What was planned, in the order in which it is run.
        left_out: What could not be planned.
        store: Where runs go.
        processes: Local ones, where there is no scheduler.
        scheduler: Address of a dask.distributed scheduler.

    Raises:
        SandboxError: This machine cannot seal a run off.
    """
    lacking = missing(tasks, store)
    there = len(tasks) - len(lacking)
    surprising, spoilt = unspoilt(lacking)
    to_do, uninstalled = install(surprising)
    not_planned = [*left_out, *spoilt, *uninstalled]
    for not_run in not_planned:
        typer.echo(f"{not_run.place}: is not run: {not_run.why}", err=True)
    if to_do and scheduler is None:
        attest(to_do[0].cell.level)  # a machine that cannot seal one run off cannot seal a hundred
    with _progress(there + len(to_do), there) as advance, _executor(scheduler, processes) as executor:
        verdicts, failed = _run_all(to_do, store, executor, advance)
    counts = ", ".join(f"{count} {verdict}" for verdict, count in verdicts.most_common()) or "none"
    typer.echo(f"{verdicts.total()} new runs ({counts}), {there} were there: {store.folder.resolve()}")
    _exit_with([*not_planned, *failed])


def _run_all(
    tasks: list[Task], store: Store, executor: Executor, advance: Callable[[], object]
) -> tuple[Counter[str], list[NotRun]]:
    """Make runs and tell of their faults; how many ended with each verdict, and which were not made."""
    verdicts: Counter[str] = Counter()
    failed = []
    for made in run_missing(tasks, store, executor):
        advance()
        if isinstance(made, NotRun):
            failed.append(made)
            continue
        verdicts[made.verdict] += 1
        if made.detail:
            typer.echo(f"{made.place}: {made.verdict}: {made.detail}", err=True)
    return verdicts, failed


def _exit_with(not_run: list[NotRun]) -> None:
    """Exit with an error that lists what was not run, if there is anything."""
    if not_run:
        typer.echo(f"error: not run, and tried again by the next command:\n{_listed(not_run)}", err=True)
        sys.exit(1)


def _listed(not_run: Iterable[NotRun]) -> str:
    """What was not run: a line for all seeds of an entry on a release that have one reason."""
    seeds_by_kind: dict[tuple[str, str], list[int]] = {}
    for failure in not_run:
        seeds = seeds_by_kind.setdefault((failure.place, failure.why), [])
        if failure.seed is not None:
            seeds.append(failure.seed)
    lines = []
    for (place, why), seeds in seeds_by_kind.items():
        numbers = ", ".join(map(str, sorted(seeds)))
        lines.append(f"  {place}, seed {numbers}: {why}" if seeds else f"  {place}: {why}")
    return "\n".join(lines)


@contextmanager
def _progress(total: int, completed: int) -> Iterator[Callable[[], object]]:
    """Show how many runs there are and how long the rest will take; gives what to call after each."""
    columns = (
        TextColumn("running"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(elapsed_when_finished=True),
    )
    # runs end seldom, and several at a time
    with Progress(*columns, console=Console(stderr=True), speed_estimate_period=3600) as bar:
        task = bar.add_task("", total=total, completed=completed)
        yield lambda: bar.advance(task)


@contextmanager
def _executor(scheduler: str | None, processes: int) -> Iterator[Executor]:
    if scheduler is None:
        with local_processes(processes) as pool:
            yield pool
        return
    with cluster(scheduler) as executor:
        yield executor
