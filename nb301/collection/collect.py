"""Collection: optimizers run against a ground truth; every training run becomes a row of a table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures import wait as wait_for
from dataclasses import asdict, replace
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nb301.collection.base import EVERYTHING, Collection, Earlier
from nb301.collection.journal import CollectionJournal, JournaledWorkers, result_of
from nb301.collection.probes import Listed
from nb301.collection.workers import ExecutorWorkers, StackedWorkers
from nb301.cost import cost_many
from nb301.extras import require
from nb301.optimizers import OPTIMIZERS, Budget, Optimizer
from nb301.optimizers.run import drive
from nb301.optimizers.workers import SimulatedWorkers, Workers
from nb301.sources import SOURCES, SourceKind, sources_of
from nb301.space import Genotype, to_codes
from nb301.tables.curves import Steps, packed, steps_of
from nb301.tables.schema import EvaluationTable
from nb301.threads import one_blas_thread
from nb301.truth.base import TellsCurves, TrainingRuns, Truth, described
from nb301.truth.emulated import EmulatedTruth
from nb301.truth.trained import TrainingTruth

_EMULATED = EmulatedTruth()
#: Column of learning curves, where trainings told them.
_CURVE = "curve"
#: Learning curves that are asked for at once.
_CHUNK = 4000


def collect(
    collection: Collection,
    folder: Path,
    earlier: Earlier | None = None,
    *,
    truth: Truth = _EMULATED,
    executor: Executor | None = None,
    progress: Callable[[int, float], None] | None = None,
) -> pd.DataFrame:
    """Run one collection on a ground truth, or go on with it.

    Args:
        collection: What to run.
        folder: Holds its journal, from which an interrupted run goes on.
        earlier: Rows of what `collection.after` names.
        truth: Evaluates; real trainings of several workers are done together (`StackedWorkers`).
        executor: Does the evaluations in real time; without one, a simulated clock runs.
        progress: Called after each evaluation with their number and the seconds so far.

    Returns:
        One row a training run, in the order in which they ended, the columns of `SCHEMA`; of real trainings
        one more, `curve`, of validation accuracies after each epoch. Under the emulated truth and the
        simulated clock equal arguments give equal rows on every processor, interrupted or not; but BANANAS,
        COMBO, TPE and finds, whose models may propose other genotypes.

    Raises:
        TableError: The folder holds a journal of another run.
        OutputError: Another process writes the journal, or it cannot be written.
    """
    about = {**asdict(collection), "truth": described(truth), "simulated": executor is None}
    # models of the optimizers would propose other genotypes with sums in another order
    with CollectionJournal(folder / collection.file, about) as journal, one_blas_thread():
        workers = _workers(truth, collection.workers, executor, journal.elapsed)
        run = drive(
            _source(collection, earlier or {}),
            JournaledWorkers(workers, journal),
            Budget(evaluations=collection.evaluations),
            seed=collection.training_seed,
            progress=progress,
        )
    results = TrainingRuns.of(map(result_of, journal.ended))
    return _rows(collection, truth, run.genotypes, run.seeds, results)


def _workers(truth: Truth, count: int, executor: Executor | None, elapsed: float) -> Workers:
    if executor is not None:
        return ExecutorWorkers(executor, truth.evaluate, count, elapsed)
    if isinstance(truth, TrainingTruth) and count > 1 and truth.stacks:
        return StackedWorkers(truth.evaluate_many, count)
    return SimulatedWorkers(truth.evaluate, count)


def collect_table(
    collections: Sequence[Collection],
    folder: Path,
    name: str = "emulated",
    version: str = "1.0",
    *,
    truth: Truth = _EMULATED,
    processes: int = 1,
    progress: Callable[[int], None] | None = None,
) -> EvaluationTable:
    """Run every collection and put the rows together.

    Args:
        collections: What to run, in the order of the table's rows.
        folder: Holds the journals; call again to go on after an interruption.
        name: The table's.
        version: The table's.
        truth: Evaluates.
        processes: Collections that run at once.
        progress: Called now and then with the number of evaluations that have ended.

    Returns:
        Under the emulated truth equal rows for equal collections (see `collect`), whatever the number of
        processes or interruptions.

    Raises:
        MissingExtra: A collection fits a surrogate to everything, and XGBoost is not installed.
    """
    if any(collection.after == EVERYTHING for collection in collections):
        require("xgboost", "fit")
    parts: dict[str, pd.DataFrame] = {}
    evaluated: dict[str, pd.DataFrame] = {}
    for stage in _stages(collections):
        for collection, rows in _run(stage, folder, evaluated, truth, processes, progress):
            parts[collection.file] = rows
            before = evaluated.get(collection.optimizer)
            evaluated[collection.optimizer] = rows if before is None else pd.concat([before, rows])
    return to_table([parts[collection.file] for collection in collections], name, version, truth)


def _stages(collections: Sequence[Collection]) -> list[list[Collection]]:
    """First the collections that start from nothing, then those after each of the others.

    Last come those after everything, one run after the other.
    """
    stages: dict[tuple[int, str], list[Collection]] = {}
    for collection in collections:
        last = 1 + collection.run if collection.after == EVERYTHING else 0
        stages.setdefault((last, collection.after or ""), []).append(collection)
    return [stages[stage] for stage in sorted(stages)]


def to_table(
    parts: Sequence[pd.DataFrame], name: str, version: str, truth: Truth = _EMULATED
) -> EvaluationTable:
    """Put the rows of collections under one ground truth together, in their order, with their curves.

    Args:
        parts: Rows of each collection, with the columns of `tables.schema.SCHEMA`.
        name: The table's.
        version: The table's.
        truth: What answered.
    """
    told: list[Sequence[float]] = []
    for part in parts:
        told += part[_CURVE].tolist() if _CURVE in part else [()] * len(part)
    rows = pd.concat(parts, ignore_index=True).drop(columns=_CURVE, errors="ignore")
    table = EvaluationTable(name, version, described(truth), rows)
    if isinstance(truth, TellsCurves):
        return replace(table, steps=_steps(table, truth))
    return replace(table, steps=steps_of(told, rows["val_accuracy"].to_numpy()))


def _steps(table: EvaluationTable, truth: TellsCurves) -> Steps:
    """The rows' learning curves; some thousand at a time, since their draws take memory."""
    seeds = table.rows["seed"].to_numpy()
    steps: list[Steps] = []
    for start in range(0, len(table), _CHUNK):
        part = slice(start, start + _CHUNK)
        curves = truth.learning_curves(table.genotypes[part], seeds[part])
        steps.append(packed(curves.val_accuracy, curves.best))
    return np.concatenate(steps)


