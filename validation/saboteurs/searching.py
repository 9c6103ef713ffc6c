"""Faults that show in searches: of what neither rows nor random architectures are like, but is sought."""

from __future__ import annotations

import numpy as np

from nb301.noise import keyed_normal
from nb301.space import Op
from validation.fits import Without
from validation.intervals import Array, Rows
from validation.measures.base import skips
from validation.predictors import Genotypes, keys_of
from validation.saboteurs.base import ERROR, Faulty, quantile


class Exaggerates(Faulty):
    """Believes each separable 5x5 convolution in the normal cell beyond the second to add 0.3 points more."""

    def _spoiled(self, mean: Array, genotypes: Genotypes) -> Array:
        """The more of them, the more."""
        return mean + 0.003 * np.maximum(skips(list(genotypes), Op.sep_conv_5x5) - 2, 0)


class RuggedWhereGood(Faulty):
    """Is 0.3 points off on what it finds good, every other architecture, in either direction."""

    def _spoiled(self, mean: Array, genotypes: Genotypes) -> Array:
        """With fixed errors of these."""
        errors = 0.003 * keyed_normal(keys_of(genotypes), self.seed, ERROR)
        return np.where(mean >= quantile(self.subject, 0.5), mean + errors, mean)


class SaturatesWhereGood(Faulty):
    """Predicts nothing above what it predicts seven in ten of its test rows to be below."""

    def _spoiled(self, mean: Array, genotypes: Genotypes) -> Array:  # noqa: ARG002 - of all alike
        """Cut off."""
        return np.minimum(mean, quantile(self.subject, 0.7))


class SaturatesWithoutRows(Faulty):
    """Predicts nothing above 94 % where it has not seen the rows of the optimizer that looks for it."""

    def _spoiled(self, mean: Array, genotypes: Genotypes) -> Array:  # noqa: ARG002 - of all alike
        """Cut off."""
        return np.minimum(mean, 0.94) if isinstance(self.rows, Without) else mean


class DrawsWithoutNoise(Faulty):
    """Draws what it predicts, without any noise."""

    def draws(self, genotypes: Genotypes, seeds: Rows) -> Array:  # noqa: ARG002 - that is the fault
        """The means."""
        return self.predict(genotypes)[0]
