"""Tests of `validation.measures.left_out`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nb301.metrics import r2
from validation.fits import NamedRows, PlannedFit, Without
from validation.measures import MEASURES, NotApplicable, left_out
from validation.measures.base import observed, rows_of


class Shifted:
    """Predicts what the table says plus a shift."""

    def __init__(self, table, shift):
        accuracies = table.rows["val_accuracy"].to_numpy() + shift
        self.known = dict(zip((genotype.key for genotype in table.genotypes), accuracies, strict=True))

    def predict(self, genotypes):
        """Mean and std."""
        return np.array([self.known[genotype.key] for genotype in genotypes]), np.zeros(len(genotypes))


@pytest.fixture
def shifted(subject):
    """Models that predict a point too much where they were fitted without rows."""
    wrapped = Shifted(subject.table, 0.01)
    return replace(subject, wrap=lambda *_: wrapped)


def test_the_left_out_rows_are_predicted(subject):
    """The statistic is that of the model without the optimizer, on all of its rows."""
    rows = rows_of(subject, "re")
    measured = left_out.optimizer(subject, "r2", "re")
    model = subject.refit(Without("re"))
    predicted = model.predict(subject.genotypes(rows))[0]
    assert measured.n == len(rows) == 100
    assert measured.value == r2(observed(subject, rows), predicted)
    with pytest.raises(NotApplicable, match="table tiny has no rows of darts"):
        left_out.optimizer(subject, "r2", "darts")


def test_what_is_overpredicted(shifted):
    """Errors of those with many skips, beside those of the others and their share."""
    measured = left_out.overpredicted(shifted, "re", 0)
    assert measured.value == pytest.approx(0.01, abs=5e-4)
    assert measured.also["others"] == pytest.approx(0.01, abs=5e-4)  # some were trained twice
    assert measured.also["share"] == measured.n / 100 < 1
    without = left_out.gain_without_skips(shifted, "re", 8)
    assert without.value == 0  # nobody has more than eight


def test_rows_below_92(shifted):
    """Without a statistic it is the mean error."""
    assert left_out.below_92(shifted).value == pytest.approx(0.01)
    assert left_out.below_92(shifted, "spearman").value == pytest.approx(1)


def test_models_of_as_many_rows(shifted):
    """Equal models explain equally much."""
    measured = left_out.gain_of_all_optimizers(shifted, "r2")
    assert measured.value == 0
    assert measured.also["equal_size"] == measured.also["random_only"]


def test_models_that_are_needed(subject):
    """As the measures ask for them."""
    needed = {
        "left_out.optimizer": [PlannedFit(Without("re"))],
        "left_out.overpredicted": [PlannedFit(Without("re"))],
        "left_out.gain_without_skips": [PlannedFit(Without("re"))],
        "left_out.gain_of_all_optimizers": [
            PlannedFit(NamedRows.equal_size),
            PlannedFit(NamedRows.random_only),
        ],
        "left_out.below_92": [PlannedFit(NamedRows.above_92)],
    }
    for name, fits in needed.items():
        assert MEASURES[name].fits(subject, name="re") == fits
