"""Tests of `validation.saboteurs.noise`: how far apart trainings are told and drawn."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import kurtosis, spearmanr

from validation.saboteurs import noise

SEEDS = np.arange(2000)


@pytest.fixture
def right(perfect, genotypes):
    """Std of trainings of the architectures, fractions."""
    return perfect.predictor.noise_std(genotypes)


@pytest.fixture
def standardised(spoiled, perfect, genotypes):
    """Noise of 20 architectures, each drawn with many seeds, in units of its std; shape (20, seeds)."""

    def make(fault):
        few = genotypes[:20]
        asked = [genotype for genotype in few for _ in SEEDS]
        drawn = spoiled(fault).draws(asked, np.tile(SEEDS, len(few))).reshape(len(few), -1)
        mean, std = perfect.predictor.predict(few)[0], perfect.predictor.noise_std(few)
        return (drawn - mean[:, None]) / std[:, None]

    return make


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (noise.HalvesNoise, lambda std: std / 2),
        (noise.DoublesNoise, lambda std: std * 2),
        (noise.StandardError, lambda std: std / np.sqrt(5)),
        (noise.NoiseInPercent, lambda std: std * 100),
        (noise.NoiseOfPercent, lambda std: std / 100),
        (noise.VarianceForStd, lambda std: std * std),
        (noise.ZeroStd, np.zeros_like),
    ],
)
def test_noise_of_the_wrong_size(fault, told, spoiled, genotypes, right, means):
    """The means are right."""
    faulty = spoiled(fault)
    np.testing.assert_allclose(faulty.noise_std(genotypes), told(right), rtol=1e-12)
    np.testing.assert_array_equal(faulty.predict(genotypes)[0], means)


def test_noise_that_does_not_know_architectures(spoiled, genotypes, right):
    """All alike, or the other way round; typical ones are right."""
    constant, inverted = (
        spoiled(fault).noise_std(genotypes) for fault in (noise.ConstantNoise, noise.InvertsNoise)
    )
    assert len(set(constant)) == 1
    assert right.min() < constant[0] < right.max()
    np.testing.assert_allclose(inverted * right, constant**2)
    assert spearmanr(inverted, right).statistic == pytest.approx(-1)


def test_nothing_is_uncertain(spoiled, genotypes):
    """Neither a mean nor a training."""
    assert not spoiled(noise.ZeroStd).predict(genotypes)[1].any()


@pytest.mark.parametrize(
    ("fault", "shared"), [(noise.SharesNoise, 1), (noise.SharesHalfOfNoise, 0.5), (noise.TwoValued, 0)]
)
def test_noise_is_shared_by_architectures(fault, shared, standardised):
    """As far as their noise with equal seeds correlates."""
    correlations = np.corrcoef(standardised(fault))
    assert correlations[np.triu_indices(20, 1)].mean() == pytest.approx(shared, abs=0.05)


def test_noise_is_shared_by_seeds(standardised):
    """An architecture has always the same."""
    z = standardised(noise.IgnoresSeeds)
    assert np.ptp(z, axis=1).max() < 1e-9
    assert z[:, 0].std() > 0.3


@pytest.mark.parametrize(
    ("fault", "low", "high"),
    [(noise.TwoValued, -2.1, -1.9), (noise.Uniform, -1.3, -1.1), (noise.HeavyTails, 2, np.inf)],
)
def test_noise_of_another_distribution(fault, low, high, standardised):
    """Mean and std are right, the shape is not."""
    z = standardised(fault)
    assert abs(z.mean()) < 0.05
    assert z.std() == pytest.approx(1, abs=0.1)
    assert low < kurtosis(z.ravel()) < high


def test_luck(standardised):
    """Draws are better than they should be, and farther apart."""
    z = standardised(noise.Lucky)
    assert z.mean() == pytest.approx(0.5, abs=0.05)
    assert z.std() == pytest.approx(2, abs=0.05)
