"""Collection: optimizers run against a ground truth; every training run becomes a row of a table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures import wait as wait_for
from dataclasses import asdict, dataclass, field
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nb301.collection.probes import Listed, parameter_free, poorly_performing, repeated, topologies
from nb301.collection.workers import CollectionJournal, ExecutorWorkers, JournaledWorkers, StackedWorkers
from nb301.cost import cost_many
from nb301.optimizers import OPTIMIZERS, Budget, Optimizer
from nb301.optimizers.base import SimulatedWorkers, Workers, drive
from nb301.space import Genotype, Op, to_codes
from nb301.tables.schema import EvaluationTable
from nb301.threads import one_blas_thread
from nb301.truth.base import TrainingRun, Truth, described
from nb301.truth.emulated import EmulatedTruth
from nb301.truth.trained import TrainingTruth

_EMULATED = EmulatedTruth()
#: Genotypes that earlier collections evaluated, by optimizer.
Earlier = Mapping[str, Sequence[Genotype]]


@dataclass(frozen=True, slots=True)
class Collection:
    """One run of one source of rows.

    Args:
        optimizer: A name in `OPTIMIZERS`, a one-shot method or a probe (`tables.schema.OPTIMIZERS`).
        evaluations: Training runs to collect, at least 1.
        seed: Seeds the optimizer's generator.
        run: Which run of that optimizer; of a one-shot method, which search; of `skip`, which op.
        workers: Evaluations that are open at once.
        training_seed: Seed of first trainings; repeated architectures count up from it.
        after: Optimizer whose evaluations this one starts from.
        settings: The optimizer's or the probe's own.
    """

    optimizer: str
    evaluations: int
    seed: int
    run: int = 0
    workers: int = 1
    training_seed: int = 1
    after: str | None = None
    settings: Mapping[str, int] = field(default_factory=dict)

    @property
    def file(self) -> str:
        """Name of its journal."""
        return f"{self.optimizer}-{self.run}.jsonl"


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
        earlier: What `collection.after` has evaluated.
        truth: Evaluates; real trainings of several workers are done together (`StackedWorkers`).
        executor: Does the evaluations in real time; without one, a simulated clock runs.
        progress: Called after each evaluation with their number and the seconds so far.

    Returns:
        One row a training run, in the order in which they ended, the columns of `SCHEMA`. Under the
        emulated truth and the simulated clock equal arguments give equal rows on every processor,
        interrupted or not; but BANANAS, COMBO and TPE, whose models may propose other genotypes.

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
    results = [TrainingRun(*end["result"]) for end in journal.ended]
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
    """
    parts: dict[str, pd.DataFrame] = {}
    evaluated: dict[str, list[Genotype]] = {}
    for stage in (None, *sorted({c.after for c in collections if c.after})):
        chosen = [c for c in collections if c.after == stage]
        for collection, rows in zip(
            chosen, _run(chosen, folder, evaluated, truth, processes, progress), strict=True
        ):
            parts[collection.file] = rows
            found = evaluated.setdefault(collection.optimizer, [])
            found += [Genotype.parse(text) for text in rows["genotype"]]
    return to_table([parts[collection.file] for collection in collections], name, version, truth)


def to_table(
    parts: Sequence[pd.DataFrame], name: str, version: str, truth: Truth = _EMULATED
) -> EvaluationTable:
    """Put the rows of collections under one ground truth together, in their order."""
    return EvaluationTable(name, version, described(truth), pd.concat(parts, ignore_index=True))


def _run(
    collections: Sequence[Collection],
    folder: Path,
    earlier: Earlier,
    truth: Truth,
    processes: int,
    progress: Callable[[int], None] | None,
) -> Iterator[pd.DataFrame]:
    # spawned, not forked: a library that has started threads does not survive a fork
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        needed = [{c.after: earlier[c.after]} if c.after else {} for c in collections]
        # the longest first, so that none is left over at the end
        order = sorted(range(len(collections)), key=lambda i: -_expected_cost(collections[i]))
        futures: dict[int, Future[pd.DataFrame]] = {
            i: pool.submit(collect, collections[i], folder, needed[i], truth=truth) for i in order
        }
        while wait_for(futures.values(), timeout=1.0).not_done:
            for future in futures.values():
                if future.done():
                    future.result()
            if progress is not None:
                progress(_ended(folder))
        yield from (futures[i].result() for i in range(len(collections)))


def _expected_cost(collection: Collection) -> float:
    """Rough seconds: what models cost beside 2 ms for an emulated training."""
    of_model = {"bananas": 0.2, "combo": 0.3, "tpe": 0.03}
    return collection.evaluations * (0.002 + of_model.get(collection.optimizer, 0.0))


def _ended(folder: Path) -> int:
    return sum(path.read_bytes().count(b'{"end"') for path in folder.glob("*.jsonl"))


def _source(collection: Collection, earlier: Earlier) -> Optimizer:
    rng = np.random.default_rng(collection.seed)
    if collection.optimizer in OPTIMIZERS:
        return OPTIMIZERS[collection.optimizer](rng, **collection.settings)
    if collection.optimizer == "skip":
        return Listed(parameter_free(rng, Op(collection.run), **collection.settings))
    if collection.optimizer == "topology":
        return Listed(topologies(rng))
    if collection.optimizer == "low_par":
        return Listed(poorly_performing(rng, collection.evaluations))
    if collection.optimizer == "seeds" and collection.after is not None:
        return Listed(repeated(earlier[collection.after], rng, **collection.settings))
    from nb301.optimizers.one_shot.searches import logged_genotypes

    return Listed(logged_genotypes(collection.optimizer, collection.run))


def _rows(
    collection: Collection,
    truth: Truth,
    genotypes: Sequence[Genotype],
    seeds: NDArray[np.int64],
    results: Sequence[TrainingRun],
) -> pd.DataFrame:
    costs = cost_many(to_codes(genotypes), truth.network)
    return pd.DataFrame(
        {
            "genotype": [str(genotype.canonical()) for genotype in genotypes],
            "optimizer": collection.optimizer,
            "run": collection.run,
            "seed": seeds,
            "val_accuracy": [result.val_accuracy for result in results],
            "test_accuracy": [result.test_accuracy for result in results],
            "train_accuracy": [result.train_accuracy for result in results],
            "runtime": [result.runtime for result in results],
            "parameters": costs[:, 0],
            "multiply_adds": costs[:, 1],
            "epochs": truth.epochs,
        }
    )
