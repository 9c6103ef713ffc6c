"""Tests of `validation.saboteurs.curves`: whole trainings are right, epochs wrong as they are told to be."""

from __future__ import annotations

import numpy as np
import pytest

from validation.saboteurs import curves
from validation.saboteurs.answering import Rounds

SEEDS = np.arange(200)
FAULTS = [
    curves.OneShape,
    curves.TellsTheEnd,
    curves.SwapsCellsOfCurves,
    curves.LateEpochs,
    curves.NoEpochNoise,
    curves.HalvesEpochNoise,
    curves.DoublesEpochNoise,
    curves.RemembersEpochs,
]


@pytest.fixture(scope="module")
def right(perfect, genotypes):
    """Curves of the oracle."""
    return perfect.predictor.curves(genotypes, SEEDS)


@pytest.mark.parametrize("fault", FAULTS)
def test_whole_trainings_are_right(fault, spoiled, perfect, genotypes, right):
    """The best epoch is the answer, and something before it is not."""
    told = spoiled(fault).curves(genotypes, SEEDS)
    np.testing.assert_allclose(told.max(axis=1), perfect.predictor.draws(genotypes, SEEDS), atol=1e-12)
    assert np.abs(told - right).max() > 0.001
    assert spoiled(fault).curves(genotypes, None).shape == right.shape


def test_curves_follow_the_answer(spoiled, genotypes):
    """What is wrong about a whole training is wrong about its epochs."""
    rounded = spoiled(Rounds)
    told, drawn = rounded.curves(genotypes, SEEDS), rounded.draws(genotypes, SEEDS)
    np.testing.assert_allclose(told.max(axis=1), drawn, atol=1e-12)


def test_the_best_epoch_is_elsewhere(spoiled, perfect, genotypes):
    """By a tenth of a point."""
    told = spoiled(curves.EndsElsewhere).curves(genotypes, SEEDS)
    off = told.max(axis=1) - perfect.predictor.draws(genotypes, SEEDS)
    np.testing.assert_allclose(off, 0.001, atol=1e-12)


def noise_of(told):
    """What early epochs differ by from one another; curves are nearly straight there: a shape is no noise."""
    second = np.diff(told[:, :20], n=2, axis=1)
    return second - second.mean(axis=0)


@pytest.mark.parametrize(
    ("fault", "times"),
    [(curves.NoEpochNoise, 0), (curves.HalvesEpochNoise, 0.5), (curves.DoublesEpochNoise, 2)],
)
def test_noise_of_epochs(fault, times, spoiled, genotypes, right):
    """So many times as large."""
    told = noise_of(spoiled(fault).curves(genotypes, SEEDS))
    assert told.std() / noise_of(right).std() == pytest.approx(times, abs=0.1)


def test_noise_that_goes_on(spoiled, perfect, genotypes, right):
    """As large, and correlated."""
    expected = perfect.predictor.curves(genotypes, None)
    told, usual = (
        (noise - noise.mean(axis=1, keepdims=True))[:, :30]
        for noise in (spoiled(curves.RemembersEpochs).curves(genotypes, SEEDS) - expected, right - expected)
    )
    assert told.std() == pytest.approx(usual.std(), rel=0.15)
    assert np.corrcoef(told[:, 1:].ravel(), told[:, :-1].ravel())[0, 1] == pytest.approx(0.6, abs=0.1)
    assert np.corrcoef(usual[:, 1:].ravel(), usual[:, :-1].ravel())[0, 1] == pytest.approx(0, abs=0.1)


def test_the_end_is_told(spoiled, genotypes):
    """From the first epoch on trainings are ranked as they end."""
    told = spoiled(curves.TellsTheEnd).curves(genotypes, SEEDS)
    assert (np.argsort(told[:, 0]) == np.argsort(told[:, -1])).all()
