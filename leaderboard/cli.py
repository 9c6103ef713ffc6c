"""The command line: `python -m leaderboard new`, `check`, `run`, `verify`, `pack`, `build` and others.

Every error is one line and exit code 1; see `nb301.terminal`.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from leaderboard.legible import legible
from leaderboard.places import BUILT_SITE, ENVIRONMENTS, REFERENCES, REPORT, RESULTS, RUNS, SUBMISSIONS
from leaderboard.runs.key import BUDGET_EVALUATIONS, BUDGET_SECONDS
from nb301.cluster import cluster
from nb301.terminal import run as run_app

if TYPE_CHECKING:
    from leaderboard.runs.plan import Failure


app = typer.Typer(
    help="Run optimizers on the releases, rank them, render the site.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


@app.command()
def run(
    folders: Annotated[
        list[Path] | None, typer.Argument(help="Of submissions. Default: all in leaderboard/submissions.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder of runs; those that it has are not made again.")] = RUNS,
    seeds: Annotated[int, typer.Option(min=1, help="Paired runs of each entry on each release.")] = 30,
    budget_seconds: Annotated[
        float, typer.Option(min=1, help="Simulated seconds of each run.")
    ] = BUDGET_SECONDS,
    budget_evaluations: Annotated[int, typer.Option(min=1, help="Evaluations of each run.")] = (
        BUDGET_EVALUATIONS
    ),
    workers: Annotated[int, typer.Option(min=1, help="Simulated workers: the track.")] = 1,
    release: Annotated[
        list[str] | None,
        typer.Option(
            help="Name of a release, or a folder with a slash; repeatable. Default: the emulated ones."
        ),
    ] = None,
    processes: Annotated[int, typer.Option(min=1, help="Local processes.")] = 2,
    scheduler: Annotated[
        str | None,
        typer.Option(help="Address of a dask.distributed scheduler: run there, on a shared file system."),
    ] = None,
    unsealed: Annotated[
        bool, typer.Option("--unsealed", help="Without a sandbox: for code that you trust; not ranked.")
    ] = False,
    environments: Annotated[Path, typer.Option(help="Folder of installed packages.")] = ENVIRONMENTS,
) -> None:
    """Run submissions on the releases; an interrupted command goes on where it was."""
    from leaderboard.runs.plan import Failure, install, missing, plan, readable, unspoilt
    from leaderboard.runs.runner import run_missing
    from leaderboard.runs.store import Store
    from leaderboard.sandbox.attest import attest
    from leaderboard.sandbox.limits import Level
    from nb301.optimizers import Budget

    level, store = Level.limited if unsealed else Level.sealed, Store(out)
    sound, failures = readable(folders or _submissions())
    tasks = plan(
        sound,
        release or emulated_releases(),
        range(seeds),
        environments,
        store.begin(),
        budget=Budget(seconds=budget_seconds, evaluations=budget_evaluations),
        workers=workers,
        level=level,
    )
    to_do = missing(tasks, store)
    there = len(tasks) - len(to_do)
    for part in (unspoilt, install):
        to_do, failed = part(to_do)
        failures += failed
    for failure in failures:
        typer.echo(f"{failure.place}: is not run: {failure.why}", err=True)
    if to_do and scheduler is None:
        attest(level)  # what this machine cannot seal off it cannot run a hundred times either
    verdicts: Counter[str] = Counter()
    with _progress(there + len(to_do), there) as advance, _executor(scheduler, processes) as executor:
        for made in run_missing(to_do, store, executor):
            advance()
            if isinstance(made, Failure):
                failures.append(made)
                continue
            verdicts[made.verdict] += 1
            if made.detail:
                typer.echo(f"{made.place}: {made.verdict}: {made.detail}", err=True)
    told = ", ".join(f"{count} {verdict}" for verdict, count in verdicts.most_common()) or "none"
    typer.echo(f"{verdicts.total()} new runs ({told}), {there} were there: {out.resolve()}")
    if failures:
        typer.echo("error: not run, and tried again by the next command:\n" + _listed(failures), err=True)
        sys.exit(1)


def emulated_releases() -> list[str]:
    """Embedded releases that budgets in simulated seconds are meant for: others train in seconds."""
    from nb301.releases import find, names
    from nb301.truth.base import is_emulated

    return [name for name in names() if is_emulated(find(name).manifest.truth)]


@app.command()
def verify(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="RUN...", help="Names of runs, or how they begin.")
    ] = None,
    every: Annotated[
        bool,
        typer.Option("--all", help="All runs, and whether the ledger names each once, and nothing else."),
    ] = False,
    runs: Annotated[Path, typer.Option(help="Folder of runs.")] = RUNS,
    release: Annotated[
        list[str] | None,
        typer.Option(help="Name or folder of a release; may be repeated. Default: the embedded ones."),
    ] = None,
    again: Annotated[
        Path | None, typer.Option(help="Folder of the submission: run it again, too, and compare.")
    ] = None,
    environments: Annotated[Path, typer.Option(help="Folder of installed packages.")] = ENVIRONMENTS,
) -> None:
    """Compute all that stored runs say again, from release, salt and seed, and compare."""
    from leaderboard.runs.audit import Examiner, audit
    from leaderboard.runs.store import Store

    if every is bool(names):
        raise typer.BadParameter("give names of runs, or --all")
    store = Store(runs)
    examiner = Examiner(store, release or [], SUBMISSIONS, again, environments)
    chosen = store.ids() if every else store.named(names or [])
    faults, wrong, answers = 0, 0, 0
    for fault in audit(store) if every else ():
        faults += 1
        typer.echo(fault)
    for name in chosen:
        found = examiner.check(name)
        wrong += bool(found.wrong)
        answers += found.evaluations
        typer.echo(
            f"{found.place}: " + ("; ".join(found.wrong) or f"verified, {found.evaluations:,} answers")
        )
    if every:
        typer.echo(
            f"{len(chosen) - wrong} of {len(chosen)} runs verified, {answers:,} answers; {faults} faults of "
            f"the folder, whose ledger ends with SHA-256 {store.ledger.end()}"
        )
    sys.exit(1 if faults or wrong else 0)


@app.command()
def pack(
    runs: Annotated[Path, typer.Option(help="Folder of runs.")] = RUNS,
    out: Annotated[Path, typer.Option(help="Folder of results, to commit.")] = RESULTS,
) -> None:
    """Write the ranked runs without their traces, one file for each entry, all numbers as CSV, and the salts.

    From then on the salt is no secret: submissions that have not run yet need another folder of runs.

    Results that are there stay until the runs have newer ones as complete, or the submission is gone.
    """
    from leaderboard.pages.build import rank_tracks, read_all
    from leaderboard.ranking.csv_tables import tables
    from leaderboard.ranking.references import read_references
    from leaderboard.runs.packed import campaigns_of, write_results
    from leaderboard.runs.store import Store

    known, entries = read_references(), {folder.name for folder in _submissions()}
    rankings = rank_tracks([run for run in read_all(runs, out) if run.cell.submission in entries], known)
    kept = [run for ranking in rankings for run in ranking.runs]
    campaigns = campaigns_of(kept, Store(runs), out)
    for path in write_results(kept, tables(rankings, known), out, campaigns):
        typer.echo(f"{path}: {path.stat().st_size:,} bytes")
    for ranking in rankings:
        for each in ranking.unfinished:
            typer.echo(
                f"{ranking.track.slug}: {each.entry} on {each.release} has {each.seeds} seeds of "
                f"{each.needed}: left out",
                err=True,
            )


@app.command()
def references(
    release: Annotated[
        list[str] | None,
        typer.Option(
            help="Name of a release, or a folder with a slash; may be repeated. Default: all embedded."
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="File; references of other releases in it stay.")] = None,
) -> None:
    """Compute what the scores of releases are measured against; minutes for each release."""
    from leaderboard.ranking.references import compute, read_references, write_references
    from nb301.benchmark import load
    from nb301.releases import names

    path = out or REFERENCES
    known = {each.name: each for each in read_references(path).values()} if path.exists() else {}
    for name in release or names():
        found = compute(load(name))
        known[found.name] = found
        write_references(known.values(), path)
        typer.echo(f"{found.name}: random {found.random_accuracy:.4%}, best known {found.best_accuracy:.4%}")


@app.command()
def build(
    runs: Annotated[Path, typer.Option(help="Folder of runs.")] = RUNS,
    results: Annotated[
        Path, typer.Option(help="Folder of committed results, ranked together with the runs.")
    ] = RESULTS,
    references: Annotated[
        Path | None, typer.Option(help="File of references. Default: the frozen ones.")
    ] = None,
    validation: Annotated[
        Path | None,
        typer.Option(help="Report of `pytest validation --report`. Default: that of the embedded releases."),
    ] = None,
    without_runs: Annotated[
        bool, typer.Option("--without-runs", help="Build a site even where there is no run to rank.")
    ] = False,
    out: Annotated[Path, typer.Option(help="Folder of the site.")] = BUILT_SITE,
) -> None:
    """Rank the runs and render the site: plain files that open from disk."""
    from rich.console import Console

    from leaderboard.pages.build import build_site
    from leaderboard.ranking.references import read_references
    from nb301.releases import names as releases
    from nb301.tables import names as tables

    frozen = read_references(references or REFERENCES)
    with Console(stderr=True).status("ranking") as status:
        page = build_site(
            *(runs, out, validation or REPORT),
            results=results,
            references=frozen,
            submissions=SUBMISSIONS,
            releases=releases(),
            tables=tables(),
            without_runs=without_runs,
            progress=status.update,
        )
    typer.echo(f"the page: {page.resolve()}")


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="Of the folder: lower-case letters, digits, hyphens.")],
    folder: Annotated[Path, typer.Option(help="Where it is made.")] = SUBMISSIONS,
) -> None:
    """Make a submission that runs, to write your own from."""
    from leaderboard.runs.check import create

    created = create(name, folder)
    typer.echo(f"{created}: now write optimizer.py and submission.toml, and try them with")
    typer.echo(f"python -m leaderboard check {created}")


@app.command()
def lock(folder: Annotated[Path, typer.Argument(help="Of the submission.")]) -> None:
    """Write the versions and hashes of all packages that a submission's requirements need."""
    from leaderboard.entries.environment import lock
    from leaderboard.entries.submission import Submission

    typer.echo(f"locked: {lock(Submission(folder))}")


