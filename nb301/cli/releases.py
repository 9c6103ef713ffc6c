"""`nb301 release`: the embedded releases, and new ones."""

from __future__ import annotations

import math
from dataclasses import asdict
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nb301.cli.output import AsJson, print_json, print_table, progress
from nb301.cli.tables import TableName
from nb301.errors import ReleaseError, shown
from nb301.extras import require

if TYPE_CHECKING:
    from nb301.releases.diff import Agreement, ReleaseDiff
    from nb301.releases.manifest import Manifest
    from nb301.releases.scores import FreshRows, Scores

ReleaseName = Annotated[str, typer.Argument(help="Name of a release, or a folder with a slash.")]
_Checkpoints = Annotated[
    Path | None, typer.Option(help="Folder of fitted members that an interrupted run goes on from.")
]
app = typer.Typer(help="Releases: frozen, hashed, versioned surrogates.", no_args_is_help=True)


@app.command("list")
def list_releases(as_json: AsJson = False) -> None:
    """The embedded releases, and this user's; those on real CIFAR-10 trainings first."""
    from nb301.releases import find, names, user_names, user_releases
    from nb301.truth.base import first_real, rests_on

    manifests = []
    for name in dict.fromkeys([*names(), *user_names()]):
        try:
            manifests.append(find(name).manifest)
        except ReleaseError as error:
            typer.echo(f"passed over {name}: {error}", err=True)
    manifests.sort(key=lambda manifest: first_real(manifest.truth))
    if as_json:
        print_json([_identity(manifest) for manifest in manifests])
        return
    groups: dict[str, list[list[str]]] = {}
    for manifest in manifests:
        groups.setdefault(rests_on(manifest.truth), []).append(_listed(manifest))
    for ground, rows in groups.items():
        print_table(f"on {ground}", ["name", "rows of", "R2", "sKT", "hash"], rows)
    typer.echo(f"embedded, and yours in {user_releases()}")


def _identity(manifest: Manifest) -> dict[str, str]:
    return {"name": manifest.name, "release_hash": manifest.release_hash, "truth": manifest.truth}


def _listed(manifest: Manifest) -> list[str]:
    measured = ["imported", "imported"]
    if manifest.metrics is not None:
        measured = [f"{manifest.metrics.r2:.3f}", f"{manifest.metrics.sparse_kendall_tau:.3f}"]
    rows = "random search" if manifest.random_only else "all optimizers"
    return [manifest.name, rows, *measured, manifest.release_hash[:12]]


@app.command("show")
def show_release(name: ReleaseName) -> None:
    """The manifest of a release, as JSON, after its files were checked."""
    from nb301.releases import find

    release = find(name)
    print_json({"release_hash": release.release_hash, **release.manifest.model_dump(mode="json")})


_RuntimeTable = Annotated[
    str | None,
    typer.Option(help="Table that runtimes are fitted to, as a name or a .parquet file. Default: TABLE."),
]
_Out = Annotated[
    Path | None, typer.Option(help="Where the release's folder is written. Default: yours, scored by name.")
]
_Credit = Annotated[str, typer.Option(help="Whom to thank for the data; kept in the manifest.")]
_Tuned = Annotated[
    Path | None, typer.Option(help="A tuning.json of `nb301 tune`; default: the family's own.")
]


