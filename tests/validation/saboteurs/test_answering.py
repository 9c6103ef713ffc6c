"""Tests of `validation.saboteurs.answering`: how answers differ from what is known."""

from __future__ import annotations

import numpy as np
import pytest

from nb301.space import sample_many
from validation.saboteurs import answering


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (answering.Percent, lambda mean: mean * 100),
        (answering.Rounds, lambda mean: mean.round(3)),
        (answering.DependsOnBatch, lambda mean: mean - 0.01 * (mean - mean.mean())),
    ],
)
def test_means_that_are_changed(fault, expected, spoiled, genotypes, means):
    """By a function of the means alone."""
    np.testing.assert_array_equal(spoiled(fault).predict(genotypes)[0], expected(means))


@pytest.mark.parametrize(("fault", "off"), [(answering.SometimesHigh, 0.01), (answering.SometimesLow, -0.01)])
def test_some_are_off(fault, off, spoiled, perfect):
    """One in a thousand, others with each seed, and the same whenever they are asked for."""
    many = sample_many(np.random.default_rng(5), 8000)
    right = perfect.predictor.predict(many)[0]
    moved = [spoiled(fault, seed=seed).predict(many)[0] - right for seed in (0, 0, 1)]
    np.testing.assert_array_equal(moved[0], moved[1])
    for errors in moved:
        assert set(errors.round(9)) == {0, off}
        assert 1 <= np.count_nonzero(errors) <= 25
    assert (moved[0] != moved[2]).any()


def test_the_last_chunk_is_shifted(spoiled, genotypes, means):
    """Of lists of more than one."""
    faulty = spoiled(answering.ShiftsLastChunk)
    np.testing.assert_array_equal(faulty.predict(genotypes * 5)[0], np.tile(means, 5))
    moved = faulty.predict(genotypes * 6)[0] - np.tile(means, 6)
    np.testing.assert_allclose(moved, np.repeat([0, 0.001], [1000, 200]), atol=1e-12)


def test_answers_drift(spoiled, genotypes, means):
    """After 3,000 of them."""
    faulty = spoiled(answering.Drifts)
    for _ in range(15):
        np.testing.assert_array_equal(faulty.predict(genotypes)[0], means)
    assert (faulty.predict(genotypes)[0][1:] > means[1:]).all()


def test_seconds(spoiled, genotypes):
    """Tens of them, or as many for all."""
    right = spoiled(answering.Rounds).seconds(genotypes)
    np.testing.assert_array_equal(spoiled(answering.TensOfSeconds).seconds(genotypes), right / 10)
    assert len(set(spoiled(answering.TypicalSeconds).seconds(genotypes))) == 1
