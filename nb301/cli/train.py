"""`nb301 train` and `nb301 verify`: from queries to real trainings, and back."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from nb301 import formats
from nb301.cli.genotypes import GenotypeText
from nb301.cli.output import AsJson, print_json, print_table, progress
from nb301.extras import require
from nb301.files import check_file
from nb301.images.sets import SetName

if TYPE_CHECKING:
    from nb301.images.loading import ImageData
    from nb301.space import Genotype
    from nb301.training.results import Training
    from nb301.truth.base import TrainingRuns, Truth
    from nb301.truth.trained import TrainingTruth


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
    architecture = formats.read(genotype)
    truth = TrainingTruth(data.value, preset.value, folder)
    images = load_for(truth.protocol, data.value, folder)
    training = _train_one(architecture, seed, images, truth, checkpoints, device)
    write_official(official(training, described(truth)), out)
    typer.echo(
        f"wrote {out}: {described(truth)}, validation accuracy {training.val_accuracy:.2%} "
        f"(epoch {training.best_epoch} of {truth.epochs}), test accuracy {training.test_accuracy:.2%}, "
        f"{training.runtime:,.1f} s, {training.parameters:,} parameters"
    )


def _train_one(
    genotype: Genotype,
    seed: int,
    images: ImageData,
    truth: TrainingTruth,
    checkpoints: Path | None,
    device: str,
) -> Training:
    """Train with a progress bar."""
    from nb301.training.trainer import train as train_one

    with progress() as bar:
        task = bar.add_task(truth.name, total=truth.epochs)

        def report(epochs: int, newest: Sequence[Any]) -> None:
            shown = f"{truth.name}, validation accuracy {newest[0].val_accuracy:.2%}"
            bar.update(task, completed=epochs, description=shown)

        return train_one(
            genotype, seed, images, truth.protocol, checkpoints=checkpoints, device=device, progress=report
        )


#: Its ground truth is asked in no time.
_VERIFIED = "emulated-xgb-v2.0"


def verify(
    genotype: GenotypeText,
    name: Annotated[
        str, typer.Option("--release", help="Name of a release, or a folder with a slash.")
    ] = _VERIFIED,
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
    predicted = benchmark.query(genotype)
    described = benchmark.release.manifest.truth
    truth = truth_named(described, folder)
    trained = _summary(_trained(truth, genotype, trainings))
    difference = predicted.mean - trained.mean
    if as_json:
        print_json(
            {
                "release": predicted.release,
                "truth": described,
                "predicted": {"mean": predicted.mean, "std": predicted.std, "runtime": predicted.runtime},
                "trained": trained._asdict(),
                "difference": difference,
            }
        )
        return
    by_release = _line(predicted.release, predicted.mean, predicted.interval(), predicted.runtime)
    by_truth = _line(truth.name, trained.mean, trained.interval, trained.runtime)
    print_table(
        f"ground truth: {described}",
        ["", "val_accuracy", "95 % interval", "runtime", ""],
        [
            [*by_release, "predicted; interval of one training"],
            [*by_truth, f"{trainings} trainings; interval of one training, from the spread between seeds"],
            ["difference", f"{100 * difference:+.2f} points", "", "", "predicted - trained"],
        ],
    )


class _Summary(NamedTuple):
    """What trainings of one architecture come to."""

    val_accuracy: list[float]
    mean: float
    #: Of the sample; none of one training.
    std: float | None
    runtime: float

    @property
    def interval(self) -> tuple[float, float] | None:
        """1.96 std to both sides, as if normal."""
        if self.std is None:
            return None
        return max(0.0, self.mean - 1.96 * self.std), min(1.0, self.mean + 1.96 * self.std)


def _summary(runs: TrainingRuns) -> _Summary:
    accuracies = runs.val_accuracy
    std = float(accuracies.std(ddof=1)) if len(runs) > 1 else None
    return _Summary(accuracies.tolist(), float(accuracies.mean()), std, float(runs.runtime.mean()))


def _line(name: str, mean: float, interval: tuple[float, float] | None, runtime: float) -> list[str]:
    ends = "" if interval is None else f"{interval[0]:.2%} - {interval[1]:.2%}"
    return [name, f"{mean:.2%}", ends, f"{runtime:,.1f} s"]


def _trained(truth: Truth, genotype: str, trainings: int) -> TrainingRuns:
    from nb301.truth.trained import TrainingTruth

    architecture = formats.read(genotype)
    if isinstance(truth, TrainingTruth):
        require("torch", "torch")
    return truth.evaluate_many([architecture] * trainings, range(1, trainings + 1))
