"""`nb301 collect`: optimizers run against a ground truth, into an evaluation table."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nb301.cli.output import progress
from nb301.cli.train import DataFolder, Preset
from nb301.cluster import cluster
from nb301.extras import require
from nb301.images.sets import SetName

if TYPE_CHECKING:
    from nb301.collection.base import Collection
    from nb301.tables.schema import EvaluationTable
    from nb301.truth.base import Truth


class TruthName(StrEnum):
    """What the optimizers are run against."""

    EMULATED = "emulated"
    TRAINING = "training"


def collect(
    out: Annotated[Path, typer.Option(help="The .parquet file to write.")],
    optimizer: Annotated[str | None, typer.Argument(help="Name of an optimizer, such as re.")] = None,
    everything: Annotated[
        bool,
        typer.Option("--all", help="All that an embedded table is made of, in place of one optimizer."),
    ] = False,
    evaluations: Annotated[int, typer.Option(min=1, help="Training runs of the optimizer.")] = 1000,
    seed: Annotated[int, typer.Option(min=0, help="Seeds the optimizer.")] = 0,
    workers: Annotated[int, typer.Option(min=1, help="Trainings that are open at once.")] = 1,
    truth: Annotated[
        TruthName, typer.Option(help="emulated, or training: really train.")
    ] = TruthName.EMULATED,
    data: Annotated[SetName, typer.Option(help="With --truth training: image set.")] = SetName.DIGITS,
    preset: Annotated[Preset, typer.Option(help="With --truth training: protocol.")] = Preset.TINY,
    data_folder: DataFolder = None,
    device: Annotated[str, typer.Option(help="With --truth training: cpu, or cuda.")] = "cpu",
    scheduler: Annotated[
        str | None, typer.Option(help="Address of a dask.distributed scheduler: train there, in real time.")
    ] = None,
    processes: Annotated[int, typer.Option(min=1, help="With --all: collections at once.")] = 2,
    journals: Annotated[
        Path | None, typer.Option(help="Folder of the journals that an interrupted run goes on from.")
    ] = None,
) -> None:
    """Collect training runs under a ground truth; run again to go on after an interruption.

    Without a scheduler the clock is simulated: under the emulated truth equal genotypes and seeds have
    equal results on every machine, to the last bit. --all rebuilds the embedded table; BANANAS, COMBO
    and TPE may propose other genotypes where matrix products differ in their last digits, and so may
    searches on a surrogate (finds), which XGBoost fits to all rows before. Real trainings of small images
    are done as many at once as there are workers.
    """
    _require_extra(truth)
    from nb301.collection.base import Collection
    from nb301.tables.schema import check_table_path, name_after, write_table

    _check_optimizer(optimizer, everything=everything)
    check_table_path(out)
    folder = journals or out.with_suffix(".journals")
    typer.echo(f"journals: {folder}", err=True)
    ground_truth = _truth(truth, data, preset, data_folder, device)
    if optimizer is None:
        table = _whole(ground_truth, folder, processes)
    else:
        collection = Collection(optimizer, evaluations, seed, workers=workers)
        table = _one(collection, ground_truth, folder, name_after(out), scheduler)
    write_table(table, out)
    typer.echo(f"wrote {len(table):,} rows to {out}, content {table.content_hash}")


def _check_optimizer(name: str | None, *, everything: bool) -> None:
    from nb301.optimizers import OPTIMIZERS
    from nb301.sources import KNOWING_ALL

    if everything == (name is not None):
        raise typer.BadParameter("give the name of an optimizer, or --all")
    if name in KNOWING_ALL:
        raise typer.BadParameter(f"{name} are searched on a surrogate of all other rows: give --all")
    if name is not None and name not in OPTIMIZERS:
        raise typer.BadParameter(f"no optimizer {name!r}; there are: {', '.join(OPTIMIZERS)}")


def _require_extra(truth: TruthName) -> None:
    if truth is TruthName.TRAINING:
        require("torch", "torch")
    else:
        require("pandas", "tables")


def _whole(truth: Truth, folder: Path, processes: int) -> EvaluationTable:
    from nb301.collection.collect import collect_table
    from nb301.collection.recipes import recipe_of
    from nb301.truth.base import EMULATED, described

    collections = recipe_of(described(truth))
    with progress() as bar:
        task = bar.add_task("training runs", total=sum(collection.evaluations for collection in collections))
        return collect_table(
            collections,
            folder,
            truth.name,
            # the emulated table is as old as its truth
            truth.version if truth.name == EMULATED else "1.0",
            truth=truth,
            processes=processes,
            progress=lambda ended: bar.update(task, completed=ended),
        )


def _truth(truth: TruthName, data: SetName, preset: Preset, folder: Path | None, device: str) -> Truth:
    from nb301.truth.emulated import EmulatedTruth
    from nb301.truth.trained import TrainingTruth

    if truth is TruthName.EMULATED:
        return EmulatedTruth()
    return TrainingTruth(data.value, preset.value, folder, device)


def _one(
    collection: Collection, truth: Truth, folder: Path, name: str, scheduler: str | None
) -> EvaluationTable:
    from nb301.collection.collect import collect as collect_one
    from nb301.collection.collect import to_table

    with progress() as bar, _executor(scheduler) as executor:
        task = bar.add_task(collection.optimizer, total=collection.evaluations)
        rows = collect_one(
            collection,
            folder,
            truth=truth,
            executor=executor,
            progress=lambda ended, _seconds: bar.update(task, completed=ended),
        )
    return to_table([rows], name, "1.0", truth)


@contextmanager
def _executor(scheduler: str | None) -> Iterator[Executor | None]:
    if scheduler is None:
        yield None
        return
    with cluster(scheduler) as executor:
        yield executor
