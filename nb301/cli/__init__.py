"""The command line: `nb301 query`, `sample`, `train`, `collect`, `tables`, `release` and others.

Every error is one line and exit code 1; see `nb301.terminal`.

It may import `nb301`, `benchmark`, `cluster`, `collection`, `errors`, `extras`, `files`, `formats`,
`images`, `official`, `optimizers`, `parsing`, `releases`, `sources`, `space`, `surrogates.tuning`,
`tables`, `terminal`, `training` and `truth`.
"""

from __future__ import annotations

from typing import Annotated

import typer

from nb301.cli import genotypes, official_models, releases, tables
from nb301.cli.collect import collect
from nb301.cli.train import train, verify
from nb301.cli.tune import tune
from nb301.terminal import run


def _print_version(asked: bool) -> None:  # noqa: FBT001
    if asked:
        import nb301

        typer.echo(f"nb301 {nb301.__version__}")
        raise typer.Exit


app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
for command in (genotypes.query, genotypes.sample, genotypes.convert, collect, tune, train, verify):
    app.command()(command)
app.add_typer(tables.app, name="tables")
for name, command in official_models.COMMANDS.items():
    releases.app.command(name)(command)
app.add_typer(releases.app, name="release")


@app.callback()
def _nb301(
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version.", is_eager=True, callback=_print_version),
    ] = False,
) -> None:
    """A surrogate NAS benchmark whose every fidelity claim is a test."""


def main() -> None:
    """Run the command line; see `terminal.run`."""
    run(app)
