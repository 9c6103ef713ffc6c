"""Faults of learning curves: whole trainings are answered rightly, but not what comes before their end."""

from __future__ import annotations

from functools import cache

import numpy as np

from nb301.noise import keyed_normal
from nb301.space import Genotype, sample_many
from nb301.truth.emulated import EmulatedTruth
from validation.intervals import Array, Rows
from validation.measures.curves import expected_curves
from validation.predictors import Genotypes, keys_of
from validation.saboteurs.base import Faulty

#: Streams of faulty epochs' noise, one for each epoch.
_STREAM = 1000


class DrawsEpochs(Faulty):
    """Draws epochs' noise of its own."""

    def _epoch_noise(self, genotypes: Genotypes, seeds: Rows) -> Array:
        """As large as it is, for each epoch anew; fractions, shape (n, epochs)."""
        std = _epoch_std(self.truth)
        streams = _STREAM * (1 + self.seed) + np.arange(len(std))
        return np.asarray(std * keyed_normal(keys_of(genotypes), seeds, streams))


class OneShape(DrawsEpochs):
    """Gives all curves one shape, with the right noise."""

    def _behind(self, behind: Array, genotypes: Genotypes, seeds: Rows | None) -> Array:  # noqa: ARG002
        """As far behind as curves are on average, and as noisy."""
        typical = _typical(self.truth)
        if seeds is None:
            return np.tile(typical, (len(genotypes), 1))
        return _from_best(typical + self._epoch_noise(genotypes, seeds))


class TellsTheEnd(Faulty):
    """Ranks trainings after each epoch as after the last: one shape for all, and no noise of epochs."""

    def _behind(self, behind: Array, genotypes: Genotypes, seeds: Rows | None) -> Array:  # noqa: ARG002
        """As far behind as curves are on average."""
        return np.tile(_from_best(_typical(self.truth)[None, :]), (len(genotypes), 1))


class SwapsCellsOfCurves(Faulty):
    """Tells how far behind architectures with the two cells swapped are after each epoch."""

    def _behind(self, behind: Array, genotypes: Genotypes, seeds: Rows | None) -> Array:  # noqa: ARG002
        """The truth's, by its trainings' noise."""
        swapped = [Genotype(normal=genotype.reduce, reduce=genotype.normal) for genotype in genotypes]
        if seeds is None:
            return _expected(self.truth, swapped)
        curves = self.truth.learning_curves(swapped, seeds)
        return curves.best[:, None] - curves.val_accuracy


class LateEpochs(Faulty):
    """Tells after each epoch what is right ten epochs later."""

    _EPOCHS = 10

    def _behind(self, behind: Array, genotypes: Genotypes, seeds: Rows | None) -> Array:  # noqa: ARG002
        """Moved, and as at the end from there on."""
        later = np.minimum(np.arange(behind.shape[1]) + self._EPOCHS, behind.shape[1] - 1)
        return behind[:, later] if seeds is None else _from_best(behind[:, later])


class ScalesEpochNoise(Faulty):
    """Has the noise of epochs a factor too large; subclasses say which."""

    _FACTOR: float

    def _behind(self, behind: Array, genotypes: Genotypes, seeds: Rows | None) -> Array:
        """So many times as far from what is expected."""
        if seeds is None:
            return behind
        expected = _expected(self.truth, genotypes)
        return _from_best(expected + self._FACTOR * (behind - expected))


class NoEpochNoise(ScalesEpochNoise):
    """Tells curves without the noise of epochs."""

    _FACTOR = 0.0


class HalvesEpochNoise(ScalesEpochNoise):
    """Has half the noise of epochs."""

    _FACTOR = 0.5


class DoublesEpochNoise(ScalesEpochNoise):
    """Has twice the noise of epochs."""

    _FACTOR = 2.0


class RemembersEpochs(DrawsEpochs):
    """Has noise of epochs as large as it is, but which goes on in the next ones."""

    _CORRELATION = 0.6

    def _behind(self, behind: Array, genotypes: Genotypes, seeds: Rows | None) -> Array:
        """An autoregression."""
        if seeds is None:
            return behind
        std = _epoch_std(self.truth)
        draws = self._epoch_noise(genotypes, seeds) / std
        innovation = np.sqrt(1 - self._CORRELATION**2)
        for epoch in range(1, draws.shape[1]):
            draws[:, epoch] = self._CORRELATION * draws[:, epoch - 1] + innovation * draws[:, epoch]
        return _from_best(_expected(self.truth, genotypes) + std * draws)


class EndsElsewhere(Faulty):
    """Has curves whose best epoch is a tenth of a point above the whole training's answer."""

    def _behind(self, behind: Array, genotypes: Genotypes, seeds: Rows | None) -> Array:  # noqa: ARG002
        """Less by a tenth of a point."""
        return behind - 0.001


def _from_best(behind: Array) -> Array:
    """Distances of a training, the best epoch's being none."""
    return np.asarray(behind - behind.min(axis=1, keepdims=True))


def _expected(truth: EmulatedTruth, genotypes: Genotypes) -> Array:
    """How far behind the best epoch trainings are expected to be after each, fractions, shape (n, epochs)."""
    return truth.mean(genotypes)[:, None] - expected_curves(truth, genotypes)


@cache
def _typical(truth: EmulatedTruth) -> Array:
    """The same of random architectures on average, shape (epochs,)."""
    return np.asarray(_expected(truth, _random()).mean(axis=0))


@cache
def _epoch_std(truth: EmulatedTruth) -> Array:
    """What distances from the best epoch differ by around the expected ones, fractions, shape (epochs,)."""
    curves = truth.learning_curves(_random(), 0)
    behind = curves.best[:, None] - curves.val_accuracy
    return np.asarray((behind - _expected(truth, _random())).std(axis=0))


def _random() -> list[Genotype]:
    return sample_many(np.random.default_rng(0), 1000)
