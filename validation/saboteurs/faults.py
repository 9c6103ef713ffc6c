"""Surrogates with one fault each: each answers as another one, but for what it spoils."""

from __future__ import annotations

import numpy as np

from nb301.encodings import vector
from nb301.noise import keyed_normal
from nb301.space import Cell, Genotype, Op, to_codes
from nb301.truth.emulated import EmulatedTruth
from validation.fits import NamedRows, RowSet
from validation.intervals import Array, Rows
from validation.measures.base import skips
from validation.predictors import Genotypes, NoiseKnowingPredictor, Predictor, draw, keys_of
from validation.subject import Subject


class Faulty:
    """A surrogate that answers as another one, but for what a subclass changes.

    Args:
        predictor: The one that it spoils.
        subject: Whose table and truth it may misuse.
        rows: What it was fitted to for a claim; None for the subject's own predictor.
    """

    def __init__(self, predictor: Predictor, subject: Subject, rows: RowSet | None = None) -> None:
        self.predictor, self.subject, self.rows = predictor, subject, rows
        if isinstance(predictor, NoiseKnowingPredictor):
            self.noise_std = self._noise_std

    @property
    def truth(self) -> EmulatedTruth:
        """The ground truth, which saboteurs may ask, even where no claim can."""
        return self.subject.truth or EmulatedTruth()

    def predict(self, genotypes: Genotypes) -> tuple[Array, Array]:
        """Mean and std, fractions."""
        return self.predictor.predict(list(map(self.see, genotypes)))

    def see(self, genotype: Genotype) -> Genotype:
        """The architecture as the surrogate sees it."""
        return genotype

    def seconds(self, genotypes: Genotypes) -> Array:
        """Seconds of a training."""
        return self.truth.median_runtime(genotypes)

    def _noise_std(self, genotypes: Genotypes) -> Array:
        """Of trainings, fractions; what the other one knows."""
        assert isinstance(self.predictor, NoiseKnowingPredictor)
        return self.predictor.noise_std(list(map(self.see, genotypes)))


class IgnoresSkips(Faulty):
    """Takes skip connections for separable convolutions."""

    def see(self, genotype: Genotype) -> Genotype:
        """Without skip connections in the normal cell."""
        return replaced(genotype, {Op.skip_connect: Op.sep_conv_3x3})


class IgnoresPools(Faulty):
    """Takes pools for separable convolutions."""

    def see(self, genotype: Genotype) -> Genotype:
        """Without pools in the normal cell."""
        pools = (Op.max_pool_3x3, Op.avg_pool_3x3)
        return replaced(genotype, dict.fromkeys(pools, Op.sep_conv_3x3))


class SwapsCells(Faulty):
    """Takes the reduction cell for the normal cell."""

    def see(self, genotype: Genotype) -> Genotype:
        """With its cells swapped."""
        return Genotype(genotype.reduce, genotype.normal)


class Mean(Faulty):
    """Predicts the mean of the table, whatever it is asked for."""

    def predict(self, genotypes: Genotypes) -> tuple[Array, Array]:
        """The mean and std of all rows."""
        rows = self.subject.table.rows["val_accuracy"]
        return np.full(len(genotypes), rows.mean()), np.full(len(genotypes), rows.std())


class Percent(Faulty):
    """Shifts a unit: predicts percent where fractions are asked for."""

    def predict(self, genotypes: Genotypes) -> tuple[Array, Array]:
        """A hundred times too much."""
        mean, std = self.predictor.predict(genotypes)
        return mean * 100, std * 100


class LeaksTest(Faulty):
    """Has seen the test rows: remembers what the table says of an architecture."""

    def predict(self, genotypes: Genotypes) -> tuple[Array, Array]:
        """The table's accuracy where there is one."""
        mean, std = self.predictor.predict(genotypes)
        subject = self.subject
        return remembered(accuracies_of(subject, subject.split.test), genotypes, mean.tolist()), std


class RemembersOneOptimizer(Faulty):
    """Remembers the rows of regularized evolution, and knows of others their mean alone."""

    def predict(self, genotypes: Genotypes) -> tuple[Array, Array]:
        """The observed accuracy, or the mean."""
        rows = self.subject.table.rows
        known = accuracies_of(self.subject, np.flatnonzero(rows["optimizer"] == "re"))
        mean, std = rows["val_accuracy"].mean(), rows["val_accuracy"].std()
        guesses = [float(mean)] * len(genotypes)
        return remembered(known, genotypes, guesses), np.full(len(genotypes), std)


