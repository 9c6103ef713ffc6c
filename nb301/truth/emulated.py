"""The emulated ground truth: an explicit function in place of training on CIFAR-10.

It lets the benchmark install and run anywhere, and optimizers ask about any architecture. It is a sum over
the edges of an architecture and pairs of its edges (`emulation/`), fitted to real trainings and published
predictions, and noise; **its results are never CIFAR-10 results**. In percent of accuracy:

    mean  = additive accuracy, held below a ceiling
    val   = mean + run noise + validation noise
    test  = mean - gap + run noise + test noise
    train = 100 - base - slope * (100 - mean) + train noise
    val after an epoch = val - how far behind the best epoch it is

Every constant below says whether it is published, fitted or assumed. The function has a version of its own,
which changes when any value does; values are equal to the last bit on every processor.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nb301 import exact
from nb301.columns import read_only
from nb301.cost import CIFAR10_NETWORK
from nb301.encodings import canonical
from nb301.errors import SeedError
from nb301.learning_curves import LearningCurve, LearningCurves
from nb301.noise import Stream, keyed_normal, seeds_shape
from nb301.space import Genotype, keys_of_canonical, to_codes
from nb301.truth.base import EMULATED, TrainingRun, TrainingRuns
from nb301.truth.emulation.accuracy import additive_accuracy, median_seconds
from nb301.truth.emulation.curves import EPOCHS, RUN, RUNTIME, STREAMS, VALIDATION, points_behind

NAME, VERSION = EMULATED, "2.0"

# Ceiling, percent. Published: validation errors of good optimizers' incumbents near 5e-2 (Figures 4, 5); of
# 8,843 trainings the best is 94.84 at its best epoch, noise included (F42). Fitted: above the knee trainings
# are worse than the sum says, by 0.1 points at 94.4. Assumed: how they are, room * (1 - exp(-above / room)).
KNEE, CEILING = 93.8, 95.05

# Noise between training seeds, percent. Published: mean std 1.6e-3 over good architectures,
# smaller for better ones (Section 3.3, Figure 12). Assumed: normal, log-linear in the mean.
_NOISE_STD, _NOISE_AT, _NOISE_SLOPE = 0.16, 94.0, 0.22
# Share of that variance that a run's validation and test accuracy have in common. Assumed.
_SHARED_VARIANCE = 0.7
# Std of a test accuracy's own noise, as a share of that std. Assumed, so that Kendall's tau and Spearman's
# correlation of validation and test accuracy over the table are the published 0.852 and 0.969: test
# accuracies are of the final weights, not of the best epoch.
_TEST_NOISE = 0.84
# Test accuracy below validation accuracy, percent. Assumed; the official example has 0.14.
_TEST_GAP = 0.2
# Training error against mean validation error, percent. Assumed, through the official example's
# 13.4 at 2.3; MixUp and CutOut keep it high.
_TRAIN_BASE, _TRAIN_SLOPE, _TRAIN_STD = 8.0, 2.3, 0.15

# Std of an epoch's accuracy around a run's curve, percent. Assumed: it falls with the learning rate, along a
# cosine, from the first to the last epoch. Fitted: the last epoch is then 0.15 points below the best one, as
# F42's trainings are below F44's predictions of best epochs.
_EPOCH_STD_FIRST, _EPOCH_STD_LAST = 1.0, 0.16

# Runtime noise, lognormal. Published: a model explains 0.987 of the variance (Section 4.4), so it is small.
_RUNTIME_STD = 0.015


class EmulatedTruth:
    """The emulated ground truth; a pure function of genotype and seed.

    Equal up to the names of intermediate nodes means equal in every digit.
    """

    name, version, epochs, network = NAME, VERSION, EPOCHS, CIFAR10_NETWORK

    def evaluate(self, genotype: Genotype, seed: int) -> TrainingRun:
        """Emulate one training run.

        Raises:
            ValueError: The seed is no integer from 0 to 2^64-1.
        """
        return next(iter(self.evaluate_many([genotype], seed)))

    #: A truth is an objective, see `nb301.optimizers.Objective`, and by `curve` one of parts of trainings.
    __call__ = evaluate

    def evaluate_many(self, genotypes: Sequence[Genotype], seeds: ArrayLike) -> TrainingRuns:
        """Emulate training runs.

        Args:
            genotypes: The `n` architectures.
            seeds: Training seeds, shape (n,), or one for all.

        Raises:
            ValueError: A seed is no integer from 0 to 2^64-1.
        """
        _check_seeds(seeds, len(genotypes))
        codes = _canonical_codes(genotypes)
        keys = keys_of_canonical(codes)
        mean = _mean(codes)
        std = _noise_std(mean)

        def normal(stream: Stream) -> NDArray[np.float64]:
            return keyed_normal(keys, seeds, stream)

        run, own = _shared(std) * normal(Stream.RUN), _own(std)
        train = 100 - _TRAIN_BASE - _TRAIN_SLOPE * (100 - mean) + _TRAIN_STD * normal(Stream.TRAIN)
        return TrainingRuns(
            val_accuracy=_fraction(mean + run + own * normal(Stream.VALIDATION)),
            test_accuracy=_fraction(mean - _TEST_GAP + run + _TEST_NOISE * std * normal(Stream.TEST)),
            train_accuracy=_fraction(train),
            runtime=median_seconds(codes) * exact.exp(_RUNTIME_STD * normal(Stream.RUNTIME)),
        )

    def learning_curves(self, genotypes: Sequence[Genotype], seeds: ArrayLike) -> LearningCurves:
        """Emulate training runs, epoch by epoch; all epochs take the same time (F45).

        Args:
            genotypes: The `n` architectures.
            seeds: Training seeds, shape (n,), or one for all.

        Returns:
            Arrays of shape (n, 98), epoch 1 first; the best epochs are `evaluate_many`'s accuracies.

        Raises:
            ValueError: A seed is no integer from 0 to 2^64-1.
        """
        _check_seeds(seeds, len(genotypes))
        codes = _canonical_codes(genotypes)
        draws = _curve_draws(codes, seeds)
        seconds = median_seconds(codes) * exact.exp(_RUNTIME_STD * draws[:, RUNTIME])
        return LearningCurves(_curves(codes, draws), seconds[:, None] * (np.arange(1, EPOCHS + 1) / EPOCHS))

    def curve(self, genotype: Genotype, seed: int) -> LearningCurve:
        """Emulate one training run, epoch by epoch.

        Args:
            genotype: The architecture.
            seed: Training seed, 0..2^64-1.

        Raises:
            ValueError: The seed is no integer from 0 to 2^64-1.
        """
        return self.learning_curves([genotype], seed)[0]

    def mean(self, genotypes: Sequence[Genotype]) -> NDArray[np.float64]:
        """Expected validation accuracy over seeds, fraction, shape (n,)."""
        return _fraction(_mean(_canonical_codes(genotypes)))

    def median_runtime(self, genotypes: Sequence[Genotype]) -> NDArray[np.float64]:
        """Median runtime of one training over seeds, seconds, shape (n,)."""
        return median_seconds(_canonical_codes(genotypes))

    def noise_std(self, genotypes: Sequence[Genotype]) -> NDArray[np.float64]:
        """Std of validation accuracy between seeds, fraction, shape (n,)."""
        return _noise_std(_mean(_canonical_codes(genotypes))) / 100


def _check_seeds(seeds: ArrayLike, n: int) -> None:
    shape = seeds_shape(seeds)
    if shape not in {(), (n,)}:
        raise SeedError(f"seeds of shape {shape} for {n} architectures: give one, or one for each")


def _canonical_codes(genotypes: Sequence[Genotype]) -> NDArray[np.uint8]:
    # keys are of canonical forms; isomorphic architectures have the same ones
    if len(genotypes) == 1:  # numpy's calls would cost more than all the rest
        return np.frombuffer(genotypes[0].canonical_code, dtype=np.uint8).reshape(1, 2, 8, 2)
    return canonical(to_codes(genotypes))


def _mean(codes: NDArray[np.uint8]) -> NDArray[np.float64]:
    accuracy = additive_accuracy(codes)
    room, above = CEILING - KNEE, np.maximum(accuracy - KNEE, 0.0)
    return np.minimum(accuracy, KNEE) + room * (1 - exact.exp(-above / room))


def _curve_draws(codes: NDArray[np.uint8], seeds: ArrayLike) -> NDArray[np.float64]:
    """Draws of `STREAMS`, shape (n, 101), by one call: of few, numpy's calls take all the time."""
    return keyed_normal(keys_of_canonical(codes), seeds, STREAMS)


