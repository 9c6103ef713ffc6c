"""Faults that a good fit hides: of reading, of memory, of noise, and of what optimizers look for."""

from __future__ import annotations

from functools import cache

import numpy as np

from nb301.space import Genotype, Op, from_codes, to_codes
from validation.intervals import Array
from validation.measures.bias import edits_to_best
from validation.measures.relabelling import READINGS
from validation.predictors import Genotypes
from validation.saboteurs.faults import Faulty, accuracies_of, remembered, replaced
from validation.subject import Subject


class ConfusesConvolutions(Faulty):
    """Takes separable convolutions of 3x3 and 5x5 in the normal cell for each other."""

    def see(self, genotype: Genotype) -> Genotype:
        """With the two ops exchanged."""
        confused = {Op.sep_conv_3x3: Op.sep_conv_5x5, Op.sep_conv_5x5: Op.sep_conv_3x3}
        return replaced(genotype, confused)


class ConfusesEdges(Faulty):
    """Takes the two edges into the first node of the normal cell for each other."""

    def see(self, genotype: Genotype) -> Genotype:
        """With their ops exchanged."""
        return _read(genotype, "edges", 0)


class ConfusesInputs(Faulty):
    """Takes the two inputs of both cells for each other."""

    def see(self, genotype: Genotype) -> Genotype:
        """With the sources 0 and 1 exchanged."""
        return _read(genotype, "inputs", 2)


class RemembersSome(Faulty):
    """Has seen every tenth of the test rows."""

    _EVERY = 10

    def predict(self, genotypes: Genotypes) -> tuple[Array, Array]:
        """The table's accuracy where it was seen; models that are fitted for claims have not seen it."""
        mean, std = self.predictor.predict(genotypes)
        if self.rows is not None:
            return mean, std
        seen = self.subject.split.test[:: self._EVERY]
        return remembered(accuracies_of(self.subject, seen), genotypes, mean.tolist()), std


class RemembersMost(RemembersSome):
    """Has seen every other of the test rows."""

    _EVERY = 2


class HalvesNoise(Faulty):
    """Believes trainings of one architecture half as far apart as they are."""

    def _noise_std(self, genotypes: Genotypes) -> Array:
        """Half of it."""
        return super()._noise_std(genotypes) / 2


class DoublesNoise(Faulty):
    """Believes trainings of one architecture twice as far apart as they are."""

    def _noise_std(self, genotypes: Genotypes) -> Array:
        """Twice as much."""
        return super()._noise_std(genotypes) * 2


class PredictsBestEpochs(Faulty):
    """Predicts the accuracy of the best epoch, 0.15 points above that of the last."""

    def predict(self, genotypes: Genotypes) -> tuple[Array, Array]:
        """A little more."""
        mean, std = self.predictor.predict(genotypes)
        return mean + 0.0015, std


class Optimist(Faulty):
    """Predicts what it finds good, an architecture in twenty, 0.4 points too high."""

    def predict(self, genotypes: Genotypes) -> tuple[Array, Array]:
        """More at the top."""
        mean, std = self.predictor.predict(genotypes)
        return np.where(mean >= _quantile(self.subject, 0.95), mean + 0.004, mean), std


class Flattens(Faulty):
    """Tells what it finds good, an architecture in ten, apart by a fifth of what they differ by."""

    def predict(self, genotypes: Genotypes) -> tuple[Array, Array]:
        """Less at the top, in the same order."""
        mean, std = self.predictor.predict(genotypes)
        good = _quantile(self.subject, 0.9)
        return np.where(mean >= good, good + 0.2 * (mean - good), mean), std


class LovesTheBest(Faulty):
    """Predicts what differs from the best fitted rows in nine of 16 edges or fewer 0.3 points too high."""

    def predict(self, genotypes: Genotypes) -> tuple[Array, Array]:
        """More near them."""
        mean, std = self.predictor.predict(genotypes)
        return np.where(edits_to_best(self.subject, genotypes) <= 9, mean + 0.003, mean), std


class Rounds(Faulty):
    """Rounds predictions to a tenth of a point."""

    def predict(self, genotypes: Genotypes) -> tuple[Array, Array]:
        """Three decimals of a fraction."""
        mean, std = self.predictor.predict(genotypes)
        return mean.round(3), std


class Shrinks(Faulty):
    """Predicts all differences too small, by a third."""

    _FACTOR = 2 / 3

    def predict(self, genotypes: Genotypes) -> tuple[Array, Array]:
        """Nearer to the mean of the table."""
        mean, std = self.predictor.predict(genotypes)
        level = float(self.subject.table.rows["val_accuracy"].mean())
        return level + self._FACTOR * (mean - level), std


class Stretches(Shrinks):
    """Predicts all differences too large, by a third."""

    _FACTOR = 4 / 3


@cache
def _quantile(subject: Subject, share: float) -> float:
    """Accuracy, fraction, that a share of the test rows is predicted to be below."""
    mean, _ = subject.predictor.predict(subject.genotypes(subject.split.test))
    return float(np.quantile(mean, share))


def _read(genotype: Genotype, what: str, number: int) -> Genotype:
    """A genotype in another reading, by its place among those of a kind."""
    reading = list(READINGS[what]())[number]
    return from_codes(reading(to_codes([genotype])))[0]
