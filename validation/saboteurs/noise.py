"""Faults of noise: means are right, but trainings of one architecture differ otherwise."""

from __future__ import annotations

from functools import cache

import numpy as np

from nb301.noise import keyed_normal
from validation.intervals import Array, Rows
from validation.predictors import Genotypes, keys_of
from validation.predictors import noise_std as noise_std_of
from validation.saboteurs.base import Faulty
from validation.subject import Subject

#: The stream that faulty noise is drawn from.
_STREAM = 100


class ScalesNoise(Faulty):
    """Believes trainings of one architecture a factor farther apart than they are; subclasses say which."""

    _FACTOR: float

    def _noise_std(self, genotypes: Genotypes) -> Array:
        """So much of it."""
        return self._FACTOR * super()._noise_std(genotypes)


class HalvesNoise(ScalesNoise):
    """Believes trainings of one architecture half as far apart as they are."""

    _FACTOR = 1 / 2


class DoublesNoise(ScalesNoise):
    """Believes trainings of one architecture twice as far apart as they are."""

    _FACTOR = 2.0


class StandardError(ScalesNoise):
    """Gives the standard error of the mean of five trainings for the std of one."""

    _FACTOR = 5**-0.5


class NoiseInPercent(ScalesNoise):
    """Gives the std of trainings in percent, where fractions are asked for."""

    _FACTOR = 100.0


class NoiseOfPercent(ScalesNoise):
    """Takes the std of trainings for percent, and makes a fraction of what is one."""

    _FACTOR = 1 / 100


class VarianceForStd(Faulty):
    """Gives the variance of trainings for their std."""

    def _noise_std(self, genotypes: Genotypes) -> Array:
        """Its square."""
        return np.asarray(super()._noise_std(genotypes) ** 2)


class ConstantNoise(Faulty):
    """Knows the typical noise of trainings, and no difference between architectures."""

    def _noise_std(self, genotypes: Genotypes) -> Array:
        """The same for all."""
        return np.full(len(genotypes), _typical(self.subject))


class InvertsNoise(Faulty):
    """Believes trainings farther apart the nearer they are, with the right noise in the middle."""

    def _noise_std(self, genotypes: Genotypes) -> Array:
        """As many times the typical noise as it is a part of it."""
        return np.asarray(_typical(self.subject) ** 2 / super()._noise_std(genotypes))


class ZeroStd(Faulty):
    """Is never uncertain, and knows of no noise."""

    def predict(self, genotypes: Genotypes) -> tuple[Array, Array]:
        """With a std of zero."""
        mean, _ = self.predictor.predict(genotypes)
        return mean, np.zeros_like(mean)

    def _noise_std(self, genotypes: Genotypes) -> Array:
        """None."""
        return np.zeros(len(genotypes))


class DrawsOtherwise(Faulty):
    """Draws trainings with noise of another kind, which subclasses say."""

    def draws(self, genotypes: Genotypes, seeds: Rows) -> Array:
        """Accuracies of a training each, fractions."""
        mean, _ = self.predictor.predict(genotypes)
        z = self._standardised(np.asarray(keys_of(genotypes), dtype=np.uint64), np.asarray(seeds))
        return np.asarray(mean + noise_std_of(self.predictor, genotypes) * z)

    def _standardised(self, keys: Rows, seeds: Rows) -> Array:
        """Noise with mean 0 and std 1, shape (n,)."""
        raise NotImplementedError

    def _normal(self, keys: Rows, seeds: Rows, number: int = 0) -> Array:
        """Normal draws, independent for each number."""
        return keyed_normal(keys, seeds, _STREAM + 10 * self.seed + number)


class SharesNoise(DrawsOtherwise):
    """Draws the same noise for all architectures that are trained with one seed."""

    _SHARED = 1.0

    def _standardised(self, keys: Rows, seeds: Rows) -> Array:
        """A part that is shared, and one that is not."""
        shared, own = self._normal(np.zeros_like(keys), seeds), self._normal(keys, seeds, 1)
        return np.asarray(np.sqrt(self._SHARED) * shared + np.sqrt(1 - self._SHARED) * own)


class SharesHalfOfNoise(SharesNoise):
    """Draws noise half of whose variance all architectures that are trained with one seed share."""

    _SHARED = 0.5


class IgnoresSeeds(DrawsOtherwise):
    """Draws the same noise for an architecture whatever the seed."""

    def _standardised(self, keys: Rows, seeds: Rows) -> Array:
        """Of the architecture alone."""
        return self._normal(keys, np.zeros_like(seeds))


class TwoValued(DrawsOtherwise):
    """Draws trainings one std above the mean or below it, and nothing else."""

    def _standardised(self, keys: Rows, seeds: Rows) -> Array:
        """Signs."""
        return np.sign(self._normal(keys, seeds))


class Uniform(DrawsOtherwise):
    """Draws trainings from a uniform distribution."""

    def _standardised(self, keys: Rows, seeds: Rows) -> Array:
        """What a normal's direction in a plane is uniform in."""
        angle = np.arctan2(self._normal(keys, seeds), self._normal(keys, seeds, 1))
        return np.asarray(angle / np.pi * np.sqrt(3))


class HeavyTails(DrawsOtherwise):
    """Draws trainings from a t distribution with three degrees of freedom."""

    def _standardised(self, keys: Rows, seeds: Rows) -> Array:
        """A normal over the length of three others."""
        squares = sum(self._normal(keys, seeds, number) ** 2 for number in (1, 2, 3))
        return np.asarray(self._normal(keys, seeds) / np.sqrt(squares))


class Lucky(DrawsOtherwise):
    """Draws too good trainings, too far apart."""

    def _standardised(self, keys: Rows, seeds: Rows) -> Array:
        """Half a std too high, with twice the std."""
        return 0.5 + 2 * self._normal(keys, seeds)


@cache
def _typical(subject: Subject) -> float:
    """Median std, fraction, of trainings of the test rows."""
    return float(np.median(noise_std_of(subject.predictor, subject.genotypes(subject.split.test))))
