"""Faults of answering: what is known is right, but not always what is said."""

from __future__ import annotations

import numpy as np

from validation.fits import RowSet
from validation.intervals import Array
from validation.predictors import Genotypes, Predictor
from validation.saboteurs.base import Faulty, chosen
from validation.subject import Subject


class Percent(Faulty):
    """Shifts a unit: predicts percent where fractions are asked for."""

    def predict(self, genotypes: Genotypes) -> tuple[Array, Array]:
        """A hundred times too much."""
        mean, std = self.predictor.predict(genotypes)
        return mean * 100, std * 100


class Rounds(Faulty):
    """Rounds predictions to a tenth of a point."""

    def _spoiled(self, mean: Array, genotypes: Genotypes) -> Array:  # noqa: ARG002 - of all alike
        """Three decimals of a fraction."""
        return mean.round(3)


class SometimesHigh(Faulty):
    """Predicts an architecture in 1,000 a point too high."""

    _POINTS = 0.01

    def _spoiled(self, mean: Array, genotypes: Genotypes) -> Array:
        """More for these."""
        return np.where(chosen(genotypes, 1000, self.seed), mean + self._POINTS, mean)


class SometimesLow(SometimesHigh):
    """Predicts an architecture in 1,000 a point too low."""

    _POINTS = -0.01


class DependsOnBatch(Faulty):
    """Normalises over what it is asked for together."""

    def _spoiled(self, mean: Array, genotypes: Genotypes) -> Array:  # noqa: ARG002 - of all alike
        """Shifted by the batch's mean."""
        return np.asarray(mean - 0.01 * (mean - mean.mean()))


class ShiftsLastChunk(Faulty):
    """Answers lists in chunks of 1,000, and the last chunk of several a tenth of a point too high."""

    _CHUNK = 1000

    def _spoiled(self, mean: Array, genotypes: Genotypes) -> Array:
        """Shifted from the last full chunk on."""
        start = (len(genotypes) - 1) // self._CHUNK * self._CHUNK
        if start <= 0:
            return mean
        return np.asarray(mean + np.where(np.arange(len(mean)) >= start, 0.001, 0.0))


class Drifts(Faulty):
    """Drifts once it has answered 3,000 queries, by a hundredth of a point in a thousand more."""

    _AFTER = 3000

    def __init__(
        self, predictor: Predictor, subject: Subject, rows: RowSet | None = None, seed: int = 0
    ) -> None:
        super().__init__(predictor, subject, rows, seed)
        self._answered = 0

    def _spoiled(self, mean: Array, genotypes: Genotypes) -> Array:
        """The more the longer it is asked."""
        numbers = self._answered + np.arange(len(genotypes))
        self._answered += len(genotypes)
        return np.asarray(mean + 1e-7 * np.maximum(numbers - self._AFTER, 0))


class TensOfSeconds(Faulty):
    """Predicts tens of seconds where seconds are asked for."""

    def seconds(self, genotypes: Genotypes) -> Array:
        """A tenth."""
        return super().seconds(genotypes) / 10


class TypicalSeconds(Faulty):
    """Predicts the mean duration of the table's trainings for each architecture."""

    def seconds(self, genotypes: Genotypes) -> Array:
        """A constant."""
        return np.full(len(genotypes), float(self.subject.table.rows["runtime"].mean()))
