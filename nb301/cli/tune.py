"""`nb301 tune`: hyperparameters of a family, searched on a table's validation rows."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nb301.cli.output import progress
from nb301.cli.tables import DEFAULT_TABLE
from nb301.extras import require
from nb301.parsing import parse_toml

if TYPE_CHECKING:
    from nb301.surrogates.tuning.result import Tuning


_Settings = Annotated[
    list[str] | None,
    typer.Option("--set", help="NAME=VALUE in place of the family's own hyperparameter; may be repeated."),
]
_Keep = Annotated[list[str] | None, typer.Option(help="Name that is not searched; may be repeated.")]


def tune(
    family: Annotated[str, typer.Argument(help="Model family, such as xgb.")],
    out: Annotated[Path, typer.Option(help="Folder of the study, which a further run goes on with.")],
    table: Annotated[
        str, typer.Option(help="Name of an embedded table, or a .parquet file.")
    ] = DEFAULT_TABLE,
    trials: Annotated[int, typer.Option(min=1, help="Trials in all, with those of earlier runs.")] = 50,
    seed: Annotated[
        int, typer.Option(min=0, help="Of the split and the study; 301 is that of `release freeze`.")
    ] = 301,
    settings: _Settings = None,
    keep: _Keep = None,
) -> None:
    """Search a family's hyperparameters on the validation rows; run again to go on.

    The paper used BOHB; here TPE proposes and Hyperband ends bad trials early.
    """
    require("optuna", "validation")
    from nb301.surrogates.tuning.result import FILE
    from nb301.surrogates.tuning.study import tune as search
    from nb301.tables import load

    with progress() as bar:
        task = bar.add_task(f"tuning {family}", total=trials)

        def report(ended: int, _total: int, error: float) -> None:
            best = f", best validation RMSE {math.sqrt(error):.3%}" if math.isfinite(error) else ""
            bar.update(task, completed=ended, description=f"tuning {family}{best}")

        study = search(
            load(table),
            family,
            out,
            trials=trials,
            seed=seed,
            hyperparameters=_settings(settings or []),
            keep=keep or (),
            progress=report,
        )
        bar.update(task, completed=trials)
    _print_study(study, out / FILE)
    typer.echo(f"next: nb301 release freeze {table} {family} --hyperparameters {out / FILE}")


def _print_study(study: Tuning, path: Path) -> None:
    best = study.best
    for name, value in study.hyperparameters.items():
        typer.echo(f"{name} = {value:.4g}" if isinstance(value, float) else f"{name} = {value}")
    pruned = sum(trial.state == "pruned" for trial in study.trials)
    typer.echo(
        f"wrote {path}: trial {best.number} of {len(study.trials)} ({pruned} pruned), "
        f"validation R2 {_score(best.r2)}, sparse Kendall tau {_score(best.sparse_kendall_tau)}"
    )


def _settings(texts: list[str]) -> dict[str, float | int | str | bool]:
    """What `NAME=VALUE` says, values as in TOML."""
    settings: dict[str, float | int | str | bool] = {}
    for text in texts:
        try:
            settings |= parse_toml(text)
        except ValueError:
            raise typer.BadParameter(f"--set {text!r}: expected NAME=VALUE, such as op_counts=true") from None
    return settings


def _score(value: float | None) -> str:
    return "none" if value is None else f"{value:.4f}"
