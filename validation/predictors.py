"""What predicts accuracies: a release, models that were fitted for a claim, or somebody else's surrogate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from nb301.benchmark import Benchmark
from nb301.encodings import canonical
from nb301.noise import Stream, keyed_normal
from nb301.releases.manifest import Noise
from nb301.releases.training_noise import TrainingNoise
from nb301.space import Genotype, to_codes
from nb301.surrogates.ensemble import mean_and_std
from nb301.surrogates.members.base import Surrogate
from validation.intervals import Array, Rows

Genotypes = Sequence[Genotype]


class Predictor(Protocol):
    """A surrogate, whoever made it."""

    def predict(self, genotypes: Genotypes) -> tuple[Array, Array]:
        """Predict validation accuracies.

        Returns:
            Mean and standard deviation, fractions, shape (n,) each.
        """


@runtime_checkable
class TimePredictor(Protocol):
    """A surrogate that also predicts the seconds of a training."""

    def seconds(self, genotypes: Genotypes) -> Array:
        """Predict seconds, shape (n,)."""


@runtime_checkable
class NoisyPredictor(Protocol):
    """A surrogate that also emulates single trainings."""

    def draws(self, genotypes: Genotypes, seeds: Rows) -> Array:
        """Validation accuracies of one training each, fractions, shape (n,); seeds of shape (n,)."""


@runtime_checkable
class NoiseKnowingPredictor(Protocol):
    """A surrogate that tells the noise of trainings from how sure it is of their mean."""

    def noise_std(self, genotypes: Genotypes) -> Array:
        """Std of trainings of one architecture, and so of draws, fractions, shape (n,)."""


@runtime_checkable
class MemberedPredictor(Protocol):
    """A surrogate that is an ensemble, and tells what each of its members predicts."""

    def members(self, genotypes: Genotypes) -> Array:
        """Validation accuracies by each member, fractions, shape (members, n)."""


@runtime_checkable
class CurvePredictor(Protocol):
    """A surrogate that also tells trainings epoch by epoch."""

    def curves(self, genotypes: Genotypes, seeds: Rows | None) -> Array:
        """Validation accuracies after each epoch, fractions, shape (n, epochs).

        The best epoch of a training has the accuracy that `draws` gives.

        Args:
            genotypes: The `n` architectures.
            seeds: Of trainings, shape (n,); None asks for what is expected after each epoch.
        """


class ReleasePredictor:
    """A release as it answers its users.

    Args:
        benchmark: The loaded release; it knows the noise of trainings if its manifest does.
    """

    def __init__(self, benchmark: Benchmark) -> None:
        self.benchmark = benchmark
        if benchmark.release.manifest.noise is not None:
            self.noise_std = self._noise_std
        if benchmark.release.curve_model is not None:
            self.curves = self._curves

    def predict(self, genotypes: Genotypes) -> tuple[Array, Array]:
        """Mean and std of the members."""
        answer = self.benchmark.query(list(genotypes))
        return answer.mean, answer.std

    def seconds(self, genotypes: Genotypes) -> Array:
        """The runtime model's."""
        return self.benchmark.query(list(genotypes)).runtime

    def draws(self, genotypes: Genotypes, seeds: Rows) -> Array:
        """Queries with seeds."""
        return self.benchmark.query(list(genotypes), seed=seeds).val_accuracy

    def members(self, genotypes: Genotypes) -> Array:
        """Each member's predictions."""
        return self.benchmark.members(list(genotypes))

    def _noise_std(self, genotypes: Genotypes) -> Array:
        """As the manifest has it."""
        return self.benchmark.query(list(genotypes)).noise_std

    def _curves(self, genotypes: Genotypes, seeds: Rows | None) -> Array:
        """The curve model's, around its answers."""
        return self.benchmark.curve(list(genotypes), seeds).val_accuracy


class FittedPredictor:
    """Models that were fitted for a claim.

    Args:
        surrogate: Their family's evaluation.
        noise: Of trainings, as the release's manifest has it that they stand in for.
    """

    def __init__(self, surrogate: Surrogate, noise: Noise | None = None) -> None:
        self._surrogate = surrogate
        if noise is not None:
            self._noise = TrainingNoise(noise)
            self.noise_std = self._noise_std

    def predict(self, genotypes: Genotypes) -> tuple[Array, Array]:
        """Mean and std of the members."""
        return mean_and_std(self._surrogate.predict(canonical(to_codes(genotypes))))

    def _noise_std(self, genotypes: Genotypes) -> Array:
        """By their own mean."""
        return self._noise.std(self.predict(genotypes)[0])


class DrawnTraining(NamedTuple):
    """What an optimizer is told of a training that a predictor emulates."""

    val_accuracy: float
    runtime: float


def draw(predictor: Predictor, genotypes: Genotypes, seeds: Rows) -> Array:
    """Emulate single trainings: the predictor's own, or normal draws around its mean as a release's are."""
    if isinstance(predictor, NoisyPredictor):
        return predictor.draws(genotypes, seeds)
    return keyed_draws(predictor, genotypes, seeds)


def keyed_draws(predictor: Predictor, genotypes: Genotypes, seeds: Rows) -> Array:
    """Normal draws around a predictor's mean, as a release's are: of architecture and seed alone."""
    mean, std = predictor.predict(genotypes)
    noise = predictor.noise_std(genotypes) if isinstance(predictor, NoiseKnowingPredictor) else std
    return np.clip(mean + noise * keyed_normal(keys_of(genotypes), seeds, Stream.BENCHMARK), 0.0, 1.0)


def noise_std(predictor: Predictor, genotypes: Genotypes) -> Array:
    """What draws of each architecture differ by: the predictor's noise, or its std where it tells of none."""
    if isinstance(predictor, NoiseKnowingPredictor):
        return predictor.noise_std(genotypes)
    return np.asarray(predictor.predict(genotypes)[1])


def training_std(predictor: Predictor, genotypes: Genotypes) -> Array:
    """How far one training is from the predicted mean: by the std of the mean, and by the noise if known."""
    std = np.asarray(predictor.predict(genotypes)[1])
    if not isinstance(predictor, NoiseKnowingPredictor):
        return std
    return np.sqrt(std**2 + predictor.noise_std(genotypes) ** 2)


def keys_of(genotypes: Genotypes) -> NDArray[np.uint64]:
    """Numbers that tell architectures apart, shape (n,)."""
    return np.array([genotype.key for genotype in genotypes], dtype=np.uint64)
