"""The positive control: the emulated truth itself as a surrogate passes every gate, or the gate is wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from nb301.files import sha256
from nb301.releases.freeze import SEED
from nb301.surrogates import FAMILIES
from nb301.tables import load
from nb301.tables.schema import EvaluationTable
from nb301.truth.base import described
from nb301.truth.emulated import EmulatedTruth
from validation.fits import RowSet
from validation.intervals import Array, Rows
from validation.measures.curves import expected_curves
from validation.predictors import Genotypes, Predictor, keyed_draws
from validation.subject import Subject, TrainedOn

#: The emulated truth, as tables and claims name it.
TRUTH = described(EmulatedTruth())
#: The embedded table of the emulated truth.
TABLE = "emulated-v2.0"
#: How far its models would lie apart, had it several, fraction.
_STD = 4e-4
#: Added to seeds of trainings, so that epochs have noise of their own.
_OTHER_SEEDS = 2**40


class Oracle:
    """Knows what trainings give on average, how far they lie apart and how long they take.

    Its noise is its own: draws are keyed by another stream than the truth's trainings.
    """

    def __init__(self) -> None:
        self._truth = EmulatedTruth()

    def predict(self, genotypes: Genotypes) -> tuple[Array, Array]:
        """Mean and std, fractions."""
        return self._truth.mean(genotypes), np.full(len(genotypes), _STD)

    def noise_std(self, genotypes: Genotypes) -> Array:
        """Of trainings, fractions."""
        return self._truth.noise_std(genotypes)

    def draws(self, genotypes: Genotypes, seeds: Rows) -> Array:
        """Accuracies of a training each, fractions."""
        return keyed_draws(self, genotypes, seeds)

    def curves(self, genotypes: Genotypes, seeds: Rows | None) -> Array:
        """Accuracies after each epoch, fractions: the truth's under other seeds, around its own draws."""
        if seeds is None:
            return expected_curves(self._truth, genotypes)
        curves = self._truth.learning_curves(genotypes, np.asarray(seeds) + _OTHER_SEEDS)
        behind = curves.best[:, None] - curves.val_accuracy
        return np.maximum(self.draws(genotypes, seeds)[:, None] - behind, 0.0)

    def seconds(self, genotypes: Genotypes) -> Array:
        """Median durations of trainings."""
        return self._truth.median_runtime(genotypes)


class OracleSubject(Subject):
    """A subject that learns nothing from rows: refitted to others it knows the truth as before."""

    def refit(self, rows: RowSet, members: int = 1) -> Predictor:  # noqa: ARG002 - as subjects are refitted
        """The oracle, spoiled as the subject is."""
        return self.wrap(Oracle(), rows)

    def is_fitted(self, rows: RowSet, members: int = 1) -> bool:  # noqa: ARG002
        """Nothing has to be."""
        return True


def oracle(
    cache: Path, trained_on: TrainedOn = TrainedOn.all_data, table: EvaluationTable | None = None
) -> Subject:
    """The oracle as a subject.

    Args:
        cache: Folder of what is run for claims.
        trained_on: The rows that it says it saw.
        table: Of rows of the emulated truth, whatever they pass for; by default the embedded one.
    """
    table = load(TABLE) if table is None else table
    return OracleSubject(
        name="oracle",
        key=sha256(f"oracle of {table.full_name}, {trained_on}".encode()),
        predictor=Oracle(),
        table=table,
        split_seed=SEED,
        trained_on=trained_on,
        family=FAMILIES["xgb"],
        cache=cache,
        is_kept=False,
    )
