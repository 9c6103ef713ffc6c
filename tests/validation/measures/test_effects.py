"""Tests of `validation.measures.effects`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nb301.space import Op, from_codes, to_codes
from tests.validation.surrogates import TRUTH
from validation.measures import NotApplicable, effects


class Reads:
    """The truth about architectures whose ops in one cell it reads as others."""

    def __init__(self, cell, ops):
        self.cell, self.names = cell, np.arange(len(Op), dtype=np.uint8)
        self.names[list(ops)] = list(ops.values())

    def predict(self, genotypes):
        """Mean and std."""
        codes = to_codes(genotypes).copy()
        codes[:, self.cell, :, 1] = self.names[codes[:, self.cell, :, 1]]
        return TRUTH.mean(from_codes(codes)), np.full(len(codes), 0.001)


def test_the_truth_is_right(oracle):
    """Every effect, every difference, every single answer."""
    assert effects.largest_error(oracle).value == 0
    assert effects.weakest_difference(oracle).interval == (1, 1)
    measured = effects.off_alone(oracle, 0.0075)
    assert measured.value == 0
    assert measured.n == 42_000


def test_ops_that_are_taken_for_each_other(oracle):
    """Their differences have the wrong sign and nearly the same size: neighbours are misread, too."""
    exchanged = {Op.sep_conv_3x3: Op.sep_conv_5x5, Op.sep_conv_5x5: Op.sep_conv_3x3}
    subject = replace(oracle, predictor=Reads(0, exchanged))
    measured = effects.weakest_difference(subject)
    assert measured.interval.high < 0
    assert measured.value == pytest.approx(-1, abs=0.3)


def test_ops_that_are_taken_for_one(oracle):
    """They differ by nothing; what one of them has on average is off by the difference."""
    subject = replace(oracle, predictor=Reads(0, {Op.skip_connect: Op.max_pool_3x3}))
    assert effects.weakest_difference(subject).interval == (0, 0)
    assert effects.largest_error(subject).interval.low > 1e-4


def test_single_answers_that_are_off(oracle):
    """One in 500 by a point, found whatever the others are off by together."""

    class Seldom:
        def predict(self, genotypes):
            seldom = np.array([genotype.key % 500 == 0 for genotype in genotypes])
            return TRUTH.mean(genotypes) + 0.01 * seldom + 0.02, np.full(len(genotypes), 0.001)

    measured = effects.off_alone(replace(oracle, predictor=Seldom()), 0.0075)
    assert measured.interval.low < 1 / 500 < measured.interval.high
    assert measured.also["architectures"] == round(measured.value * measured.n)


def test_the_truth_has_to_be_there(real):
    """Nobody can be asked what ops add to real trainings."""
    with pytest.raises(NotApplicable, match="cannot be asked"):
        effects.largest_error(real)
