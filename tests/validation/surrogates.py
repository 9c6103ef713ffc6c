"""Surrogates whose faults are known, for tests of what is said of them."""

from __future__ import annotations

import numpy as np

from nb301.space import Op, sample_many, to_codes
from nb301.truth.emulated import EmulatedTruth

TRUTH = EmulatedTruth()
#: Architectures of the predictions that a test makes up for the paper's models.
PREDICTED = sample_many(np.random.default_rng(3), 400)


class Constant:
    """One accuracy for all."""

    def predict(self, genotypes):
        """Mean and std."""
        return np.full(len(genotypes), 0.93), np.full(len(genotypes), 0.001)


class Oracle:
    """The truth's expectation and its noise: the best that there can be."""

    def predict(self, genotypes):
        """Mean and std."""
        return TRUTH.mean(genotypes), TRUTH.noise_std(genotypes)


class TimedOracle(Oracle):
    """Knows runtimes, too."""

    def seconds(self, genotypes):
        """Median runtimes."""
        return TRUTH.median_runtime(genotypes)


class Toy:
    """Separable convolutions are good; cheap enough for 39 runs."""

    def predict(self, genotypes):
        """Mean and std."""
        codes = to_codes(genotypes)[:, :, :, 1]
        good = np.isin(codes, (Op.sep_conv_3x3, Op.sep_conv_5x5)).sum(axis=(1, 2))
        return 0.8 + 0.005 * good, np.full(len(genotypes), 0.005)
