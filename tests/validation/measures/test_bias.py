"""Tests of `validation.measures.bias`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nb301.space import neighbours
from validation.measures import NotApplicable, bias


def test_the_truth_has_none(real):
    """On the whole, at the top, and near the best."""
    assert bias.overall(real).value < 2e-4
    assert bias.near_best(real).value < 6e-4
    for share in (0.01, 0.05, 1.0):
        interval = bias.of_top(real, share).interval
        assert interval.low <= 0 <= interval.high


def test_a_shift_is_seen_everywhere(real, answering):
    """What is predicted too low by half a point has that bias, to the last digit."""
    low = answering(lambda mean: mean - 0.005)
    for measure in (bias.overall, bias.near_best):
        shifted = measure(low).also["predicted_minus_observed"]
        assert shifted == pytest.approx(measure(real).also["predicted_minus_observed"] - 0.005)
    assert bias.overall(low).value == pytest.approx(0.005, abs=2e-4)
    assert bias.of_top(low, 0.05).value == pytest.approx(bias.of_top(real, 0.05).value - 0.005)


def test_the_winners_curse_is_as_large_as_theory_says(real, answering):
    """Of errors independent of the truth: their share of the variance, of how far the top lies above."""
    spread = real.predictor.predict(real.genotypes(real.split.test))[0].std()
    noise = np.random.default_rng(5).normal(0, spread, len(real.split.test))
    share, intensity = 0.5, 2.063  # of the best twentieth of a normal distribution
    cursed = answering(lambda mean: mean + noise[: len(mean)])
    expected = share * intensity * np.sqrt(2) * spread
    assert bias.of_top(cursed, 0.05).value == pytest.approx(expected, rel=0.25)


def test_at_least_two_are_the_top(real):
    """A mean of one has no interval; everything is all rows."""
    assert bias.of_top(real, 1e-6).n == 2
    assert bias.of_top(real, 1.0).n == len(real.split.test)


def test_edits_are_counted_from_the_best(real):
    """The best itself is none away, what differs in one op at most one more; random ones are many."""
    fitted = real.split.fitting
    best = real.table.rows["val_accuracy"].to_numpy()[fitted].argmax()
    genotype = real.genotypes(fitted[[best]])[0]
    assert bias.edits_to_best(real, [genotype]) == [0]
    edits = bias.edits_to_best(real, real.genotypes(real.split.test[:100]))
    assert edits.min() >= 1
    assert edits.max() <= 16
    assert bias.edits_to_best(real, neighbours(genotype)).min() == 1


def test_mutants_of_the_best(oracle):
    """The truth has no bias there; a shift is one, whatever its sign."""
    assert bias.of_mutants(oracle).value == 0

    class Low:
        def predict(self, genotypes):
            mean, std = oracle.predictor.predict(genotypes)
            return mean - 0.002, std

    measured = bias.of_mutants(replace(oracle, predictor=Low()))
    assert measured.value == pytest.approx(0.002)
    assert measured.also["predicted_minus_true"] == pytest.approx(-0.002)
    assert measured.n == pytest.approx(0.05 * len(oracle.split.fitting), abs=1)


def test_mutants_need_the_truth(real):
    """No table has them."""
    with pytest.raises(NotApplicable, match="cannot be asked"):
        bias.of_mutants(real)
