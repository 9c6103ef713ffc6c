"""The command line: `python -m leaderboard run`, `build`, `new`, `lock` and `check`.

Exit codes: 0 done, 1 an error of nb301 or of the leaderboard (no traceback), 2 wrong usage.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from nb301.errors import Nb301Error

_ROOT = Path(__file__).resolve().parents[1]
_RUNS = _ROOT / "build" / "runs"
_SUBMISSIONS = _ROOT / "leaderboard" / "submissions"
_ENVIRONMENTS = _ROOT / "build" / "environments"

app = typer.Typer(
    help="Run optimizers on the releases, rank them, render the site.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


@app.command()
def run(
    out: Annotated[Path, typer.Option(help="Folder of runs; those that it has are not made again.")] = _RUNS,
    seeds: Annotated[int, typer.Option(min=1, help="Paired runs of each entry on each release.")] = 5,
    budget_seconds: Annotated[float, typer.Option(min=1, help="Simulated seconds of each run.")] = 1e7,
    release: Annotated[
        list[str] | None,
        typer.Option(help="Name or folder of a release; may be repeated. Default: all embedded."),
    ] = None,
    processes: Annotated[int, typer.Option(min=1, help="Local processes.")] = 2,
) -> None:
    """Run every built-in entry on the releases; an interrupted command goes on where it was."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from leaderboard.runner import missing, plan, run_missing
    from nb301.releases import names

    tasks = plan(release or names(), range(seeds), budget_seconds)
    to_do = missing(tasks, out)
    columns = TextColumn("simulating"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=len(tasks), completed=len(tasks) - len(to_do))
        for _ in run_missing(to_do, out, processes):
            bar.advance(task)
    typer.echo(f"{len(to_do)} new runs, {len(tasks) - len(to_do)} were there: {out.resolve()}")


@app.command()
def build(
    runs: Annotated[Path, typer.Option(help="Folder of runs.")] = _RUNS,
    validation: Annotated[
        Path | None,
        typer.Option(help="Report of `pytest validation --report`; without one, no claim was run."),
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder of the site.")] = _ROOT / "site" / "build",
) -> None:
    """Rank the runs and render the site: plain files that open from disk."""
    from leaderboard.build import build_site

    page = build_site(runs, out, validation)
    typer.echo(f"the page: {page.resolve()}")


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="Of the folder: lower-case letters, digits, hyphens.")],
    folder: Annotated[Path, typer.Option(help="Where it is made.")] = _SUBMISSIONS,
) -> None:
    """Make a submission that runs, to write your own from."""
    from leaderboard.trial import create

    created = create(name, folder)
    typer.echo(f"{created}: now write optimizer.py and submission.toml, and try them with")
    typer.echo(f"python -m leaderboard check {created}")


@app.command()
def lock(folder: Annotated[Path, typer.Argument(help="Of the submission.")]) -> None:
    """Write the versions and hashes of all packages that a submission's requirements need."""
    from leaderboard.environment import lock
    from leaderboard.submission import Submission

    typer.echo(f"locked: {lock(Submission(folder))}")


@app.command()
def check(
    folder: Annotated[Path, typer.Argument(help="Of the submission.")],
    unsealed: Annotated[
        bool, typer.Option("--unsealed", help="Without a sandbox: for code that you trust.")
    ] = False,
    environments: Annotated[Path, typer.Option(help="Folder of installed packages.")] = _ENVIRONMENTS,
) -> None:
    """Try a submission in the sandbox for a minute, and say what is wrong with it."""
    from leaderboard.limits import Level
    from leaderboard.trial import State, check

    failed = False
    for each in check(folder, environments, Level.limited if unsealed else Level.sealed):
        failed |= each.state is State.wrong
        typer.echo(f"{each.state:5}  {each.name}: {each.message}")
    sys.exit(1 if failed else 0)


def main() -> None:
    """Run the command line."""
    try:
        app()
    except Nb301Error as error:
        typer.echo(f"error: {error}", err=True)
        sys.exit(1)
