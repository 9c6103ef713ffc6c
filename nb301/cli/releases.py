"""`nb301 release`: the embedded releases, and new ones."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nb301.cli.output import AsJson, print_json, print_table, progress
from nb301.cli.tables import TableName
from nb301.extras import require

if TYPE_CHECKING:
    from nb301.releases.diff import Agreement, ReleaseDiff

ReleaseName = Annotated[str, typer.Argument(help="Name of a release, or a folder with a slash.")]
app = typer.Typer(help="Releases: frozen, hashed, versioned surrogates.", no_args_is_help=True)


@app.command("list")
def list_releases(as_json: AsJson = False) -> None:
    """The embedded releases, and this user's."""
    from nb301.releases import find, names, user_folder, user_names

    manifests = [find(name).manifest for name in dict.fromkeys([*names(), *user_names()])]
    if as_json:
        print_json([{"name": m.name, "release_hash": m.release_hash, "truth": m.truth} for m in manifests])
        return
    print_table(
        f"embedded releases, and yours in {user_folder()}",
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
def show_release(name: ReleaseName) -> None:
    """The manifest of a release, as JSON, after its files were checked."""
    from nb301.releases import find

    found = find(name)
    print_json({"release_hash": found.release_hash, **found.manifest.model_dump(mode="json")})


@app.command("freeze")
def freeze_release(
    table: TableName,
    family: Annotated[str, typer.Argument(help="Model family, such as xgb.")],
    out: Annotated[
        Path | None,
        typer.Option(help="Where the release's folder is written. Default: yours, found by name."),
    ] = None,
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
    require("lightgbm", "fit")
    from nb301.releases import find, user_folder
    from nb301.releases.freeze import SEED, freeze
    from nb301.surrogates.tuning.result import tuned_hyperparameters
    from nb301.tables import load

    rows = load(table)
    tuned = tuned_hyperparameters(hyperparameters, rows, family, SEED) if hyperparameters else None
    with progress() as bar:
        task = bar.add_task(f"fitting {family}", total=None)
        folder = freeze(
            rows,
            family,
            user_folder() if out is None else out,
            random_only=random_only,
            version=version,
            replace=replace,
            hyperparameters=tuned,
            checkpoints=checkpoints,
            processes=processes,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    frozen = find(folder)
    metrics, name = frozen.manifest.metrics, frozen.name if out is None else f"{folder}/"
    typer.echo(f"wrote {folder}: R2 {metrics.r2:.4f}, sparse Kendall tau {metrics.sparse_kendall_tau:.4f}")
    typer.echo(f"next: nb301 query GENOTYPE --release {name}")


@app.command("publish")
def publish_release(
    name: ReleaseName,
    report: Annotated[Path, typer.Option(help="JSON report of `tox run -e validate`.")] = Path(
        "build/validation.json"
    ),
    out: Annotated[Path, typer.Option(help="Where the archive is written.")] = Path("dist"),
) -> None:
    """Pack a release into an archive, if a report says that every gate holds for exactly its bytes."""
    from nb301.releases import find
    from nb301.releases.publish import publish

    archive = publish(find(name), report, out)
    typer.echo(f"wrote {archive} and its SHA-256")


@app.command("diff")
def diff_releases(a: ReleaseName, b: ReleaseName, as_json: AsJson = False) -> None:
    """What changes from release A to release B: predictions on fixed probes, and manifests."""
    from nb301.releases import find
    from nb301.releases.diff import diff

    found = diff(find(a), find(b))
    if as_json:
        print_json({**asdict(found), "largest": [probe._asdict() for probe in found.largest]})
        return
    typer.echo(f"A: {found.a}, which rests on {found.truth_a}")
    typer.echo(f"B: {found.b}, which rests on {found.truth_b}")
    if found.identical:
        typer.echo("identical: both have the same hash")
        return
    _print_predictions(found)
    print_table(
        "manifests",
        ["entry", "A", "B"],
        [[name, *map(_text, values)] for name, values in found.manifest.items()],
    )


def _print_predictions(found: ReleaseDiff) -> None:
    columns = {kind: _cells(agreement) for kind, agreement in found.agreement.items()}
    statistics = next(iter(columns.values()))
    print_table(
        "predictions, of validation accuracy where not said otherwise",
        ["", *columns],
        [[name, *(cells[name] for cells in columns.values())] for name in statistics],
    )
    typer.echo("largest differences, A and B:")
    for probe in found.largest:
        typer.echo(f"  {probe.a:.2%}  {probe.b:.2%}  {probe.genotype}")


def _cells(found: Agreement) -> dict[str, str]:
    tau, rho = ("none" if rank is None else f"{rank:.3f}" for rank in (found.kendall_tau, found.spearman))
    return {
        "probes": f"{found.n:,}",
        "mean |B - A|": f"{found.mean_difference:.3%}",
        "median |B - A|": f"{found.median_difference:.3%}",
        "largest |B - A|": f"{found.largest_difference:.3%}",
        "mean B - A": f"{found.bias:+.3%}",
        "Kendall tau": tau,
        "Spearman": rho,
        "mean std of A": f"{found.mean_std_a:.3%}",
        "mean std of B": f"{found.mean_std_b:.3%}",
        "runtime, mean |B - A|": f"{found.runtime_difference:,.1f} s",
        "runtime, mean B - A": f"{found.runtime_bias:+,.1f} s",
    }


def _text(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)
