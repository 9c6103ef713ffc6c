"""Tests of `validation.measures.fresh`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.validation.surrogates import TRUTH, Constant
from validation.measures import NotApplicable, fresh


class OffBy:
    """The truth, scaled about its mean and off by a number that hangs on the architecture."""

    def __init__(self, off, scale=1.0):
        self.off, self.scale = off, scale

    def predict(self, genotypes):
        """Mean and std."""
        signs = np.array([(-1.0) ** (genotype.key % 2) for genotype in genotypes])
        mean = 0.93 + self.scale * (TRUTH.mean(genotypes) - 0.93)
        return mean + self.off * signs, np.full(len(genotypes), 0.001)


def test_the_truth_knows_all_alike(oracle):
    """No error anywhere is no quotient of nothing by nothing."""
    measured = fresh.as_test(oracle)
    assert (measured.value, *measured.interval) == pytest.approx((1, 1, 1))
    assert fresh.slope(oracle).interval == pytest.approx((1, 1))


def test_equal_errors_are_equal_on_rows_and_off_them(oracle):
    """What is off by as much on all is as good on fresh architectures."""
    measured = fresh.as_test(replace(oracle, predictor=OffBy(0.002)))
    assert measured.value == pytest.approx(1, rel=1e-3)
    assert measured.also["mae"] == pytest.approx(0.002, rel=1e-3)


def test_who_knows_the_table_alone(oracle):
    """Right on its rows and off elsewhere: many times the error."""
    known = {genotype.key for genotype in oracle.table.genotypes}

    class Table(OffBy):
        def predict(self, genotypes):
            mean, std = super().predict(genotypes)
            is_known = np.array([genotype.key in known for genotype in genotypes])
            return np.where(is_known, TRUTH.mean(genotypes) + 0.0005, mean), std

    measured = fresh.as_test(replace(oracle, predictor=Table(0.002)))
    assert measured.interval.low > 3


@pytest.mark.parametrize("scale", [0.9, 1.1])
def test_differences_of_another_size(oracle, scale):
    """Whose predictions differ by a tenth less or more has that slope."""
    assert fresh.slope(replace(oracle, predictor=OffBy(0, scale))).value == pytest.approx(1 / scale)


def test_a_constant_has_no_slope(oracle):
    """Nothing can be said of what the truth does with it."""
    assert np.isnan(fresh.slope(replace(oracle, predictor=Constant())).value)


def test_the_truth_has_to_be_there(real):
    """Nobody can be asked what real trainings are expected to give."""
    for measure in (fresh.as_test, fresh.slope):
        with pytest.raises(NotApplicable, match="last epoch cannot be asked what it expects"):
            measure(real)