def _curves(codes: NDArray[np.uint8], draws: NDArray[np.float64]) -> NDArray[np.float64]:
    """Validation accuracy after every epoch, fractions, by the draws of `STREAMS`; shape (n, 98)."""
    mean = _mean(codes)
    std = _noise_std(mean)
    best = _fraction(mean + _shared(std) * draws[:, RUN] + _own(std) * draws[:, VALIDATION])
    behind = points_behind(codes) + _epoch_stds() * draws[:, :EPOCHS]
    behind -= behind.min(axis=1, keepdims=True)
    return np.clip(best[:, None] - behind / 100, 0.0, 1.0)


def _shared(std: NDArray[np.float64]) -> NDArray[np.float64]:
    """Std of what a run's validation and test accuracy have in common, percent."""
    shared: NDArray[np.float64] = np.sqrt(_SHARED_VARIANCE) * std
    return shared


def _own(std: NDArray[np.float64]) -> NDArray[np.float64]:
    """Std of what a run's validation accuracy has of its own, percent."""
    own: NDArray[np.float64] = np.sqrt(1 - _SHARED_VARIANCE) * std
    return own


def _noise_std(mean: NDArray[np.float64]) -> NDArray[np.float64]:
    return _NOISE_STD * exact.exp(_NOISE_SLOPE * (_NOISE_AT - mean))


@cache
def _epoch_stds() -> NDArray[np.float64]:
    """Of epochs 1 to 98, percent, shape (98,)."""
    annealed = (1 + exact.cos_of_turns(np.arange(EPOCHS) / (2 * (EPOCHS - 1)))) / 2
    stds: NDArray[np.float64] = _EPOCH_STD_LAST + (_EPOCH_STD_FIRST - _EPOCH_STD_LAST) * annealed
    return read_only(stds)


def _fraction(percent: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.clip(percent / 100, 0.0, 1.0)
