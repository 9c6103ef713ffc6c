"""The emulated ground truth: an explicit function in place of training on CIFAR-10.

It lets the benchmark install and run anywhere. It is made of published numbers where there are
any and of assumptions where there are none; **its results are never CIFAR-10 results**. In percent
of accuracy, before the last line:

    mean  = ceiling(linear description + path effects - collapse + offset)
    val   = mean + run noise + validation noise
    test  = mean - gap + run noise + test noise
    train = 100 - base - slope * (100 - mean) + train noise

Every constant below says whether it is published or assumed. The function has a version of its own,
which changes when any value does; values are equal to the last bit on every processor.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nb301 import exact
from nb301.cost import CIFAR10_NETWORK, cost_many
from nb301.encodings import canonical, paths
from nb301.noise import Stream, keyed_normal
from nb301.space import Genotype, Op, keys_of_canonical, to_codes
from nb301.truth.base import EMULATED, TrainingRun, TrainingRuns
from nb301.truth.landscape import linear_accuracy

NAME, VERSION = EMULATED, "1.0"

# Soft ceiling, percent. Published: validation error of good optimizers' incumbents near 5e-2
# (Figures 4, 5). Assumed: the form, -softness * log(exp(-x/softness) + exp(-ceiling/softness)).
_CEILING, _SOFTNESS = 95.05, 0.5

# Path effects, percent. Assumed: every (cell, input, sequence of ops) that a cell contains adds a
# normal weight of this std; together 0.11 points over uniform samples.
_PATH_STD = 0.0232
# Added to all, percent. Published: the mean over uniform samples, 93.11, which the three terms shift.
_OFFSET = 0.11

# Collapse, percent. Published: 2-3 skip connections in the normal cell are best, many
# parameter-free ops of a kind deteriorate it, pools at once, the reduction cell matters less
# (Appendix C.5, D.6, Figures 14, 18). Assumed: weight * (count - 3)^2 beyond 3 equal ops.
_COLLAPSE_BEYOND = 3
_COLLAPSE = {
    Op.skip_connect: (0.14, 0.02),  # (normal, reduction)
    Op.max_pool_3x3: (0.17, 0.02),
    Op.avg_pool_3x3: (0.17, 0.02),
}

# Noise between training seeds, percent. Published: mean std 1.6e-3 over good architectures,
# smaller for better ones (Section 3.3, Figure 12). Assumed: normal, log-linear in the mean.
_NOISE_STD, _NOISE_AT, _NOISE_SLOPE = 0.16, 94.0, 0.22
# Share of that variance that a run's validation and test accuracy have in common. Assumed.
_SHARED_VARIANCE = 0.7
# Std of a test accuracy's own noise, as a share of that std. Assumed, so that Kendall's tau and Spearman's
# correlation of validation and test accuracy over the table are the published 0.852 and 0.969: test
# accuracies are of the final weights, not of the best epoch.
_TEST_NOISE = 0.88
# Test accuracy below validation accuracy, percent. Assumed; the official example has 0.14.
_TEST_GAP = 0.2
# Training error against mean validation error, percent. Assumed, through the official example's
# 13.4 at 2.3; MixUp and CutOut keep it high.
_TRAIN_BASE, _TRAIN_SLOPE, _TRAIN_STD = 8.0, 2.3, 0.15

# Runtime, seconds. Published: mean 1,366 s over the DE architectures (115 GPU days for 7,275); a
# model that explains 0.987 of its variance (Section 4.4), so the noise is small beside the spread.
# Assumed: a start, a price for a million multiply-adds, one for each edge's kernels, lognormal noise.
_RUNTIME_START, _RUNTIME_PER_MILLION, _RUNTIME_STD = 50.0, 4.4, 0.015
_RUNTIME_PER_EDGE = {
    Op.max_pool_3x3: (20.0, 8.0),  # (normal, reduction)
    Op.avg_pool_3x3: (18.0, 7.0),
    Op.skip_connect: (4.0, 10.0),
    Op.sep_conv_3x3: (76.0, 25.0),
    Op.sep_conv_5x5: (84.0, 29.0),
    Op.dil_conv_3x3: (42.0, 13.0),
    Op.dil_conv_5x5: (46.0, 15.0),
}

EPOCHS = 100


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

    def evaluate_many(self, genotypes: Sequence[Genotype], seeds: ArrayLike) -> TrainingRuns:
        """Emulate training runs.

        Args:
            genotypes: The `n` architectures.
            seeds: Training seeds, shape (n,), or one for all.

        Raises:
            ValueError: A seed is no integer from 0 to 2^64-1.
        """
        codes = _canonical_codes(genotypes)
        keys = keys_of_canonical(codes)
        mean = _mean(codes)
        std = _noise_std(mean)

        def normal(stream: Stream) -> NDArray[np.float64]:
            return keyed_normal(keys, seeds, stream)

        run = np.sqrt(_SHARED_VARIANCE) * std * normal(Stream.RUN)
        own = np.sqrt(1 - _SHARED_VARIANCE) * std
        train = 100 - _TRAIN_BASE - _TRAIN_SLOPE * (100 - mean) + _TRAIN_STD * normal(Stream.TRAIN)
        return TrainingRuns(
            val_accuracy=_fraction(mean + run + own * normal(Stream.VALIDATION)),
            test_accuracy=_fraction(mean - _TEST_GAP + run + _TEST_NOISE * std * normal(Stream.TEST)),
            train_accuracy=_fraction(train),
            runtime=_median_runtime(codes) * exact.exp(_RUNTIME_STD * normal(Stream.RUNTIME)),
        )

    def mean(self, genotypes: Sequence[Genotype]) -> NDArray[np.float64]:
        """Expected validation accuracy over seeds, fraction, shape (n,)."""
        return _fraction(_mean(_canonical_codes(genotypes)))

    def median_runtime(self, genotypes: Sequence[Genotype]) -> NDArray[np.float64]:
        """Median runtime of one training over seeds, seconds, shape (n,)."""
        return _median_runtime(_canonical_codes(genotypes))

    def noise_std(self, genotypes: Sequence[Genotype]) -> NDArray[np.float64]:
        """Std of validation accuracy between seeds, fraction, shape (n,)."""
        return _noise_std(_mean(_canonical_codes(genotypes))) / 100


def _canonical_codes(genotypes: Sequence[Genotype]) -> NDArray[np.uint8]:
    # the canonical form makes sums of isomorphic architectures equal in the last digit, too
    return canonical(to_codes(genotypes))


def _mean(codes: NDArray[np.uint8]) -> NDArray[np.float64]:
    raw = linear_accuracy(codes) + _path_effects(codes) - _collapse(codes) + _OFFSET
    return -_SOFTNESS * exact.logaddexp(-raw / _SOFTNESS, -_CEILING / _SOFTNESS)


def _path_effects(codes: NDArray[np.uint8]) -> NDArray[np.float64]:
    weights = _path_weights()
    effects = np.zeros(len(codes))
    numbers = np.sort(paths(codes), axis=-1)
    for cell in range(2):
        for start in range(2):
            sequences = numbers[:, cell, start]
            # a sequence counts once, however many paths have it, as in the path encoding
            first = np.diff(sequences, axis=-1, prepend=-1) != 0
            effects += exact.total(np.where(first, weights[cell, start][sequences], 0.0))
    return effects


@cache
def _path_weights() -> NDArray[np.float64]:
    """Weights by (cell, input, number of the path), percent."""
    shape = (2, 2, 8**4)
    draws = keyed_normal(np.arange(np.prod(shape), dtype=np.uint64), 0, Stream.PATHS)
    return _PATH_STD * draws.reshape(shape)


def _collapse(codes: NDArray[np.uint8]) -> NDArray[np.float64]:
    loss = np.zeros(len(codes))
    for op, weights in _COLLAPSE.items():
        beyond = np.maximum((codes[..., 1] == op).sum(axis=2) - _COLLAPSE_BEYOND, 0)
        loss += (beyond**2 * weights).sum(axis=1)
    return loss


def _noise_std(mean: NDArray[np.float64]) -> NDArray[np.float64]:
    return _NOISE_STD * exact.exp(_NOISE_SLOPE * (_NOISE_AT - mean))


def _median_runtime(codes: NDArray[np.uint8]) -> NDArray[np.float64]:
    per_edge = np.array([_RUNTIME_PER_EDGE[op] for op in Op])
    millions = cost_many(codes)[:, 1] / 1e6
    kernels = per_edge[codes[..., 1], np.arange(2)[:, None]].sum(axis=(1, 2))
    seconds: NDArray[np.float64] = _RUNTIME_START + _RUNTIME_PER_MILLION * millions + kernels
    return seconds


def _fraction(percent: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.clip(percent / 100, 0.0, 1.0)
