"""`nb301 tables`: the embedded tables, this user's, and what makes tables: official data, files."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from nb301.cli.output import AsJson, print_json, print_table, progress

if TYPE_CHECKING:
    from rich.progress import TaskID

    from nb301.tables.rows import FileRows
    from nb301.tables.schema import EvaluationTable

app = typer.Typer(help="Evaluation tables: what releases are fitted on.", no_args_is_help=True)
TableName = Annotated[str, typer.Argument(help="Name of a table, or a .parquet file.")]
DEFAULT_TABLE = "emulated-v2.0"


@app.command("list")
def list_tables() -> None:
    """Names of the embedded tables and then of this user's, one a line."""
    from nb301.tables import names, user_names, user_tables

    for name in names():
        typer.echo(name)
    own = [name for name in user_names() if name not in names()]
    if own:
        typer.echo(f"yours, in {user_tables()}:", err=True)
    for name in own:
        typer.echo(name)


@app.command("show")
def show_tables(
    names: Annotated[
        list[str] | None,
        typer.Argument(help=f"Names of tables, or .parquet files. Default: {DEFAULT_TABLE}."),
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
    typer.echo(f"next: nb301 tables import {fetched.folder}")


_Source = Annotated[
    Path,
    typer.Argument(
        help="The official tree of JSON files, or any part of it; NAS-Bench-Suite-Zero's "
        "zc_nasbench301.json; or a .csv or .parquet file."
    ),
]
_Out = Annotated[Path | None, typer.Option(help="The .parquet file to write. Default: yours, found by name.")]
_Name = Annotated[str | None, typer.Option(help="The table's. Default: the source's own, or after the file.")]
_Version = Annotated[str | None, typer.Option(help="The table's. Default: the source's own, or 1.0.")]
_Truth = Annotated[str | None, typer.Option(help="Of a file: what was trained, such as 'cifar10 1.0'.")]
_Optimizer = Annotated[
    str | None, typer.Option(help="Of a file without that column: whose rows they are, such as rs.")
]
_Epochs = Annotated[int | None, typer.Option(min=1, help="Of a file without that column: of every training.")]
_Percent = Annotated[
    bool, typer.Option("--percent", help="Of a file: accuracies are percent, not fractions.")
]
_Replace = Annotated[bool, typer.Option("--replace", help="Overwrite a table of yours of the same name.")]


@app.command("import")
def import_table(
    source: _Source,
    out: _Out = None,
    name: _Name = None,
    version: _Version = None,
    truth: _Truth = None,
    optimizer: _Optimizer = None,
    epochs: _Epochs = None,
    percent: _Percent = False,
    replace_table: _Replace = False,
) -> None:
    """Make a table of training runs.

    Of the official tree, bad files are listed and left out. A file has a row for each training: genotype (in
    any notation) and val_accuracy; where known optimizer, epochs, test_accuracy, train_accuracy, runtime
    (seconds), seed and run. Other columns are passed over. Of NAS-Bench-Suite-Zero's public file, whole, the
    rows that embedded releases were fitted to become one table, all others a second.
    """
    from nb301.tables.schema import check_table_path, is_table, read_table

    target = _Target(out, name, version, replace_table)
    if out is not None:
        check_table_path(out)
    if source.suffix == ".parquet" and truth is None and is_table(source):
        table = read_table(source)
    elif source.suffix in {".csv", ".json", ".parquet"} and not source.is_dir():
        shared = {"optimizer": optimizer, "epochs": epochs}
        constants = {column: value for column, value in shared.items() if value is not None}
        table = _of_file(source, target, truth, constants, percent=percent)
    else:
        table = _of_official(source, target)
    table = replace(table, name=name or table.name, version=version or table.version)
    is_named = out is None and source.suffix == ".json"
    _write(_divided(table) if is_named else [(table, "")], target)


def _divided(table: EvaluationTable) -> list[tuple[EvaluationTable, str]]:
    """The two tables of NAS-Bench-Suite-Zero's public file, with their purposes; of another file the one."""
    from nb301.releases.fitted_table import embedded_on
    from nb301.tables.suite_zero_parts import fitted_places

    fitted_on = embedded_on(table.name, table.version)
    parts = fitted_places().split(table) if fitted_on else None
    if parts is None:
        return [(table, "")]
    content = parts.fitted.content_hash
    releases = [manifest.name for manifest in fitted_on if manifest.table.content_hash == content]
    if not releases:
        first = fitted_on[0]
        typer.echo(
            f"another file than {first.name} was fitted to: {len(table):,} rows, as the public one has, but "
            f"the {first.table.rows:,} that it knows are not among them as they were (content {content}, "
            f"expected {first.table.content_hash}). All go into one table, which embedded releases do not "
            "take for theirs in familiarity and claims; what is frozen from it is another release",
            err=True,
        )
        return [(table, "")]
    whose = f": what {' and '.join(releases)} were fitted to, for familiarity, claims, and fitting them again"
    return [(parts.fitted, whose), (parts.unseen, ": seen by no release, for nb301 release test")]


def _write(tables: Sequence[tuple[EvaluationTable, str]], target: _Target) -> None:
    """Write tables, after all places were checked, and say of each where it is, and its purpose."""
    from nb301.tables.schema import write_table

    paths = [target.path(table.name, table.version) for table, _ in tables]
    for (table, purpose), path in zip(tables, paths, strict=True):
        write_table(table, path)
        typer.echo(f"wrote {len(table):,} rows to {path}, content {table.content_hash}{purpose}")
        repeats = len(table) - table.rows["genotype"].nunique()
        if repeats:
            typer.echo(f"{repeats:,} rows repeat an architecture: all are kept, in one part of every split")
    if target.out is None:
        typer.echo(f"next: nb301 tables show {' '.join(table.full_name for table, _ in tables)}")


class _Target(NamedTuple):
    """Where a table is written, by options."""

    out: Path | None
    name: str | None
    version: str | None
    replace: bool

    def path(self, name: str, version: str) -> Path:
        """The file, checked; name and version are the table's where no option says others."""
        from nb301.tables import user_path

        if self.out is not None:
            return self.out
        return user_path(self.name or name, self.version or version, replace=self.replace)


def _of_file(
    source: Path,
    target: _Target,
    truth: str | None,
    constants: Mapping[str, str | int],
    *,
    percent: bool,
) -> EvaluationTable:
    """A table of rows of NAS-Bench-Suite-Zero, which says what it is, or of others, which do not."""
    from nb301.tables import suite_zero
    from nb301.tables.rows import read_rows, table_of
    from nb301.tables.schema import name_after

    name = name_after(target.out or source)
    if source.suffix == ".json":
        name, truth = suite_zero.NAME, truth or suite_zero.TRUTH
        constants = {**suite_zero.CONSTANTS, **constants}
    if truth is None:
        raise typer.BadParameter(f"--truth: say what was trained for {source}, such as 'cifar10 1.0'")
    target.path(name, "1.0")  # before the work
    read = suite_zero.read_suite_zero if source.suffix == ".json" else read_rows
    rows = read(source)
    _tell_passed_over(rows)
    return table_of(rows.rows, name, truth, constants=constants, percent=percent)


def _tell_passed_over(rows: FileRows) -> None:
    from nb301.errors import one_line

    if rows.passed_over:
        typer.echo(f"columns passed over: {one_line(', '.join(rows.passed_over))}", err=True)


def _of_official(folder: Path, target: _Target) -> EvaluationTable:
    from nb301.errors import one_line
    from nb301.tables import official

    if target.out is None and folder.is_dir():
        target.path(official.NAME, official.VERSION)  # before the work
    with progress() as bar:
        task = bar.add_task("reading", total=None)
        imported = official.import_official(
            folder, lambda done, total: bar.update(task, completed=done, total=total)
        )
    for path, reason in imported.bad_files:
        typer.echo(f"bad file {one_line(str(path))}: {reason}", err=True)
    for setting, table in imported.tables.items():
        if table is not imported.table:
            typer.echo(f"runs of another setting left out: {len(table):,} of {setting}", err=True)
    typer.echo(f"bad files: {len(imported.bad_files):,}, duplicates dropped: {imported.duplicates:,}")
    return imported.table
