"""Faults of reading: what is seen is another architecture than the one asked for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nb301.encodings import vector
from nb301.space import Op, from_codes, to_codes
from validation.intervals import Array
from validation.measures.relabelling import READINGS, Codes
from validation.predictors import Genotypes
from validation.saboteurs.base import Faulty, chosen

_NORMAL, _REDUCTION = 0, 1
_BOTH = (_NORMAL, _REDUCTION)


class ReadsOps(Faulty):
    """Takes ops of some cells for others; of which and for which subclasses say."""

    _CELLS: Sequence[int] = (_NORMAL,)
    _OPS: Sequence[tuple[Op, Op]]

    def _seen(self, genotypes: Genotypes) -> Genotypes:
        """With other ops in some cells."""
        names = np.arange(len(Op), dtype=np.uint8)
        for op, read in self._OPS:
            names[op] = read
        codes, cells = to_codes(genotypes).copy(), list(self._CELLS)
        codes[:, cells, :, 1] = names[codes[:, cells, :, 1]]
        return from_codes(codes)


class IgnoresSkips(ReadsOps):
    """Takes skip connections of the normal cell for separable convolutions."""

    _OPS = ((Op.skip_connect, Op.sep_conv_3x3),)


class IgnoresPools(ReadsOps):
    """Takes pools of the normal cell for separable convolutions."""

    _OPS = ((Op.max_pool_3x3, Op.sep_conv_3x3), (Op.avg_pool_3x3, Op.sep_conv_3x3))


class ReadsReductionSkips(ReadsOps):
    """Takes skip connections of the reduction cell for max pools."""

    _CELLS = (_REDUCTION,)
    _OPS = ((Op.skip_connect, Op.max_pool_3x3),)


class ConfusesSeparable(ReadsOps):
    """Takes separable convolutions of 3x3 and 5x5 for each other, in the normal cell."""

    _OPS = ((Op.sep_conv_3x3, Op.sep_conv_5x5), (Op.sep_conv_5x5, Op.sep_conv_3x3))


class ConfusesSeparableOfBoth(ConfusesSeparable):
    """Takes separable convolutions of 3x3 and 5x5 for each other, in both cells."""

    _CELLS = _BOTH


class ConfusesDilated(ReadsOps):
    """Takes dilated convolutions of 3x3 and 5x5 for each other, in the normal cell."""

    _OPS = ((Op.dil_conv_3x3, Op.dil_conv_5x5), (Op.dil_conv_5x5, Op.dil_conv_3x3))


class ConfusesDilatedOfBoth(ConfusesDilated):
    """Takes dilated convolutions of 3x3 and 5x5 for each other, in both cells."""

    _CELLS = _BOTH


class ReadsOtherwise(Faulty):
    """Reads genotypes as one of the other readings that claims try."""

    _WHAT: str
    _NUMBER = 0

    def _seen(self, genotypes: Genotypes) -> Genotypes:
        """In that reading."""
        reading = list(READINGS[self._WHAT]())[self._NUMBER]
        return from_codes(reading(to_codes(genotypes)))


class SwapsCells(ReadsOtherwise):
    """Takes the reduction cell for the normal cell."""

    _WHAT = "cells"


class ConfusesEdges(ReadsOtherwise):
    """Takes the two edges into the first node of the normal cell for each other."""

    _WHAT = "edges"


class ConfusesInputs(ReadsOtherwise):
    """Takes the two inputs of both cells for each other."""

    _WHAT, _NUMBER = "inputs", 2


class NotCanonical(Faulty):
    """Tells genotypes apart that differ in the names of nodes alone, as the official encoding does."""

    def _spoiled(self, mean: Array, genotypes: Genotypes) -> Array:
        """A little more for each odd number in the vector."""
        return mean + 1e-5 * _odd(to_codes(genotypes))


class SeldomCanonical(Faulty):
    """Tells such genotypes apart of one architecture in 500."""

    def _spoiled(self, mean: Array, genotypes: Genotypes) -> Array:
        """The same for these."""
        return np.where(chosen(genotypes, 500, self.seed), mean + 1e-5 * _odd(to_codes(genotypes)), mean)


def _odd(codes: Codes) -> Array:
    """How many numbers of the official vectors are odd, shape (n,)."""
    return np.asarray((vector(codes) % 2).sum(axis=1), dtype=np.float64)
