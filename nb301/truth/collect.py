"""Collection: optimizers run against a ground truth; every training run becomes a row of a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from nb301.cost import cost_many
from nb301.optimizers import OPTIMIZERS, Budget, Trajectory, simulate
from nb301.space import to_codes
from nb301.tables.schema import EvaluationTable
from nb301.truth.emulated import EPOCHS, EmulatedTruth


@dataclass(frozen=True, slots=True)
class Collection:
    """One run of one optimizer.

    Args:
        optimizer: Name in `OPTIMIZERS`.
        evaluations: Training runs to collect, at least 1.
        seed: Seeds the optimizer's generator.
        run: Which run of that optimizer.
        training_seed: Seed of first trainings; repeated architectures count up from it.
        settings: The optimizer's own.
    """

    optimizer: str
    evaluations: int
    seed: int
    run: int = 0
    training_seed: int = 1
    settings: Mapping[str, int] = field(default_factory=dict)


#: What the embedded table `emulated-v1.0` is made of. Regularized evolution has the sample size of
#: Appendix C.3; its population is half of the run, near the paper's 3,000 of 4,639.
EMULATED_V1 = (
    Collection("rs", 5000, seed=301),
    Collection("re", 2000, seed=302, settings={"population_size": 1000, "sample_size": 100}),
)


def collect_table(
    collections: Sequence[Collection],
    name: str = "emulated",
    version: str = "1.0",
    progress: Callable[[Collection, int], None] | None = None,
) -> EvaluationTable:
    """Run every collection on the emulated ground truth.

    Args:
        collections: What to run, in the order of the table's rows.
        name: The table's.
        version: The table's.
        progress: Called after each evaluation with the collection and their number.

    Returns:
        One row a training run; equal arguments give equal rows.
    """
    truth = EmulatedTruth()
    parts = []
    for collection in collections:
        optimizer = OPTIMIZERS[collection.optimizer](
            np.random.default_rng(collection.seed), **collection.settings
        )

        def report(evaluations: int, _clock: float, collection: Collection = collection) -> None:
            if progress is not None:
                progress(collection, evaluations)

        budget = Budget(evaluations=collection.evaluations)
        run = simulate(optimizer, truth.evaluate, budget, seed=collection.training_seed, progress=report)
        parts.append(_rows(collection, run, truth))
    return EvaluationTable(
        name, version, f"{truth.name} {truth.version}", pd.concat(parts, ignore_index=True)
    )


def _rows(collection: Collection, run: Trajectory, truth: EmulatedTruth) -> pd.DataFrame:
    runs = truth.evaluate_many(run.genotypes, run.seeds)
    costs = cost_many(to_codes(run.genotypes))
    return pd.DataFrame(
        {
            "genotype": [str(genotype.canonical()) for genotype in run.genotypes],
            "optimizer": collection.optimizer,
            "run": collection.run,
            "seed": run.seeds,
            "val_accuracy": runs.val_accuracy,
            "test_accuracy": runs.test_accuracy,
            "train_accuracy": runs.train_accuracy,
            "runtime": runs.runtime,
            "parameters": costs[:, 0],
            "multiply_adds": costs[:, 1],
            "epochs": EPOCHS,
        }
    )
