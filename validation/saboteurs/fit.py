"""Faults of the fit: what a model has learned wrongly, on the whole or where it matters."""

from __future__ import annotations

import numpy as np

from nb301.noise import keyed_normal
from nb301.space import Op
from validation.intervals import Array
from validation.measures.base import skips
from validation.measures.bias import edits_to_best
from validation.predictors import Genotypes, keys_of
from validation.saboteurs.base import ERROR, Faulty, quantile


class Mean(Faulty):
    """Predicts the mean of the table, whatever it is asked for."""

    def predict(self, genotypes: Genotypes) -> tuple[Array, Array]:
        """The mean and std of all rows."""
        rows = self.subject.table.rows["val_accuracy"]
        return np.full(len(genotypes), rows.mean()), np.full(len(genotypes), rows.std())


class Rugged(Faulty):
    """Adds noise of a point to each architecture: neighbours tell nothing of each other."""

    def _spoiled(self, mean: Array, genotypes: Genotypes) -> Array:
        """With fixed noise."""
        return np.asarray(mean + 0.01 * keyed_normal(keys_of(genotypes), self.seed, ERROR))


class Saturates(Faulty):
    """Predicts nothing above 94 %."""

    def _spoiled(self, mean: Array, genotypes: Genotypes) -> Array:  # noqa: ARG002 - of all alike
        """Cut off."""
        return np.minimum(mean, 0.94)


class Shrinks(Faulty):
    """Predicts all differences too small, by a third."""

    _FACTOR = 2 / 3

    def _spoiled(self, mean: Array, genotypes: Genotypes) -> Array:  # noqa: ARG002 - of all alike
        """Nearer to the mean of the table."""
        level = float(self.subject.table.rows["val_accuracy"].mean())
        return level + self._FACTOR * (mean - level)


class Stretches(Shrinks):
    """Predicts all differences too large, by a third."""

    _FACTOR = 4 / 3


class PredictsBestEpochs(Faulty):
    """Predicts the accuracy of the best epoch, 0.15 points above that of the last."""

    def _spoiled(self, mean: Array, genotypes: Genotypes) -> Array:  # noqa: ARG002 - of all alike
        """A little more."""
        return mean + 0.0015


class Optimist(Faulty):
    """Predicts what it finds good, an architecture in five, 0.4 points too high."""

    _SHARE = 0.2

    def _spoiled(self, mean: Array, genotypes: Genotypes) -> Array:  # noqa: ARG002 - of all alike
        """More at the top."""
        return np.where(mean >= quantile(self.subject, 1 - self._SHARE), mean + 0.004, mean)


class OptimistAtTheTop(Optimist):
    """Predicts what it finds best, an architecture in 100, 0.4 points too high."""

    _SHARE = 0.01


class Flattens(Faulty):
    """Tells what it finds good, an architecture in five, apart by a fifth of what they differ by."""

    def _spoiled(self, mean: Array, genotypes: Genotypes) -> Array:  # noqa: ARG002 - of all alike
        """Less at the top, in the same order."""
        good = quantile(self.subject, 0.8)
        return np.where(mean >= good, good + 0.2 * (mean - good), mean)


class LovesTheBest(Faulty):
    """Predicts what differs from the best fitted rows in nine of 16 edges or fewer 0.3 points too high."""

    def _spoiled(self, mean: Array, genotypes: Genotypes) -> Array:
        """More near them."""
        return np.where(edits_to_best(self.subject, genotypes) <= 9, mean + 0.003, mean)


class OverratesAnOp(Faulty):
    """Believes each dilated 3x3 convolution in the reduction cell a tenth of a point better than it is."""

    def _spoiled(self, mean: Array, genotypes: Genotypes) -> Array:
        """The more of them, the more."""
        return mean + 0.001 * np.array([genotype.reduce.count(Op.dil_conv_3x3) for genotype in genotypes])


class KnowsOnlyCollapse(Faulty):
    """Knows architectures of many skip connections, and of others their mean alone."""

    def predict(self, genotypes: Genotypes) -> tuple[Array, Array]:
        """The truth with more than four skip connections."""
        known = self.truth.mean(genotypes)
        many = skips(list(genotypes), Op.skip_connect) > 4
        return np.where(many, known, 0.93), np.full(len(known), 0.001)


class ConstantMember(Faulty):
    """Is an ensemble of ten, one of whose members predicts a constant."""

    def members(self, genotypes: Genotypes) -> Array:
        """What each predicts, fractions, shape (members, n)."""
        mean, std = self.predictor.predict(genotypes)
        keys = keys_of(genotypes)
        members = np.stack([mean + std * keyed_normal(keys, number, ERROR) for number in range(10)])
        members[self.seed] = 0.93
        return members

    def predict(self, genotypes: Genotypes) -> tuple[Array, Array]:
        """Mean and std of the members."""
        members = self.members(genotypes)
        return members.mean(axis=0), members.std(axis=0)
