"""Tests of `validation.measures.curves`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nb301.noise import keyed_normal
from nb301.tables.schema import EvaluationTable
from tests.validation.surrogates import PREDICTED, TRUTH, Constant, Oracle
from validation.measures import NotApplicable, curves
from validation.predictors import keys_of

EPOCHS = TRUTH.epochs
#: What is known of a curve of one shape: it rises to the answer, as fast early as late.
RISES = np.linspace(0.3, 0.0, EPOCHS)


class Curved(Oracle):
    """Knows whole trainings, and tells of epochs what a function of keys and seeds says they are behind."""

    def __init__(self, behind):
        self.behind = behind

    def curves(self, genotypes, seeds):
        """Around the truth's mean."""
        return TRUTH.mean(genotypes)[:, None] - self.behind(keys_of(genotypes), seeds)


class Truthful(Oracle):
    """Tells the truth's trainings, with other seeds."""

    def curves(self, genotypes, seeds):
        """Or what is expected of them."""
        if seeds is None:
            return curves.expected_curves(TRUTH, genotypes)
        return TRUTH.learning_curves(genotypes, seeds + 2**30).val_accuracy


@pytest.fixture(scope="module")
def told(embedded_table, oracle):
    """Makes a subject of what tells curves, on rows that keep them."""
    rows = np.flatnonzero(embedded_table.rows["optimizer"] == "rs")[:3000]
    table = embedded_table.select(rows)
    return lambda surrogate: replace(oracle, predictor=surrogate, table=table)


def test_the_truth_differs_from_itself_by_chance(told):
    """In ranks, in noise and how long that goes on, and in crossings; it knows all that can be known."""
    subject = told(Truthful())
    share = curves.explained(subject)
    assert share.interval == (1, 1)
    assert share.also["average_r2"] == share.also["average_r2_of_truth"]
    for measured in (
        *(curves.rank_kept(subject, epochs) for epochs in (4, 11, 33)),
        curves.noise_size(subject),
        curves.noise_memory(subject),
        curves.crossings(subject),
    ):
        assert measured.interval.low == 0
        assert measured.interval.high < 0.08


def test_the_truths_expectation():
    """It is what many trainings give on average, after each epoch, and knows no row's noise."""
    some = PREDICTED[:3]
    expected = curves.expected_curves(TRUTH, some)
    for genotype, curve in zip(some, expected, strict=True):
        told = TRUTH.learning_curves([genotype] * 4000, np.arange(4000)).val_accuracy
        np.testing.assert_allclose(curve, told.mean(axis=0), atol=2e-3)


def test_the_last_epoch(told):
    """As NAS-Bench-x11 has it, with averages over epochs beside it."""
    subject = told(Truthful())
    r2, tau = (curves.unseen(subject, statistic) for statistic in ("r2", "kendall_tau"))
    assert 0.8 < r2.value < 0.95
    assert tau.value == r2.also["kendall_tau"]
    assert r2.also["spearman"] > tau.value
    assert 0.6 < tau.also["average_of_epochs"] < tau.value
    assert curves.explained(subject, "rs").value == curves.explained(subject).value


def test_one_shape_for_all(told):
    """Knows the last epoch, less of what is before, and ranks trainings as their ends do."""
    subject = told(Curved(lambda keys, _: np.tile(RISES, (len(keys), 1))))
    assert curves.unseen(subject, "kendall_tau").value > 0.7
    assert curves.explained(subject).interval.high < 0.8
    ranks = curves.rank_kept(subject, 11)
    assert ranks.also["subject"] == pytest.approx(1)
    assert ranks.interval.low > 0.1


def test_without_noise_nothing_is_compared(told):
    """Neither its size nor how long it goes on, nor how often curves of one shape cross."""
    subject = told(Curved(lambda keys, _: np.tile(RISES, (len(keys), 1))))
    for measure in (curves.noise_size, curves.noise_memory, curves.crossings):
        assert np.isnan(measure(subject).value)


def noisy(std, memory):
    """Curves whose epochs have noise of a std and a correlation with the next."""

    def behind(keys, seeds):
        z = keyed_normal(keys, seeds, 5000 + np.arange(EPOCHS))
        for epoch in range(1, EPOCHS):
            z[:, epoch] = memory * z[:, epoch - 1] + np.sqrt(1 - memory**2) * z[:, epoch]
        return RISES - std * z

    return behind


def test_constant_curves_rank_nothing(told):
    """There is no correlation, and no traceback."""

    class Constant(Oracle):
        def curves(self, genotypes, seeds):
            return np.full((len(genotypes), EPOCHS), 0.9)

    assert np.isnan(curves.rank_kept(told(Constant()), 11).value)


def test_noise_that_goes_on(told):
    """Its correlation is found, and that such curves cross less often than those of as much noise anew."""
    white, red = (told(Curved(noisy(0.004, memory))) for memory in (0.0, 0.8))
    assert curves.noise_memory(white).also["subject"] == pytest.approx(0, abs=0.02)
    assert curves.noise_memory(red).also["subject"] == pytest.approx(0.8, abs=0.02)
    assert curves.crossings(red).also["subject"] < 0.6 * curves.crossings(white).also["subject"]


def test_noise_of_another_size(told):
    """Twice as much is a logarithm of two more; epochs that are off on both sides do not make up for it."""
    once, twice = (curves.noise_size(told(Curved(noisy(std, 0.0)))) for std in (0.002, 0.004))
    assert twice.also["ratio"] == pytest.approx(2 * once.also["ratio"])
    assert once.value > 0.1


def test_who_tells_no_curves(oracle, embedded_table):
    """It is asked for none, and neither is a table that keeps none."""
    plain = replace(oracle, predictor=Constant())
    for measure in (curves.explained, curves.noise_size, lambda subject: curves.rank_kept(subject, 4)):
        with pytest.raises(NotApplicable, match="does not tell learning curves: it has no curves"):
            measure(plain)
    without = EvaluationTable("mine", "1.0", embedded_table.truth, embedded_table.rows.head(3000))
    with pytest.raises(NotApplicable, match=r"table mine-v1\.0 keeps no learning curves"):
        curves.explained(replace(oracle, predictor=Truthful(), table=without))


def test_other_epochs_than_the_truth(told):
    """A surrogate of 50 epochs is not compared with trainings of 98."""

    class Short(Truthful):
        def curves(self, genotypes, seeds):
            return super().curves(genotypes, seeds)[:, :50]

    for measure in (curves.explained, curves.crossings):
        with pytest.raises(NotApplicable, match=r"tells 50 epochs, .* 98"):
            measure(told(Short()))
