"""`nb301 train` and `nb301 verify`: from queries to real trainings, and back."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nb301 import formats
from nb301.cli.genotypes import DEFAULT_RELEASE, GenotypeText
from nb301.cli.output import AsJson, print_json, print_table, progress
from nb301.extras import require
from nb301.files import check_file
from nb301.images.sets import SetName

if TYPE_CHECKING:
    from nb301.truth.base import TrainingRuns, Truth


class Preset(StrEnum):
    """Protocols; `training.protocol.PRESETS`."""

    PAPER = "paper"
    SMALL = "small"
    TINY = "tiny"


DataFolder = Annotated[
    Path | None,
    typer.Option("--folder", help="Folder of the image set's files: cifar-10-binary.tar.gz, or IDX files."),
]


def train(
    genotype: GenotypeText,
    out: Annotated[Path, typer.Option(help="The .json file to write, in the official format.")],
    data: Annotated[SetName, typer.Option(help="Image set.")] = SetName.DIGITS,
    preset: Annotated[Preset, typer.Option(help="paper: Appendix C.6, takes hours.")] = Preset.TINY,
    seed: Annotated[int, typer.Option(min=0, max=2**63 - 1, help="Of every random draw.")] = 1,
    folder: DataFolder = None,
    checkpoints: Annotated[
        Path | None, typer.Option(help="Folder of the checkpoint that an interrupted training goes on from.")
    ] = None,
    device: Annotated[str, typer.Option(help="cpu, or cuda (with AMP; channels last on both).")] = "cpu",
) -> None:
    """Train one architecture.

    Saved as OPTIMIZER/results_N.json, `nb301 tables import` makes a row of a table of it.
    """
    require("torch", "torch")
    from nb301.tables.official import write_official
    from nb301.training.data import load_for
    from nb301.training.results import official
    from nb301.truth.base import described
    from nb301.truth.trained import TrainingTruth

    check_file(out)
    from nb301.training.trainer import train as train_one

    architecture = formats.read(genotype)
    truth = TrainingTruth(data.value, preset.value, folder)
    images = load_for(truth.protocol, data.value, folder)
    with progress() as bar:
        task = bar.add_task(truth.name, total=truth.epochs)

        def report(epochs: int, newest: Sequence[Any]) -> None:
            shown = f"{truth.name}, validation accuracy {newest[0].val_accuracy:.2%}"
            bar.update(task, completed=epochs, description=shown)

        training = train_one(
            architecture,
            seed,
            images,
            truth.protocol,
            checkpoints=checkpoints,
            device=device,
            progress=report,
        )
    write_official(official(training, described(truth)), out)
    typer.echo(
        f"wrote {out}: {described(truth)}, validation accuracy {training.val_accuracy:.2%} "
        f"(epoch {training.best_epoch} of {truth.epochs}), test accuracy {training.test_accuracy:.2%}, "
        f"{training.runtime:,.1f} s, {training.parameters:,} parameters"
    )


def verify(
    genotype: GenotypeText,
    name: Annotated[
        str, typer.Option("--release", help="Name of a release, or a folder with a slash.")
    ] = DEFAULT_RELEASE,
    trainings: Annotated[int, typer.Option(min=1, help="Trainings, with the seeds 1, 2, ...")] = 5,
    folder: DataFolder = None,
    as_json: AsJson = False,
) -> None:
    """Query a release, train, and show both.

    Trains under the ground truth that the release was fitted on, as no other can be held against it: for
    an emulated release that is the emulated truth, which takes no time; a real one really trains.
    """
    from nb301.benchmark import load
    from nb301.truth.trained import truth_named

    benchmark = load(name)
    found = benchmark.query(genotype)
    truth = truth_named(benchmark.release.manifest.truth, folder)
    runs = _trained(truth, genotype, trainings)
    accuracies = runs.val_accuracy
    spread = float(accuracies.std(ddof=1)) if trainings > 1 else None
    mean, runtime = float(accuracies.mean()), float(runs.runtime.mean())
    if as_json:
        predicted = {"mean": found.mean, "std": found.std, "runtime": found.runtime}
        trained = {"val_accuracy": accuracies.tolist(), "mean": mean, "std": spread, "runtime": runtime}
        print_json(
            {
                "release": found.release,
                "truth": benchmark.release.manifest.truth,
                "predicted": predicted,
                "trained": trained,
                "difference": found.mean - mean,
            }
        )
        return
    print_table(
        f"ground truth: {benchmark.release.manifest.truth}",
        ["", "val_accuracy", "95 % interval", "runtime", ""],
        [
            [
                found.release,
                f"{found.mean:.2%}",
                _interval(found.mean, found.std),
                f"{found.runtime:,.1f} s",
                "predicted; interval of one training, from the spread between members",
            ],
            [
                truth.name,
                f"{mean:.2%}",
                _interval(mean, spread),
                f"{runtime:,.1f} s",
                f"{trainings} trainings; interval of one training, from the spread between seeds",
            ],
            ["difference", f"{100 * (found.mean - mean):+.2f} points", "", "", "predicted - trained"],
        ],
    )


def _trained(truth: Truth, genotype: str, trainings: int) -> TrainingRuns:
    from nb301.truth.trained import TrainingTruth

    architecture = formats.read(genotype)
    if isinstance(truth, TrainingTruth):
        require("torch", "torch")
    return truth.evaluate_many([architecture] * trainings, range(1, trainings + 1))


def _interval(mean: float, std: float | None) -> str:
    """1.96 std to both sides, as if normal."""
    return "" if std is None else f"{max(0.0, mean - 1.96 * std):.2%} - {min(1.0, mean + 1.96 * std):.2%}"