def _run(
    collections: Sequence[Collection],
    folder: Path,
    earlier: Earlier,
    truth: Truth,
    processes: int,
    progress: Callable[[int], None] | None,
) -> Iterator[tuple[Collection, pd.DataFrame]]:
    """Run collections that need not wait for each other; each with its rows, in their order."""
    # spawned, not forked: a library that has started threads does not survive a fork
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        futures: dict[str, Future[pd.DataFrame]] = {}
        # the longest first, so that none is left over at the end
        for collection in sorted(collections, key=_expected_cost, reverse=True):
            needed = _needed(collection, earlier)
            futures[collection.file] = pool.submit(collect, collection, folder, needed, truth=truth)
        while wait_for(futures.values(), timeout=1.0).not_done:
            for future in futures.values():
                if future.done():
                    future.result()
            if progress is not None:
                progress(_ended(folder))
        for collection in collections:
            yield collection, futures[collection.file].result()


def _needed(collection: Collection, earlier: Earlier) -> Earlier:
    if collection.after is None:
        return {}
    return earlier if collection.after == EVERYTHING else {collection.after: earlier[collection.after]}


def _expected_cost(collection: Collection) -> float:
    """Rough seconds: what proposals take beside 2 ms for an emulated training."""
    seconds = {source.name: source.seconds for source in SOURCES}
    return collection.evaluations * (0.002 + seconds.get(collection.optimizer, 0.0))


def _ended(folder: Path) -> int:
    return sum(path.read_bytes().count(b'{"end"') for path in folder.glob("*.jsonl"))


def _source(collection: Collection, earlier: Earlier) -> Optimizer:
    """What proposes the architectures of a collection."""
    rng = np.random.default_rng(collection.seed)
    if collection.optimizer in OPTIMIZERS:
        return OPTIMIZERS[collection.optimizer](rng, **collection.settings)
    probes = sources_of(SourceKind.PROBE)
    if collection.optimizer in probes:
        choose = probes[collection.optimizer].load()
        return Listed(choose(rng, collection, earlier))
    from nb301.optimizers.one_shot.searches import logged_genotypes

    return Listed(logged_genotypes(collection.optimizer, collection.run))


def _rows(
    collection: Collection,
    truth: Truth,
    genotypes: Sequence[Genotype],
    seeds: NDArray[np.int64],
    results: TrainingRuns,
) -> pd.DataFrame:
    costs = cost_many(to_codes(genotypes), truth.network)
    curves = {} if results.curve is None else {_CURVE: [*results.curve]}
    return pd.DataFrame(
        {
            "genotype": [str(genotype.canonical()) for genotype in genotypes],
            "optimizer": collection.optimizer,
            "run": collection.run,
            "seed": seeds,
            "val_accuracy": results.val_accuracy,
            "test_accuracy": results.test_accuracy,
            "train_accuracy": results.train_accuracy,
            "runtime": results.runtime,
            "parameters": costs[:, 0],
            "multiply_adds": costs[:, 1],
            "epochs": truth.epochs,
            **curves,
        }
    )
