"""Tests of `validation.saboteurs.subtle`: what each does to the surrogate that it spoils."""

from __future__ import annotations

import numpy as np
import pytest

from nb301.space import Op, sample_many
from validation.fits import NamedRows
from validation.measures.bias import edits_to_best
from validation.saboteurs import subtle

GENOTYPES = sample_many(np.random.default_rng(0), 200)


@pytest.fixture
def means(real):
    return real.predictor.predict(GENOTYPES)[0]


@pytest.fixture
def spoiled(real):
    """What an oracle with a fault predicts."""
    return lambda fault: fault(real.predictor, real).predict(GENOTYPES)[0]


@pytest.mark.parametrize("fault", [subtle.ConfusesConvolutions, subtle.ConfusesEdges, subtle.ConfusesInputs])
def test_readings_undo_themselves(real, fault):
    """What is confused twice is right again, and something is confused."""
    see = fault(real.predictor, real).see
    assert [see(see(genotype)) for genotype in GENOTYPES] == GENOTYPES
    assert [see(genotype) for genotype in GENOTYPES] != GENOTYPES


def test_convolutions_are_confused_in_the_normal_cell(real):
    """As many of one as there were of the other."""
    see = subtle.ConfusesConvolutions(real.predictor, real).see
    for genotype in GENOTYPES:
        seen = see(genotype)
        assert seen.normal.count(Op.sep_conv_3x3) == genotype.normal.count(Op.sep_conv_5x5)
        assert seen.reduce == genotype.reduce


@pytest.mark.parametrize(("fault", "every"), [(subtle.RemembersSome, 10), (subtle.RemembersMost, 2)])
def test_memories_are_of_test_rows(real, fault, every):
    """Every tenth, or other; models that are fitted for claims have none."""
    test = real.split.test
    genotypes, observed = real.genotypes(test), real.table.rows["val_accuracy"].to_numpy()[test]
    mean, _ = fault(real.predictor, real).predict(genotypes)
    assert np.mean(mean == observed) == pytest.approx(1 / every, abs=0.01)
    np.testing.assert_array_equal(mean[::every], observed[::every])
    refit, _ = fault(real.predictor, real, NamedRows.stratified).predict(genotypes)
    assert not (refit == observed).any()


@pytest.mark.parametrize(("fault", "factor"), [(subtle.HalvesNoise, 0.5), (subtle.DoublesNoise, 2)])
def test_noise_of_the_wrong_size(real, fault, factor, means, spoiled):
    """The means are right."""
    noise = fault(real.predictor, real).noise_std(GENOTYPES)
    np.testing.assert_array_equal(noise, factor * real.predictor.noise_std(GENOTYPES))
    np.testing.assert_array_equal(spoiled(fault), means)


def test_shifts(means, spoiled, real):
    """Of all, of those at the top, and of those near the best."""
    np.testing.assert_allclose(spoiled(subtle.PredictsBestEpochs) - means, 0.0015)
    moved = spoiled(subtle.Optimist) - means
    assert set(moved.round(6)) == {0, 0.004}
    assert 0.01 < np.mean(moved > 0) < 0.12
    near = edits_to_best(real, GENOTYPES) <= 9
    np.testing.assert_allclose(spoiled(subtle.LovesTheBest) - means, np.where(near, 0.003, 0), atol=1e-12)


def test_the_order_stays(means, spoiled):
    """Where good ones are hardly told apart, and where all differences are too small or too large."""
    order = np.argsort(means, kind="stable")
    for fault in (subtle.Flattens, subtle.Shrinks, subtle.Stretches):
        np.testing.assert_array_equal(np.argsort(spoiled(fault), kind="stable"), order)
    assert spoiled(subtle.Flattens).max() < means.max() - 0.002
    for fault, factor in ((subtle.Shrinks, 2 / 3), (subtle.Stretches, 4 / 3)):
        assert spoiled(fault).std() == pytest.approx(factor * means.std())
    np.testing.assert_allclose(spoiled(subtle.Rounds), means, atol=5.1e-4)
