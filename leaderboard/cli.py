"""The command line: `python -m leaderboard new`, `check`, `run`, `verify`, `pack`, `build` and others.

Every error is one line and exit code 1; see `nb301.terminal`.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from leaderboard.legible import legible
from leaderboard.places import BUILT_SITE, ENVIRONMENTS, REFERENCES, REPORT, RESULTS, RUNS, SITE, SUBMISSIONS
from leaderboard.problems import Problem
from leaderboard.runs.key import BUDGET_EVALUATIONS, BUDGET_SECONDS, Track
from leaderboard.sandbox.limits import CHECK_SECONDS
from nb301.terminal import run as run_app

if TYPE_CHECKING:
    from leaderboard.runs.audit import Examiner
    from leaderboard.runs.record import Run

app = typer.Typer(
    help="Run optimizers on the releases, rank them, render the site.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

#: Options of several commands.
_Environments = Annotated[Path, typer.Option(help="Folder of installed packages.")]
_Runs = Annotated[Path, typer.Option(help="Folder of runs.")]
#: Arguments and options of `run`.
_Folders = Annotated[
    list[Path] | None, typer.Argument(help="Of submissions. Default: all in leaderboard/submissions.")
]
_Out = Annotated[Path, typer.Option(help="Folder of runs; those that it has are not made again.")]
_Seeds = Annotated[int, typer.Option(min=1, help="Paired runs of each entry on each release.")]
_Seconds = Annotated[float, typer.Option(min=1, help="Simulated seconds of each run.")]
_Evaluations = Annotated[int, typer.Option(min=1, help="Evaluations of each run.")]
_Workers = Annotated[int, typer.Option(min=1, help="Simulated workers: the track.")]
_Problem = Annotated[Problem, typer.Option(help="What is searched for, and what may be asked.")]
_Blind = Annotated[bool, typer.Option("--blind", help="Ops, inputs and cells have other names in each seed.")]
_Releases = Annotated[
    list[str] | None,
    typer.Option(help="Name of a release, or a folder with a slash; repeatable. Default: all but tiny ones."),
]
_Processes = Annotated[int, typer.Option(min=1, help="Local processes.")]
_Scheduler = Annotated[
    str | None,
    typer.Option(help="Address of a dask.distributed scheduler: run there, on a shared file system."),
]
_Unsealed = Annotated[
    bool, typer.Option("--unsealed", help="Without a sandbox: for code that you trust; not ranked.")
]


@app.command()
def run(
    folders: _Folders = None,
    out: _Out = RUNS,
    seeds: _Seeds = 30,
    budget_seconds: _Seconds = BUDGET_SECONDS,
    budget_evaluations: _Evaluations = BUDGET_EVALUATIONS,
    workers: _Workers = 1,
    problem: _Problem = Problem.accuracy,
    blind: _Blind = False,
    release: _Releases = None,
    processes: _Processes = 2,
    scheduler: _Scheduler = None,
    unsealed: _Unsealed = False,
    environments: _Environments = ENVIRONMENTS,
) -> None:
    """Run submissions on the releases; an interrupted command goes on where it was."""
    from leaderboard.running import make_missing
    from leaderboard.runs.plan import plan, readable
    from leaderboard.runs.store import Store
    from leaderboard.sandbox.limits import Level

    level, store = Level.limited if unsealed else Level.sealed, Store(out)
    track = Track(workers, budget_seconds, budget_evaluations, problem, blind=blind)
    sound, left_out = readable(folders or _submissions())
    releases = release or _default_releases(problem)
    tasks = plan(sound, releases, range(seeds), environments, store.begin(), track=track, level=level)
    make_missing(tasks, left_out, store, processes=processes, scheduler=scheduler)


@app.command()
def campaign(
    folders: _Folders = None,
    out: _Out = RUNS,
    processes: _Processes = 2,
    scheduler: _Scheduler = None,
    environments: _Environments = ENVIRONMENTS,
) -> None:
    """Make all runs that the site shows and that are not committed; an interrupted command goes on.

    Those of cheap entries come first.
    """
    from leaderboard.running import make_missing
    from leaderboard.runs.packed import read_results
    from leaderboard.runs.plan import readable
    from leaderboard.runs.schedule import SCHEDULE, cheap_first, scheduled
    from leaderboard.runs.store import Store

    store = Store(out)
    sound, left_out = readable(folders or _submissions())
    committed = {run.cell.id for run in read_results(RESULTS)}
    tasks = []
    for stage in SCHEDULE:
        on_stage = scheduled(stage, sound, environments, store.begin())
        of_others = [task for task in on_stage if task.cell.id not in committed]
        there = len(on_stage) - len(of_others) + sum(store.has(task.cell) for task in of_others)
        typer.echo(f"{stage.track.slug}: {there} of {len(on_stage)} runs are there")
        tasks += of_others
    make_missing(cheap_first(tasks), left_out, store, processes=processes, scheduler=scheduler)


@app.command()
def verify(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="RUN...", help="Names of runs, or how they begin.")
    ] = None,
    whole_folder: Annotated[
        bool,
        typer.Option("--all", help="All runs, and whether the ledger names each once, and nothing else."),
    ] = False,
    runs: _Runs = RUNS,
    release: Annotated[
        list[str] | None,
        typer.Option(help="Name or folder of a release; may be repeated. Default: the embedded ones."),
    ] = None,
    again: Annotated[
        Path | None, typer.Option(help="Folder of the submission: run it again, too, and compare.")
    ] = None,
    environments: _Environments = ENVIRONMENTS,
) -> None:
    """Compute all that stored runs say again, from release, salt and seed, and compare."""
    from leaderboard.runs.audit import Examiner, audit
    from leaderboard.runs.store import Store

    if whole_folder is bool(names):
        raise typer.BadParameter("give names of runs, or --all")
    store = Store(runs)
    examiner = Examiner(store, release or [], SUBMISSIONS, again, environments)
    chosen = store.ids() if whole_folder else store.named(names or [])
    faults = 0
    for fault in audit(store) if whole_folder else ():
        faults += 1
        typer.echo(fault)
    wrong, answers = _verify_all(examiner, chosen)
    if whole_folder:
        typer.echo(
            f"{len(chosen) - wrong} of {len(chosen)} runs verified, {answers:,} answers; {faults} faults of "
            f"the folder, whose ledger ends with SHA-256 {store.ledger.end()}"
        )
    sys.exit(1 if faults or wrong else 0)


@app.command()
def pack(
    runs: _Runs = RUNS,
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
    current = [run for run in read_all(runs, out) if run.cell.submission in entries]
    rankings = rank_tracks(current, known)
    kept: list[Run] = []
    for ranking in rankings:
        kept += ranking.runs
    campaigns = campaigns_of(kept, Store(runs), out)
    for path in write_results(kept, tables(rankings, known), out, campaigns):
        typer.echo(f"{path}: {path.stat().st_size:,} bytes")
    for ranking in rankings:
        for entry in ranking.unfinished:
            place = f"{ranking.track.slug}: {entry.entry} on {entry.release}"
            typer.echo(f"{place} has {entry.seeds} seeds of {entry.needed}: left out", err=True)


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
    from leaderboard.runs.releases import loaded
    from nb301.releases import names

    path = out or REFERENCES
    frozen = read_references(path).values() if path.exists() else ()
    known = {reference.name: reference for reference in frozen}
    for name in release or names():
        reference = compute(loaded(name))
        known[reference.name] = reference
        write_references(known.values(), path)
        accuracies = f"random {reference.random_accuracy:.4%}, best known {reference.best_accuracy:.4%}"
        typer.echo(f"{reference.name}: {accuracies}")


@app.command()
def build(
    runs: _Runs = RUNS,
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
            runs,
            out,
            validation or REPORT,
            results=results,
            references=frozen,
            submissions=SUBMISSIONS,
            releases=releases(),
            tables=tables(),
            without_runs=without_runs,
            commit=_commit(),
            progress=status.update,
        )
    typer.echo(f"the page: {page.resolve()}")


def _commit() -> str:
    """Of the working tree, abbreviated; empty outside of one, and without git."""
    git = shutil.which("git")
    if git is None:
        return ""
    asked = [git, "-C", str(SITE), "rev-parse", "--short=10", "HEAD"]
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()  # noqa: S603


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
    seconds: Annotated[
        float, typer.Option(min=1, help="For each of four short runs: more where a model takes its time.")
    ] = CHECK_SECONDS,
    environments: _Environments = ENVIRONMENTS,
) -> None:
    """Try a submission in the sandbox for a minute, and say what is wrong with it."""
    from leaderboard.runs.check import State, check
    from leaderboard.sandbox.limits import Level

    is_wrong = False
    for tried in check(folder, environments, Level.limited if unsealed else Level.sealed, seconds):
        is_wrong |= tried.state is State.wrong
        typer.echo(f"{tried.state:5}  {tried.name}: {legible(tried.message)}")
    sys.exit(1 if is_wrong else 0)


def _submissions() -> list[Path]:
    return sorted(path.parent for path in SUBMISSIONS.glob("*/submission.toml"))


def _default_releases(problem: Problem) -> list[str]:
    """Embedded releases that budgets in simulated seconds are meant for: others train in seconds.

    Where trainings pause those that have learning curves.
    """
    from leaderboard.runs.releases import loaded
    from nb301.releases import names
    from nb301.truth.base import TruthKind, first_real, kind_of

    truths = {name: loaded(name).release.manifest.truth for name in names()}
    meant = [name for name, truth in truths.items() if kind_of(truth) is not TruthKind.OTHER]
    if problem is Problem.multi_fidelity:
        meant = [name for name in meant if loaded(name).release.curve_model is not None]
    return sorted(meant, key=lambda name: first_real(truths[name]))


def _verify_all(examiner: Examiner, names: Iterable[str]) -> tuple[int, int]:
    """Verify runs and tell of each; how many are wrong, and how many answers were compared."""
    wrong, answers = 0, 0
    for name in names:
        examined = examiner.check(name)
        wrong += bool(examined.wrong)
        answers += examined.evaluations
        verdict = "; ".join(examined.wrong) or f"verified, {examined.evaluations:,} answers"
        typer.echo(f"{examined.place}: {verdict}")
    return wrong, answers


def main() -> None:
    """Run the command line; see `terminal.run`."""
    run_app(app)
