"""`nb301 tables`: the embedded tables, and the official data."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nb301.cli.output import AsJson, print_json, print_table, progress

if TYPE_CHECKING:
    from rich.progress import TaskID

    from nb301.tables.schema import EvaluationTable

app = typer.Typer(help="Evaluation tables: what releases are fitted on.", no_args_is_help=True)
TableName = Annotated[str, typer.Argument(help="Name of an embedded table, or a .parquet file.")]
DEFAULT_TABLE = "emulated-v1.0"


@app.command("list")
def list_tables() -> None:
    """Names of the embedded tables, one a line."""
    from nb301.tables import names

    for name in names():
        typer.echo(name)


@app.command("show")
def show_tables(
    names: Annotated[
        list[str] | None,
        typer.Argument(help=f"Embedded tables, or .parquet files. Default: {DEFAULT_TABLE}."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Counts of tables by optimizer, and statistics beside each other and the paper's."""
    from nb301.tables import load

    tables = {name: load(name) for name in names or [DEFAULT_TABLE]}
    if as_json:
        described = [_described(name, table) for name, table in tables.items()]
        print_json(described if len(described) > 1 else described[0])
        return
    for name, table in tables.items():
        _print_sources(name, table)
    _print_statistics([*tables.values()])


def _described(name: str, table: EvaluationTable) -> dict[str, Any]:
    from nb301.tables.statistics import beside_the_paper, by_optimizer, overall

    return {
        "table": name,
        "truth": table.truth,
        **overall(table),
        "optimizers": by_optimizer(table),
        "beside_the_paper": [*map(asdict, beside_the_paper(table))],
    }


def _print_statistics(tables: Sequence[EvaluationTable]) -> None:
    """Statistics beside each other; those that are lists, which no column holds, line by line below."""
    several = len(tables) > 1
    names = [table.name for table in tables] if several else ["this table"]
    columns = ["statistic", "paper", *names] if several else ["statistic", "source", "paper", *names]
    lines, lists = [], []
    for row in _compared(tables):
        statistic, source, *values = row
        if any(", " in value for value in values):
            lists.append(row)
        else:
            lines.append([statistic, *values] if several else row)
    truths = ", ".join(dict.fromkeys(table.truth for table in tables))
    print_table(f"beside the paper's CIFAR-10 table (ground truth here: {truths})", columns, lines)
    for statistic, source, *orders in lists:
        typer.echo(f"{statistic} ({source})")
        for name, order in zip(["paper", *names], orders, strict=True):
            typer.echo(f"  {name}: {order}")


def _compared(tables: Sequence[EvaluationTable]) -> list[list[str]]:
    """Rows of name, source and value in the paper of a statistic, and its value in each of the tables."""
    from nb301.tables.statistics import beside_the_paper

    rows: dict[str, list[str]] = {}
    for number, table in enumerate(tables):
        for comparison in beside_the_paper(table):
            name = comparison.statistic
            if name not in rows:
                rows[name] = [name, comparison.source, comparison.paper, *[""] * len(tables)]
            rows[name][3 + number] = comparison.table
    return [*rows.values()]


def _print_sources(name: str, table: EvaluationTable) -> None:
    from nb301.tables.statistics import by_optimizer

    print_table(
        f"{name}: {len(table):,} training runs of the ground truth {table.truth}",
        ["source", "rows", "in the paper", "architectures", "mean", "std", "best", "runtime"],
        [*map(_source_line, by_optimizer(table))],
    )


def _source_line(part: Mapping[str, Any]) -> list[str]:
    return [
        part["optimizer"],
        f"{part['rows']:,}",
        f"{part['rows_in_paper']:,}" if part["rows_in_paper"] else "",
        f"{part['architectures']:,}",
        f"{part['mean_val_accuracy']:.2%}",
        f"{part['std_val_accuracy']:.2%}",
        f"{part['best_val_accuracy']:.2%}",
        "" if math.isnan(part["mean_runtime"]) else f"{part['mean_runtime']:,.0f} s",
    ]


