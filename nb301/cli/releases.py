"""`nb301 release`: the embedded releases, and new ones."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nb301.cli.output import AsJson, print_json, print_table, progress
from nb301.cli.tables import TableName

app = typer.Typer(help="Releases: frozen, hashed, versioned surrogates.", no_args_is_help=True)


@app.command("list")
def list_releases(as_json: AsJson = False) -> None:
    """The embedded releases."""
    from nb301.releases import find, names

    manifests = [find(name).manifest for name in names()]
    if as_json:
        print_json([{"name": m.name, "release_hash": m.release_hash, "truth": m.truth} for m in manifests])
        return
    print_table(
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


@app.command("show")
def show_release(name: Annotated[str, typer.Argument(help="Name or folder of a release.")]) -> None:
    """The manifest of a release, as JSON, after its files were checked."""
    from nb301.releases import find

    found = find(name)
    print_json({"release_hash": found.release_hash, **found.manifest.model_dump(mode="json")})


@app.command("freeze")
def freeze_release(
    table: TableName,
    family: Annotated[str, typer.Argument(help="Model family, such as xgb.")],
    out: Annotated[Path, typer.Option(help="Where the release's folder is written.")] = Path(),
    random_only: Annotated[bool, typer.Option(help="Fit on random search's rows alone.")] = False,
    version: Annotated[str, typer.Option(help="<major>.<minor>")] = "1.0",
    replace: Annotated[bool, typer.Option(help="Overwrite a release of the same name.")] = False,
    hyperparameters: Annotated[
        Path | None, typer.Option(help="A tuning.json of `nb301 tune`; default: the family's own.")
    ] = None,
    checkpoints: Annotated[
        Path | None, typer.Option(help="Folder of fitted members that an interrupted run goes on from.")
    ] = None,
    processes: Annotated[int, typer.Option(min=1, help="Members that are fitted at once.")] = 1,
) -> None:
    """Fit a family on a table and freeze it with the hash of every file."""
    from nb301.releases import find
    from nb301.releases.freeze import SEED, freeze
    from nb301.surrogates.tuning import tuned_hyperparameters
    from nb301.tables import load

    rows = load(table)
    tuned = tuned_hyperparameters(hyperparameters, rows, family, SEED) if hyperparameters else None
    with progress() as bar:
        task = bar.add_task(f"fitting {family}", total=None)
        folder = freeze(
            rows,
            family,
            out,
            random_only=random_only,
            version=version,
            replace=replace,
            hyperparameters=tuned,
            checkpoints=checkpoints,
            processes=processes,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    metrics = find(folder).manifest.metrics
    typer.echo(f"wrote {folder}: R2 {metrics.r2:.4f}, sparse Kendall tau {metrics.sparse_kendall_tau:.4f}")
