"""What the commands print: JSON, tables, progress."""

from __future__ import annotations

import csv
import json
import math
import sys
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.progress import Progress, ProgressColumn
    from rich.table import Table

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


def print_json(value: Any) -> None:
    """Print a value as indented JSON; numbers that JSON does not have, such as NaN, are null."""
    typer.echo(json.dumps(_finite(value), indent=2, allow_nan=False))


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(inner) for inner in value]
    return value


def print_csv(rows: Iterable[Mapping[str, Any]]) -> None:
    """Print rows of equal columns as CSV; a text that a spreadsheet would take for a formula gets a quote."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    for number, row in enumerate(rows):
        if not number:
            writer.writerow(row)
        writer.writerow([_harmless(value) for value in row.values()])


def _harmless(value: Any) -> Any:
    is_formula = isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r"))
    return f"'{value}" if is_formula else value


def print_table(title: str, columns: list[str], rows: list[list[str]]) -> None:
    """Print a table; the first column stays whole in a narrow terminal."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table: Table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    for index, column in enumerate(columns):
        table.add_column(
            column,
            justify="left" if index in (0, len(columns) - 1) else "right",
            no_wrap=index == 0,
            overflow="ellipsis" if index == 0 else "fold",
        )
    for row in rows:
        table.add_row(*row)
    Console().print(table)


def progress(count: ProgressColumn | None = None) -> Progress:
    """A progress bar on standard error, where that is a terminal, counting with `count`: done of all."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    counted = MofNCompleteColumn() if count is None else count
    columns = TextColumn("{task.description}"), BarColumn(), counted, TimeRemainingColumn()
    console = Console(stderr=True)
    return Progress(*columns, console=console, disable=not console.is_terminal)
