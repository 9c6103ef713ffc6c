"""The command line: `nb301 query`, `sample`, `convert`, `tables`, `release`.

Exit codes: 0 done, 1 an error of this package (printed without a traceback), 2 wrong usage.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nb301 import formats
from nb301.errors import Nb301Error
from nb301.space import Genotype
from nb301.space import sample as draw

if TYPE_CHECKING:
    from rich.progress import Progress
    from rich.table import Table

app = typer.Typer(
    help="A surrogate NAS benchmark whose every fidelity claim is a test.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
tables = typer.Typer(help="Evaluation tables: what releases are fitted on.", no_args_is_help=True)
release = typer.Typer(help="Releases: frozen, hashed, versioned surrogates.", no_args_is_help=True)
app.add_typer(tables, name="tables")
app.add_typer(release, name="release")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
GenotypeText = Annotated[str, typer.Argument(help="A genotype in any notation of nb301.formats.")]
TableName = Annotated[str, typer.Argument(help="Name of an embedded table, or a .parquet file.")]
DEFAULT_RELEASE = "emulated-xgb-v1.0"
DEFAULT_TABLE = "emulated-v1.0"


class Notation(StrEnum):
    """Notations that `sample` and `convert` write."""

    TEXT = "text"
    DARTS = "darts"
    CONFIG = "config"
    NASLIB = "naslib"
    YAHPO = "yahpo"


_WRITERS: dict[Notation, Callable[[Genotype], str]] = {
    Notation.TEXT: str,
    Notation.DARTS: lambda genotype: repr(formats.to_darts(genotype)),
    Notation.CONFIG: lambda genotype: json.dumps(formats.to_config(genotype)),
    Notation.NASLIB: lambda genotype: json.dumps(formats.to_naslib(genotype)),
    Notation.YAHPO: lambda genotype: json.dumps(formats.to_yahpo(genotype)),
}


@app.command()
def query(
    genotype: GenotypeText,
    name: Annotated[str, typer.Option("--release", help="Name or folder of a release.")] = DEFAULT_RELEASE,
    seed: Annotated[
        int | None, typer.Option(min=0, help="Training seed to emulate; without one, no noise.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Evaluate one architecture: accuracy with noise, runtime, parameters, multiply-adds."""
    from nb301.benchmark import load

    benchmark = load(name)
    found = benchmark.query(genotype, seed=seed)
    if as_json:
        _print_json({**asdict(found), "truth": benchmark.release.manifest.truth})
        return
    noise = "no seed, no noise" if seed is None else f"with the noise of seed {seed}"
    _print_table(
        f"{found.release} ({benchmark.release.manifest.truth})",
        ["", "value", ""],
        [
            ["mean", f"{found.mean:.2%}", "validation accuracy, mean of the members"],
            ["std", f"{found.std:.2%}", "between the members"],
            ["val_accuracy", f"{found.val_accuracy:.2%}", noise],
            ["runtime", f"{found.runtime:,.0f} s", "of one training"],
            ["parameters", f"{found.parameters:,}", "exact, with the auxiliary head"],
            ["multiply_adds", f"{found.multiply_adds:,}", "exact, one image at inference"],
        ],
    )


@app.command()
def sample(
    n: Annotated[int, typer.Option("-n", min=1, help="How many genotypes.")] = 1,
    seed: Annotated[int, typer.Option(min=0, help="Seeds the generator.")] = 0,
    to: Annotated[Notation, typer.Option(help="Notation to write.")] = Notation.TEXT,
) -> None:
    """Draw genotypes uniformly from the space, one a line."""
    import numpy as np

    rng = np.random.default_rng(seed)
    for _ in range(n):  # one by one, so that a smaller n gives the first lines of a larger one
        typer.echo(_WRITERS[to](draw(rng)))


@app.command()
def convert(
    genotype: GenotypeText,
    to: Annotated[Notation, typer.Option(help="Notation to write.")] = Notation.TEXT,
    canonical: Annotated[bool, typer.Option(help="Rename nodes to the canonical form first.")] = False,
) -> None:
    """Read a genotype in any notation and write it in another."""
    found = formats.read(genotype)
    typer.echo(_WRITERS[to](found.canonical() if canonical else found))


@tables.command("list")
def list_tables() -> None:
    """Names of the embedded tables, one a line."""
    from nb301.tables import names

    for name in names():
        typer.echo(name)