@app.command("freeze")
def freeze_release(
    table: TableName,
    family: Annotated[str, typer.Argument(help="Model family, such as xgb.")],
    out: _Out = None,
    random_only: Annotated[bool, typer.Option(help="Fit on random search's rows alone.")] = False,
    version: Annotated[str | None, typer.Option(help="<major>.<minor>; by default the table's.")] = None,
    replace: Annotated[bool, typer.Option(help="Overwrite a release of the same name.")] = False,
    hyperparameters: _Tuned = None,
    runtime_table: _RuntimeTable = None,
    credit: _Credit = "",
    checkpoints: _Checkpoints = None,
    processes: Annotated[int, typer.Option(min=1, help="Members that are fitted at once.")] = 1,
) -> None:
    """Fit a family on a table and freeze it with the hash of every file."""
    require("lightgbm", "fit")
    from nb301.releases import user_releases
    from nb301.releases.freeze import SEED, freeze
    from nb301.surrogates.tuning.result import tuned_hyperparameters
    from nb301.tables import load

    rows, runtimes = load(table), None if runtime_table is None else load(runtime_table)
    tuned = tuned_hyperparameters(hyperparameters, rows, family, SEED) if hyperparameters else None
    with progress() as bar:
        task = bar.add_task(f"fitting {family}", total=None)
        folder = freeze(
            rows,
            family,
            user_releases() if out is None else out,
            random_only=random_only,
            version=version,
            replace=replace,
            hyperparameters=tuned,
            runtime_table=runtimes,
            credit=credit,
            checkpoints=checkpoints,
            processes=processes,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    _print_frozen(folder, by_name=out is None)


def _print_frozen(folder: Path, *, by_name: bool) -> None:
    from nb301.releases import find

    release = find(folder)
    metrics = release.manifest.measured
    typer.echo(f"wrote {folder}: R2 {metrics.r2:.4f}, sparse Kendall tau {metrics.sparse_kendall_tau:.4f}")
    typer.echo(f"next: nb301 query GENOTYPE --release {release.name if by_name else f'{folder}/'}")


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


@app.command("test")
def score_release(name: ReleaseName, table: TableName, as_json: AsJson = False) -> None:
    """Hold a release against trainings of architectures that it was not fitted to: those in another table."""
    import nb301
    from nb301.releases.scores import fresh_rows, scores
    from nb301.tables import load

    benchmark = nb301.load(name)
    fresh = fresh_rows(benchmark.release.manifest, load(table))
    for warning in fresh.warnings:
        typer.echo(f"warning: {warning}", err=True)
    trained = fresh.table.rows["val_accuracy"].to_numpy()
    scored = scores(trained, benchmark.query(fresh.table.genotypes))
    if as_json:
        release = benchmark.release
        print_json(
            {
                "release": release.name,
                "release_hash": release.release_hash,
                "truth": release.manifest.truth,
                "table": fresh.table.full_name,
                "table_truth": fresh.table.truth,
                "left_out": fresh.left_out,
                "warnings": fresh.warnings,
                **asdict(scored),
            }
        )
        return
    _print_scores(benchmark.release.name, fresh, scored)


def _print_scores(release: str, fresh: FreshRows, scored: Scores) -> None:
    left_out = "not known" if fresh.left_out is None else f"{fresh.left_out:,}"
    lines = [
        ["rows", f"{scored.n:,}"],
        ["left out: architectures that the release's table has", left_out],
        ["R2", _correlation(scored.r2)],
        ["sparse Kendall tau", _correlation(scored.sparse_kendall_tau)],
        ["Spearman", _correlation(scored.spearman)],
        ["mean error, predicted minus trained", f"{100 * scored.mean_error:+.3f} points"],
        ["mean absolute error", f"{100 * scored.mean_absolute_error:.3f} points"],
    ]
    for share, inside in scored.coverage.items():
        lines.append([f"trainings inside of {share:.0%} intervals", f"{inside:.1%}"])
    table = f"{fresh.table.full_name} ({fresh.table.truth})"
    print_table(f"{release} on trainings of {table}", ["", "scored"], lines)


@app.command("diff")
def diff_releases(a: ReleaseName, b: ReleaseName, as_json: AsJson = False) -> None:
    """What changes from release A to release B: predictions on fixed probes, and manifests."""
    from nb301.releases import find
    from nb301.releases.diff import diff

    difference = diff(find(a), find(b))
    if as_json:
        print_json({**asdict(difference), "largest": [probe._asdict() for probe in difference.largest]})
        return
    typer.echo(f"A: {difference.a}, which rests on {difference.truth_a}")
    typer.echo(f"B: {difference.b}, which rests on {difference.truth_b}")
    if difference.identical:
        typer.echo("identical: both have the same hash")
        return
    _print_predictions(difference)
    print_table(
        "manifests",
        ["entry", "A", "B"],
        [[name, *map(_text, values)] for name, values in difference.manifest.items()],
    )


def _print_predictions(difference: ReleaseDiff) -> None:
    columns = [_column(agreement) for agreement in difference.agreement.values()]
    print_table(
        "predictions, of validation accuracy where not said otherwise",
        ["", *difference.agreement],
        [[statistic, *map(itemgetter(statistic), columns)] for statistic in columns[0]],
    )
    typer.echo("largest differences, A and B:")
    for probe in difference.largest:
        typer.echo(f"  {probe.a:.2%}  {probe.b:.2%}  {probe.genotype}")


def _column(agreement: Agreement) -> dict[str, str]:
    return {
        "probes": f"{agreement.n:,}",
        "mean |B - A|": f"{agreement.mean_difference:.3%}",
        "median |B - A|": f"{agreement.median_difference:.3%}",
        "largest |B - A|": f"{agreement.largest_difference:.3%}",
        "mean B - A": f"{agreement.bias:+.3%}",
        "Kendall tau": _correlation(agreement.kendall_tau),
        "Spearman": _correlation(agreement.spearman),
        "mean std of A": f"{agreement.mean_std_a:.3%}",
        "mean std of B": f"{agreement.mean_std_b:.3%}",
        "runtime, mean |B - A|": f"{agreement.runtime_difference:,.1f} s",
        "runtime, mean B - A": f"{agreement.runtime_bias:+,.1f} s",
    }


def _correlation(value: float | None) -> str:
    return "none" if value is None or math.isnan(value) else f"{value:.3f}"


def _text(value: Any) -> str:
    """A value of a manifest; of a long one its beginning."""
    if isinstance(value, list):
        return shown(value, 120)
    return f"{value:.6g}" if isinstance(value, float) else str(value)
