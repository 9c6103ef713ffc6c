"""The command line: `nb301 query`, `sample`, `train`, `collect`, `tables`, `release` and others.

Exit codes: 0 done, 1 an error of this package (printed without a traceback), 2 wrong usage.
"""

from __future__ import annotations

import sys

import typer

from nb301.cli import genotypes, releases, tables
from nb301.cli.collect import collect
from nb301.cli.train import train, verify
from nb301.cli.tune import tune
from nb301.errors import Nb301Error

app = typer.Typer(
    help="A surrogate NAS benchmark whose every fidelity claim is a test.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
for command in (genotypes.query, genotypes.sample, genotypes.convert, collect, tune, train, verify):
    app.command()(command)
app.add_typer(tables.app, name="tables")
app.add_typer(releases.app, name="release")


def main() -> None:
    """Run the command line."""
    try:
        app()
    except Nb301Error as error:
        typer.echo(f"error: {error}", err=True)
        sys.exit(1)