class FetchedSource(StrEnum):
    """What `tables fetch` downloads."""

    OFFICIAL = "official"


@app.command("fetch")
def fetch(
    source: Annotated[
        FetchedSource, typer.Argument(help="official: the CIFAR-10 training runs, from figshare.")
    ],
    folder: Annotated[Path | None, typer.Option(help="Where files are kept; default: the cache.")] = None,
) -> None:
    """Download training runs, checked and resumable; `tables import` makes them a table."""
    from rich.progress import DownloadColumn

    from nb301.tables.download import fetch_official

    with progress(DownloadColumn()) as bar:
        tasks: dict[str, TaskID] = {}

        def report(file: str, done: int, total: int) -> None:
            if file not in tasks:
                tasks[file] = bar.add_task(file)
            bar.update(tasks[file], completed=done, total=total or None)

        fetched = fetch_official(folder, progress=report)
    checked = "checksums are right" if fetched.checked else "host not reached, placed by hand: unchecked"
    typer.echo(f"{source} data is in {fetched.folder} ({checked})")
    typer.echo(f"next: nb301 tables import {fetched.folder} --out cifar10.parquet")


@app.command("import")
def import_table(
    source: Annotated[
        Path,
        typer.Argument(
            help="The official tree of JSON files, or any part of it; or a .csv or .parquet file."
        ),
    ],
    out: Annotated[Path, typer.Option(help="The .parquet file to write.")],
    truth: Annotated[
        str | None, typer.Option(help="Of a file: what was trained, such as 'cifar10 1.0'.")
    ] = None,
    optimizer: Annotated[
        str | None, typer.Option(help="Of a file without that column: whose rows they are, such as rs.")
    ] = None,
    epochs: Annotated[
        int | None, typer.Option(min=1, help="Of a file without that column: of every training.")
    ] = None,
    percent: Annotated[
        bool, typer.Option("--percent", help="Of a file: accuracies are percent, not fractions.")
    ] = False,
) -> None:
    """Make a table of training runs.

    Of the official tree, bad files are listed and left out. A file has a row for each training: genotype (in
    any notation) and val_accuracy; where known optimizer, epochs, test_accuracy, train_accuracy, runtime
    (seconds), seed and run.
    """
    from nb301.tables.schema import check_table_path, name_after, write_table

    check_table_path(out)
    if source.suffix not in {".csv", ".parquet"}:
        _import_official(source, out)
        return
    from nb301.tables.rows import read_rows, table_of

    if truth is None:
        raise typer.BadParameter(f"--truth: say what was trained for {source}, such as 'cifar10 1.0'")
    columns: dict[str, str | int] = {}
    if optimizer is not None:
        columns["optimizer"] = optimizer
    if epochs is not None:
        columns["epochs"] = epochs
    table = table_of(read_rows(source), name_after(out), truth, constants=columns, percent=percent)
    write_table(table, out)
    typer.echo(f"wrote {len(table):,} rows to {out}, content {table.content_hash}")


def _import_official(folder: Path, out: Path) -> None:
    from nb301.errors import one_line
    from nb301.tables.official import import_official
    from nb301.tables.schema import write_table

    with progress() as bar:
        task = bar.add_task("reading", total=None)
        imported = import_official(folder, lambda done, total: bar.update(task, completed=done, total=total))
    for path, reason in imported.bad_files:
        typer.echo(f"bad file {one_line(str(path))}: {reason}", err=True)
    for setting, table in imported.tables.items():
        if table is not imported.table:
            typer.echo(f"runs of another setting left out: {len(table):,} of {setting}", err=True)
    write_table(imported.table, out)
    typer.echo(
        f"wrote {len(imported.table):,} rows to {out}, content {imported.table.content_hash}; "
        f"bad files: {len(imported.bad_files):,}, duplicates dropped: {imported.duplicates:,}"
    )