@tables.command("show")
def show_table(
    name: TableName = DEFAULT_TABLE,
    as_json: AsJson = False,
) -> None:
    """Counts and statistics of a table, by optimizer."""
    from nb301.tables import load
    from nb301.tables.statistics import by_optimizer, overall

    table = load(name)
    whole, parts = overall(table), by_optimizer(table)
    if as_json:
        _print_json({"table": name, "truth": table.truth, **whole, "optimizers": parts})
        return
    _print_table(
        f"{name}: training runs of the ground truth {table.truth}",
        ["optimizer", "rows", "architectures", "mean", "std", "best", "runtime"],
        [
            [
                part["optimizer"],
                f"{part['rows']:,}",
                f"{part['architectures']:,}",
                f"{part['mean_val_accuracy']:.2%}",
                f"{part['std_val_accuracy']:.2%}",
                f"{part['best_val_accuracy']:.2%}",
                f"{part['mean_runtime']:,.0f} s",
            ]
            for part in parts
        ],
    )
    typer.echo(
        f"{whole['rows']:,} rows, {whole['architectures']:,} architectures; "
        f"validation against test accuracy: Kendall's tau {whole['kendall_val_test']:.3f}, "
        f"Spearman {whole['spearman_val_test']:.3f}"
    )


@tables.command("collect")
def collect(
    out: Annotated[Path, typer.Argument(help="The .parquet file to write.")],
) -> None:
    """Collect the table `emulated-v1.0` anew: equal rows on every machine."""
    from nb301.tables.schema import write_table
    from nb301.truth.collect import EMULATED_V1, Collection, collect_table

    with _progress() as bar:
        tasks = {c: bar.add_task(c.optimizer, total=c.evaluations) for c in EMULATED_V1}

        def report(collection: Collection, evaluations: int) -> None:
            bar.update(tasks[collection], completed=evaluations)

        table = collect_table(EMULATED_V1, progress=report)
    write_table(table, out)
    typer.echo(f"wrote {len(table):,} rows to {out}, content {table.content_hash}")


@release.command("list")
def list_releases(as_json: AsJson = False) -> None:
    """The embedded releases."""
    from nb301.releases import find, names

    manifests = [find(name).manifest for name in names()]
    if as_json:
        _print_json([{"name": m.name, "release_hash": m.release_hash, "truth": m.truth} for m in manifests])
        return
    _print_table(
        "embedded releases",
        ["name", "ground truth", "fitted on", "R2", "sKT", "hash"],
        [
            [
                m.name,
                m.truth,
                "random search" if m.random_only else "all optimizers",
                f"{m.metrics.r2:.3f}",
                f"{m.metrics.sparse_kendall_tau:.3f}",
                m.release_hash[:12],
            ]
            for m in manifests
        ],
    )


@release.command("show")
def show_release(name: Annotated[str, typer.Argument(help="Name or folder of a release.")]) -> None:
    """The manifest of a release, as JSON, after its files were checked."""
    from nb301.releases import find

    found = find(name)
    _print_json({"release_hash": found.release_hash, **found.manifest.model_dump(mode="json")})


@release.command("freeze")
def freeze_release(
    table: TableName,
    family: Annotated[str, typer.Argument(help="Model family, such as xgb.")],
    out: Annotated[Path, typer.Option(help="Where the release's folder is written.")] = Path(),
    random_only: Annotated[bool, typer.Option(help="Fit on random search's rows alone.")] = False,
    version: Annotated[str, typer.Option(help="<major>.<minor>")] = "1.0",
    replace: Annotated[bool, typer.Option(help="Overwrite a release of the same name.")] = False,
) -> None:
    """Fit a family on a table and freeze it with the hash of every file."""
    from nb301.releases import find
    from nb301.releases.freeze import freeze
    from nb301.tables import load

    with _progress() as bar:
        task = bar.add_task(f"fitting {family}", total=None)
        folder = freeze(
            load(table),
            family,
            out,
            random_only=random_only,
            version=version,
            replace=replace,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    metrics = find(folder).manifest.metrics
    typer.echo(f"wrote {folder}: R2 {metrics.r2:.4f}, sparse Kendall tau {metrics.sparse_kendall_tau:.4f}")


def main() -> None:
    """Run the command line."""
    try:
        app()
    except Nb301Error as error:
        typer.echo(f"error: {error}", err=True)
        sys.exit(1)


def _print_json(value: Any) -> None:
    typer.echo(json.dumps(value, indent=2))


def _print_table(title: str, columns: list[str], rows: list[list[str]]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table: Table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    for index, column in enumerate(columns):
        # names stay whole in a narrow terminal
        table.add_column(
            column, justify="left" if index in (0, len(columns) - 1) else "right", no_wrap=index == 0
        )
    for row in rows:
        table.add_row(*row)
    Console().print(table)


def _progress() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    return Progress(*columns, console=Console(stderr=True))
