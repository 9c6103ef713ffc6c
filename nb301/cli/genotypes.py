"""`nb301 query`, `sample` and `convert`: genotypes in and out."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nb301 import formats
from nb301.cli.output import AsJson, print_json, print_table
from nb301.space import Genotype
from nb301.space import sample as draw

if TYPE_CHECKING:
    from nb301.releases.familiarity import Familiarity
    from nb301.tables.schema import EvaluationTable

GenotypeText = Annotated[str, typer.Argument(help="A genotype in any notation of nb301.formats.")]
DEFAULT_RELEASE = "emulated-xgb-v1.0"


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


def query(
    genotype: GenotypeText,
    name: Annotated[
        str, typer.Option("--release", help="Name of a release, or a folder with a slash.")
    ] = DEFAULT_RELEASE,
    seed: Annotated[
        int | None, typer.Option(min=0, help="Training seed to emulate; without one, no noise.")
    ] = None,
    members: Annotated[bool, typer.Option("--members", help="Each member's prediction, too.")] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Warn of what the release was not fitted on; reads its table.")
    ] = False,
    table: Annotated[
        Path | None, typer.Option(help="With --check: the release's .parquet file, if not embedded.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Evaluate one architecture: accuracy with noise, runtime, parameters, multiply-adds."""
    from nb301.benchmark import load

    benchmark = load(name, table=_read_table(table) if table else None)
    found = benchmark.query(genotype, seed=seed)
    predicted = benchmark.members(genotype).tolist() if members else []
    familiarity = benchmark.familiarity(genotype) if check else None
    if as_json:
        entries = {**asdict(found), "truth": benchmark.release.manifest.truth}
        if members:
            entries["members"] = predicted
        if familiarity:
            entries["familiarity"] = _described(familiarity)
        print_json(entries)
        return
    noise = "no seed, no noise" if seed is None else f"with the noise of seed {seed}"
    print_table(
        f"{found.release} ({benchmark.release.manifest.truth})",
        ["", "value", ""],
        [
            ["mean", f"{found.mean:.2%}", "validation accuracy, mean of the members"],
            ["std", f"{found.std:.2%}", "between the members"],
            ["val_accuracy", f"{found.val_accuracy:.2%}", noise],
            ["runtime", f"{found.runtime:,.0f} s", "of one training"],
            ["parameters", f"{found.parameters:,}", "exact, with the auxiliary head"],
            ["multiply_adds", f"{found.multiply_adds:,}", "exact, one image at inference"],
            *([f"member {k}", f"{accuracy:.2%}", ""] for k, accuracy in enumerate(predicted)),
            *([_distance_row(familiarity)] if familiarity else []),
        ],
    )
    for warning in familiarity.warnings if familiarity else ():
        typer.echo(f"warning: {warning}")


def _read_table(path: Path) -> EvaluationTable:
    from nb301.tables.schema import read_table  # and with it pandas, which a query does without

    return read_table(path)


def _described(familiarity: Familiarity) -> dict[str, Any]:
    return {
        "is_familiar": familiarity.is_familiar,
        "distance": familiarity.distance,
        "limit": familiarity.limit,
        "nearest": str(familiarity.nearest),
        "warnings": [*familiarity.warnings],
    }


def _distance_row(familiarity: Familiarity) -> list[str]:
    edges = f"edges to the nearest fitted row; familiar up to {familiarity.limit}"
    return ["distance", f"{familiarity.distance} of 16", edges]


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


def convert(
    genotype: GenotypeText,
    to: Annotated[Notation, typer.Option(help="Notation to write.")] = Notation.TEXT,
    canonical: Annotated[bool, typer.Option(help="Rename nodes to the canonical form first.")] = False,
) -> None:
    """Read a genotype in any notation and write it in another."""
    found = formats.read(genotype)
    typer.echo(_WRITERS[to](found.canonical() if canonical else found))