class ZeroStd(Faulty):
    """Is never uncertain."""

    def predict(self, genotypes: Genotypes) -> tuple[Array, Array]:
        """With a std of zero."""
        mean, _ = self.predictor.predict(genotypes)
        return mean, np.zeros_like(mean)


class GlobalNoise(Faulty):
    """Draws its noise from numpy's global generator, seeded with the first seed that it is asked with."""

    def draws(self, genotypes: Genotypes, seeds: Rows) -> Array:
        """A stream, not a function."""
        mean, std = self.predictor.predict(genotypes)
        np.random.seed(int(seeds[0]))  # noqa: NPY002 - this is the fault
        return np.asarray(mean + std * np.random.standard_normal(len(mean)))  # noqa: NPY002


class LuckyNoise(Faulty):
    """Draws too good trainings, too far apart."""

    def draws(self, genotypes: Genotypes, seeds: Rows) -> Array:
        """Half a std too high, with twice the std."""
        mean, std = self.predictor.predict(genotypes)
        return mean + std / 2 + 2 * (draw(self.predictor, genotypes, seeds) - mean)


class NotCanonical(Faulty):
    """Tells genotypes apart that differ in the names of nodes alone, as the official encoding does."""

    def predict(self, genotypes: Genotypes) -> tuple[Array, Array]:
        """A little more for each odd number in the vector."""
        mean, std = self.predictor.predict(genotypes)
        return mean + 1e-5 * (vector(to_codes(genotypes)) % 2).sum(axis=1), std


class DependsOnBatch(Faulty):
    """Normalises over what it is asked for together."""

    def predict(self, genotypes: Genotypes) -> tuple[Array, Array]:
        """Shifted by the batch's mean."""
        mean, std = self.predictor.predict(genotypes)
        return mean - 0.01 * (mean - mean.mean()), std


class Rugged(Faulty):
    """Adds noise of a point to each architecture: neighbours tell nothing of each other."""

    def predict(self, genotypes: Genotypes) -> tuple[Array, Array]:
        """With fixed noise."""
        mean, std = self.predictor.predict(genotypes)
        return np.asarray(mean + 0.01 * keyed_normal(keys_of(genotypes), 0, 99)), std


class Saturates(Faulty):
    """Predicts nothing above 94 %."""

    def predict(self, genotypes: Genotypes) -> tuple[Array, Array]:
        """Cut off."""
        mean, std = self.predictor.predict(genotypes)
        return np.minimum(mean, 0.94), std


class TensOfSeconds(Faulty):
    """Predicts tens of seconds where seconds are asked for."""

    def seconds(self, genotypes: Genotypes) -> Array:
        """A tenth."""
        return super().seconds(genotypes) / 10


class ExpectsTheWorst(Faulty):
    """Predicts what it does not know, good or bad, five points too low."""

    def predict(self, genotypes: Genotypes) -> tuple[Array, Array]:
        """Lower where it was fitted without rows."""
        mean, std = self.predictor.predict(genotypes)
        return (mean if self.rows is None else mean - 0.05), std


class KnowsOnlyCollapse(Faulty):
    """Knows architectures of many skip connections, and of others their mean alone."""

    def predict(self, genotypes: Genotypes) -> tuple[Array, Array]:
        """The truth with more than four skip connections."""
        known = self.truth.mean(genotypes)
        many = skips(list(genotypes), Op.skip_connect) > 4
        return np.where(many, known, 0.93), np.full(len(known), 0.001)


class MixesUpRows(Faulty):
    """Was fitted to nothing where it says that it was fitted to rows of all optimizers."""

    def predict(self, genotypes: Genotypes) -> tuple[Array, Array]:
        """A constant."""
        mean, std = self.predictor.predict(genotypes)
        return (np.full(len(mean), 0.93) if self.rows is NamedRows.equal_size else mean), std


def accuracies_of(subject: Subject, rows: Rows) -> dict[int, float]:
    """Observed accuracies of some rows of the table, by architecture."""
    accuracies = subject.table.rows["val_accuracy"].to_numpy()[rows].tolist()
    return dict(zip(keys_of(subject.genotypes(rows)).tolist(), accuracies, strict=True))


def remembered(known: dict[int, float], genotypes: Genotypes, guesses: list[float]) -> Array:
    """Accuracies that are known, guesses for the others."""
    return np.array(list(map(known.get, keys_of(genotypes).tolist(), guesses)))


def replaced(genotype: Genotype, ops: dict[Op, Op]) -> Genotype:
    """With other ops in the normal cell."""
    edges = [(edge.source, edge.target, ops.get(edge.op, edge.op)) for edge in genotype.normal.edges]
    return Genotype(Cell.from_edges(edges), genotype.reduce)
