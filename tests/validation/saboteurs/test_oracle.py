"""Tests of `validation.saboteurs.oracle`; `validation/test_oracle.py` asks every gate."""

from __future__ import annotations

import numpy as np

from nb301.truth.emulated import EmulatedTruth
from validation.fits import Without
from validation.saboteurs.oracle import oracle
from validation.subject import TrainedOn

TRUTH = EmulatedTruth()


def test_it_knows_the_truth(perfect, genotypes):
    """Means, noise and seconds."""
    predictor = perfect.predictor
    np.testing.assert_array_equal(predictor.predict(genotypes)[0], TRUTH.mean(genotypes))
    np.testing.assert_array_equal(predictor.noise_std(genotypes), TRUTH.noise_std(genotypes))
    np.testing.assert_array_equal(predictor.seconds(genotypes), TRUTH.median_runtime(genotypes))


def test_its_noise_is_its_own(perfect, genotypes):
    """As large as the truth's, and independent of it."""
    many, seeds = genotypes * 20, np.arange(len(genotypes) * 20)
    mean, std = TRUTH.mean(many), TRUTH.noise_std(many)
    own = (perfect.predictor.draws(many, seeds) - mean) / std
    truths = (TRUTH.evaluate_many(many, seeds).val_accuracy - mean) / std
    assert abs(np.corrcoef(own, truths)[0, 1]) < 0.06
    assert abs(own.std() - 1) < 0.05


def test_its_curves_are_its_own(perfect, genotypes):
    """Their best epochs are its draws, and their noise is not that of the truth's trainings."""
    seeds = np.arange(len(genotypes))
    own = perfect.predictor.curves(genotypes, seeds)
    np.testing.assert_array_equal(own.max(axis=1), perfect.predictor.draws(genotypes, seeds))
    expected = perfect.predictor.curves(genotypes, None)
    truths = TRUTH.learning_curves(genotypes, seeds).val_accuracy
    noise = [(curves[:, :20] - expected[:, :20]).ravel() for curves in (own, truths)]
    assert abs(np.corrcoef(*noise)[0, 1]) < 0.06
    assert abs(noise[0].std() / noise[1].std() - 1) < 0.05


def test_rows_teach_it_nothing(perfect, genotypes, means):
    """What is refitted is as before, spoiled as the subject is."""
    assert perfect.is_fitted(Without("re"))
    np.testing.assert_array_equal(perfect.refit(Without("re"), 3).predict(genotypes)[0], means)


def test_its_kinds(tmp_path, perfect):
    """It passes for a model of all data or of random rows, and of any table of the truth."""
    random_only = oracle(tmp_path, TrainedOn.random_only, perfect.table)
    assert (perfect.trained_on, random_only.trained_on) == (TrainedOn.all_data, TrainedOn.random_only)
    assert perfect.key != random_only.key