@app.command()
def check(
    folder: Annotated[Path, typer.Argument(help="Of the submission.")],
    unsealed: Annotated[
        bool, typer.Option("--unsealed", help="Without a sandbox: for code that you trust.")
    ] = False,
    environments: Annotated[Path, typer.Option(help="Folder of installed packages.")] = ENVIRONMENTS,
) -> None:
    """Try a submission in the sandbox for a minute, and say what is wrong with it."""
    from leaderboard.runs.check import State, check
    from leaderboard.sandbox.limits import Level

    failed = False
    for each in check(folder, environments, Level.limited if unsealed else Level.sealed):
        failed |= each.state is State.wrong
        typer.echo(f"{each.state:5}  {each.name}: {legible(each.message)}")
    sys.exit(1 if failed else 0)


def _submissions() -> list[Path]:
    return sorted(path.parent for path in SUBMISSIONS.glob("*/submission.toml"))


def _listed(failures: Iterable[Failure]) -> str:
    """Failures, those of an entry on a release that have one reason together."""
    seeds: dict[tuple[str, str], list[int]] = {}
    for each in failures:
        of_kind = seeds.setdefault((each.place, each.why), [])
        if each.seed is not None:
            of_kind.append(each.seed)
    return "\n".join(
        f"  {place}{', seed ' * bool(of_kind)}{', '.join(map(str, sorted(of_kind)))}: {why}"
        for (place, why), of_kind in seeds.items()
    )


@contextmanager
def _progress(total: int, completed: int) -> Iterator[Callable[[], object]]:
    """Show how many runs there are and how long the rest will take; gives what to call after each."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

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
    from leaderboard.runs.pools import local_processes

    if scheduler is None:
        with local_processes(processes) as pool:
            yield pool
        return
    with cluster(scheduler) as executor:
        yield executor


def main() -> None:
    """Run the command line; see `terminal.run`."""
    run_app(app)
