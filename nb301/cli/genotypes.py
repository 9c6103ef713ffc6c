"""`nb301 query`, `sample` and `convert`: genotypes in and out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nb301 import formats
from nb301.cli.inputs import GenotypeFile, GenotypeTexts, Input, read_all
from nb301.cli.output import print_csv, print_json, print_table
from nb301.space import sample as draw

if TYPE_CHECKING:
    from nb301.benchmark import Benchmark
    from nb301.releases.familiarity import Familiarity
    from nb301.tables.schema import EvaluationTable

GenotypeText = Annotated[str, typer.Argument(help="A genotype in any notation of nb301.formats.")]
_RELEASE = "cifar10-gin-rand-v1.0"
#: Genotypes that are queried at a time.
_BATCH = 10_000


#: What `sample` and `convert` write.
_NOTATIONS = {notation.name: notation for notation in formats.TEXT_NOTATIONS}
NotationName = StrEnum("NotationName", [*_NOTATIONS])  # type: ignore[misc]
_To = Annotated[NotationName, typer.Option(help="Notation to write.")]
_TEXT = NotationName("text")


def query(
    genotypes: GenotypeTexts = None,
    file: GenotypeFile = None,
    name: Annotated[
        str, typer.Option("--release", help="Name of a release, or a folder with a slash.")
    ] = _RELEASE,
    seed: Annotated[
        int | None,
        typer.Option(min=0, max=2**64 - 1, help="Training seed to emulate; without one, no noise."),
    ] = None,
    epochs: Annotated[
        int | None,
        typer.Option(
            min=1, help="After so many epochs; without it, a whole training. Emulated releases only."
        ),
    ] = None,
    members: Annotated[bool, typer.Option("--members", help="Each member's prediction, too.")] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Warn of what the release was not fitted on; reads its table.")
    ] = False,
    table: Annotated[
        Path | None,
        typer.Option(help="With --check: the release's .parquet file, if it is not here."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON instead of a table: an object, or a list of several.")
    ] = False,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="Print CSV instead of a table, a row for each.")
    ] = False,
) -> None:
    """Evaluate architectures: accuracy with noise, runtime, parameters, multiply-adds."""
    from nb301.benchmark import load

    if as_json and as_csv:
        raise typer.BadParameter("give --json or --csv, not both")
    benchmark = load(name, table=_read_table(table) if table else None)
    inputs = read_all(genotypes, file, benchmark.read)
    rows = [*_rows(benchmark, inputs, seed, epochs, members=members, check=check)]
    if as_csv:
        print_csv(map(_flat, rows))
    elif as_json:
        print_json(_without_genotype(rows[0]) if len(rows) == 1 else rows)
    elif len(rows) == 1:
        _print_one(benchmark, rows[0], seed, epochs)
    else:
        _print_many(benchmark, inputs, rows)


def _read_table(path: Path) -> EvaluationTable:
    from nb301.tables.schema import read_table  # and with it pandas, which queries do without

    return read_table(path)


def _rows(
    benchmark: Benchmark,
    inputs: Sequence[Input],
    seed: int | None,
    epochs: int | None,
    *,
    members: bool,
    check: bool,
) -> Iterator[dict[str, Any]]:
    """What each genotype gets, in batches."""
    for start in range(0, len(inputs), _BATCH):
        batch = [entered.genotype for entered in inputs[start : start + _BATCH]]
        predicted = benchmark.members(batch).T.tolist() if members else []
        familiarities = benchmark.familiarity(batch) if check else []
        for index, evaluation in enumerate(benchmark.query(batch, seed=seed, epochs=epochs)):
            row = {"genotype": str(batch[index]), **asdict(evaluation)}
            row["truth"] = benchmark.release.manifest.truth
            if epochs is not None:
                row["epochs"] = epochs
            if members:
                row["members"] = predicted[index]
            if check:
                row["familiarity"] = _described(familiarities[index])
            yield row


def _without_genotype(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "genotype"}


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of one value a column."""
    flat: dict[str, Any] = {}
    for name, value in row.items():
        if name == "members":
            for number, accuracy in enumerate(value):
                flat[f"member_{number}"] = accuracy
        elif name == "familiarity":
            flat |= {**value, "warnings": " ".join(value["warnings"])}
        else:
            flat[name] = value
    return flat


