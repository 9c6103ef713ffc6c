"""Tests of `validation.predictors`."""

from __future__ import annotations

import numpy as np
import pytest

import nb301
from nb301.space import sample_many
from tests.validation.surrogates import Constant
from validation.predictors import (
    CurvePredictor,
    FittedPredictor,
    NoiseKnowingPredictor,
    NoisyPredictor,
    ReleasePredictor,
    TimePredictor,
    draw,
    keys_of,
    noise_std,
    training_std,
)

GENOTYPES = sample_many(np.random.default_rng(0), 20)
SEEDS = np.arange(20)


@pytest.fixture(scope="module")
def without_noise():
    """A release whose manifest tells of no noise of trainings."""
    benchmark = nb301.load("fashion-mnist-tiny-xgb-v1.0")
    assert benchmark.release.manifest.noise is None
    return benchmark


def test_a_release_answers_as_to_its_users(embedded):
    """Means, stds, seconds and draws are those of queries."""
    predictor = ReleasePredictor(embedded)
    answer = embedded.query(GENOTYPES)
    mean, std = predictor.predict(GENOTYPES)
    np.testing.assert_array_equal((mean, std), (answer.mean, answer.std))
    np.testing.assert_array_equal(predictor.seconds(GENOTYPES), answer.runtime)
    np.testing.assert_array_equal(
        draw(predictor, GENOTYPES, SEEDS), embedded.query(GENOTYPES, seed=SEEDS).val_accuracy
    )


def test_a_release_tells_its_noise(tiny_release):
    """Draws have the manifest's; a training is away from the mean by that and the members' std."""
    tiny = nb301.load(tiny_release)
    answer = tiny.query(GENOTYPES)
    predictor = ReleasePredictor(tiny)
    np.testing.assert_array_equal(noise_std(predictor, GENOTYPES), answer.noise_std)
    np.testing.assert_array_equal(
        training_std(predictor, GENOTYPES), np.sqrt(answer.std**2 + answer.noise_std**2)
    )


def test_a_release_tells_its_curves(tiny_release, without_noise):
    """Trainings and what is expected, as to its users; one without a curve model has none."""
    tiny = nb301.load(tiny_release)
    predictor = ReleasePredictor(tiny)
    assert isinstance(predictor, CurvePredictor)
    for seeds in (None, SEEDS):
        np.testing.assert_array_equal(
            predictor.curves(GENOTYPES, seeds), tiny.curve(GENOTYPES, seeds).val_accuracy
        )
    assert not isinstance(ReleasePredictor(without_noise), CurvePredictor)


def test_models_fitted_for_a_claim_have_the_releases_noise(tiny_release):
    """By their own mean: the release's models in their place have its very noise."""
    tiny = nb301.load(tiny_release)
    predictor = FittedPredictor(tiny.release.surrogate, tiny.release.manifest.noise)
    np.testing.assert_array_equal(noise_std(predictor, GENOTYPES), tiny.query(GENOTYPES).noise_std)


def test_without_noise_the_std_is_all_there_is(without_noise):
    """Of releases and surrogates that tell of none."""
    std = without_noise.query(GENOTYPES).std
    for predictor in (ReleasePredictor(without_noise), FittedPredictor(without_noise.release.surrogate)):
        np.testing.assert_array_equal(noise_std(predictor, GENOTYPES), std)
        np.testing.assert_array_equal(training_std(predictor, GENOTYPES), std)


def test_draws_of_a_surrogate_without_noise_of_its_own(without_noise):
    """They are as a release's: normal around its mean with its std, by architecture and seed."""

    class Copy:
        def predict(self, genotypes):
            answer = without_noise.query(list(genotypes))
            return answer.mean, answer.std

    np.testing.assert_array_equal(
        draw(Copy(), GENOTYPES, SEEDS), without_noise.query(GENOTYPES, seed=SEEDS).val_accuracy
    )


def test_what_a_surrogate_can_do(without_noise, embedded):
    """A release predicts runtimes and draws, and newer ones know the noise; a constant does nothing of it."""
    assert isinstance(ReleasePredictor(embedded), TimePredictor)
    assert isinstance(ReleasePredictor(embedded), NoisyPredictor)
    assert isinstance(ReleasePredictor(embedded), NoiseKnowingPredictor)
    assert not isinstance(ReleasePredictor(without_noise), NoiseKnowingPredictor)
    assert not isinstance(Constant(), TimePredictor | NoisyPredictor | NoiseKnowingPredictor)


def test_draws_are_accuracies():
    """None is below nothing or above all."""

    class Wild:
        def predict(self, genotypes):
            return np.full(len(genotypes), 0.5), np.full(len(genotypes), 10.0)

    drawn = draw(Wild(), GENOTYPES, SEEDS)
    assert set(drawn[(drawn <= 0) | (drawn >= 1)]) == {0.0, 1.0}


def test_keys():
    """They tell architectures apart."""
    keys = keys_of(GENOTYPES)
    assert keys.tolist() == [genotype.key for genotype in GENOTYPES]
    assert keys_of([]).shape == (0,)


def test_noise_of_trainings_comes_on_top_of_the_models():
    """Draws differ by the noise alone, where it is known; a training is off the mean by both."""

    class WithNoise(Constant):
        def noise_std(self, genotypes):
            return np.full(len(genotypes), 0.003)

    for surrogate, drawn, expected in ((Constant(), 0.001, 0.001), (WithNoise(), 0.003, 0.1**2.5)):
        np.testing.assert_allclose(noise_std(surrogate, GENOTYPES), drawn)
        np.testing.assert_allclose(training_std(surrogate, GENOTYPES), expected)
    many = GENOTYPES * 100
    assert 0.0028 < draw(WithNoise(), many, np.arange(len(many))).std() < 0.0032