def _print_one(benchmark: Benchmark, row: Mapping[str, Any], seed: int | None, epochs: int | None) -> None:
    noise = "no seed, no noise" if seed is None else f"with the noise of seed {seed}"
    noise_from = "between trainings of the architecture"
    if benchmark.release.manifest.noise is None:
        noise_from = "of draws, that of the members in this release"
    network = benchmark.network
    counted = f"{network.channels} channels, {network.layers} cells"
    image = f"{network.image_size}x{network.image_size} pixels"
    head = ", with the auxiliary head" if network.auxiliary else ""
    lines = [
        ["mean", f"{row['mean']:.2%}", "validation accuracy, mean of the members"],
        ["std", f"{row['std']:.2%}", "between the members"],
        ["noise_std", f"{row['noise_std']:.2%}", noise_from],
        ["val_accuracy", f"{row['val_accuracy']:.2%}", noise],
        ["runtime", f"{row['runtime']:,.0f} s", f"of {epochs} epochs" if epochs else "of one training"],
        ["parameters", f"{row['parameters']:,}", f"exact, {counted}{head}"],
        ["multiply_adds", f"{row['multiply_adds']:,}", f"exact, one image of {image} at inference"],
    ]
    for number, accuracy in enumerate(row.get("members", ())):
        lines.append([f"member {number}", f"{accuracy:.2%}", ""])
    familiarity = row.get("familiarity")
    if familiarity:
        lines.append(_distance_row(familiarity))
    print_table(f"{row['release']} ({row['truth']})", ["", "value", ""], lines)
    for warning in familiarity["warnings"] if familiarity else ():
        typer.echo(f"warning: {warning}")


def _print_many(benchmark: Benchmark, inputs: Sequence[Input], rows: Sequence[Mapping[str, Any]]) -> None:
    lines = []
    for entered, row in zip(inputs, rows, strict=True):
        line = [entered.place.rpartition(", ")[2]]
        line += [f"{row['mean']:.2%}", f"{row['std']:.2%}", f"{row['val_accuracy']:.2%}"]
        line += [f"{row['runtime']:,.0f} s", f"{row['parameters']:,}", f"{row['multiply_adds']:,}"]
        lines.append(line)
    print_table(
        f"{benchmark.release.name} ({benchmark.release.manifest.truth})",
        ["", "mean", "std", "val_accuracy", "runtime", "parameters", "multiply_adds"],
        lines,
    )
    for entered, row in zip(inputs, rows, strict=True):
        for warning in row["familiarity"]["warnings"] if "familiarity" in row else ():
            typer.echo(f"warning: {entered.place}: {warning}")


def _described(familiarity: Familiarity) -> dict[str, Any]:
    return {
        "is_familiar": familiarity.is_familiar,
        "distance": familiarity.distance,
        "limit": familiarity.limit,
        "nearest": None if familiarity.nearest is None else str(familiarity.nearest),
        "warnings": [*familiarity.warnings],
    }


def _distance_row(familiarity: Mapping[str, Any]) -> list[str]:
    if familiarity["distance"] is None:
        return ["distance", "unknown", "edges to the nearest fitted row, which is not here"]
    edges = f"edges to the nearest fitted row; familiar up to {familiarity['limit']}"
    return ["distance", f"{familiarity['distance']} of 16", edges]


def sample(
    n: Annotated[int, typer.Option("-n", min=1, help="How many genotypes.")] = 1,
    seed: Annotated[int, typer.Option(min=0, help="Seeds the generator.")] = 0,
    to: _To = _TEXT,
) -> None:
    """Draw genotypes uniformly from the space, one a line."""
    import numpy as np

    rng = np.random.default_rng(seed)
    for _ in range(n):  # one by one, so that a smaller n gives the first lines of a larger one
        typer.echo(_NOTATIONS[to].line(draw(rng)))


def convert(
    genotypes: GenotypeTexts = None,
    file: GenotypeFile = None,
    to: _To = _TEXT,
    canonical: Annotated[bool, typer.Option(help="Rename nodes to the canonical form first.")] = False,
) -> None:
    """Read genotypes in any notation and write them in another, one a line."""
    for _, genotype in read_all(genotypes, file, formats.read):
        typer.echo(_NOTATIONS[to].line(genotype.canonical() if canonical else genotype))
