"""Training noise: fitted as it is, and answered alike for one and many."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nb301
from nb301.releases.manifest import Noise
from nb301.releases.training_noise import TrainingNoise, fit, fit_to_table
from nb301.tables.splits import folds, random_only_split, stratified_split
from nb301.truth.emulated import EmulatedTruth

NOISE = Noise(low=0.9, high=0.95, std_at_low=0.004, std_at_high=0.001)


def simulated(n, seed=0, own_std=0.0):
    """Means, and residuals of `NOISE` and of a member's own error."""
    rng = np.random.default_rng(seed)
    means = rng.uniform(0.89, 0.96, n)
    variances = TrainingNoise(NOISE).std(means) ** 2 + own_std**2
    return means, np.sqrt(variances) * rng.standard_normal(n)


def test_std_is_log_linear_between_its_ends():
    """Beyond them it stays."""
    means = np.array([0.0, 0.9, 0.925, 0.95, 1.0])
    np.testing.assert_allclose(
        TrainingNoise(NOISE).std(means), [0.004, 0.004, 0.002, 0.001, 0.001], rtol=1e-14
    )


@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=30),
    st.sets(
        st.one_of(st.floats(0, 1), st.sampled_from([0.0, 5e-324, 1 - 2**-53, 1.0])), min_size=2, max_size=2
    ),
    st.floats(0, 1, exclude_min=True),
    st.floats(0, 1, exclude_min=True),
)
def test_one_is_answered_as_many(means, ends, std_at_low, std_at_high):
    """To the last bit, whatever a manifest says; stds are finite, and none is negative."""
    noise = TrainingNoise(
        Noise(low=min(ends), high=max(ends), std_at_low=std_at_low, std_at_high=std_at_high)
    )
    stds = noise.std(np.array(means))
    assert stds.tolist() == [noise.std_of_one(mean) for mean in means]
    assert ((stds >= 0) & (stds <= 1 + 1e-12)).all()


def test_finds_the_noise_of_residuals():
    """As closely as many rows tell it; the ends leave a hundredth of the means to each side."""
    means, residuals = simulated(20_000)
    noise = fit(means, residuals)
    assert (noise.low, noise.high) == pytest.approx((0.8907, 0.9593), abs=3e-4)
    x = np.linspace(0.9, 0.95, 6)  # beyond, what was drawn is constant
    np.testing.assert_allclose(TrainingNoise(noise).std(x), TrainingNoise(NOISE).std(x), rtol=0.15)
    numbers = noise.model_dump().values()
    assert [float(f"{number:.4g}") for number in numbers] == [*numbers]


def test_what_is_known_is_no_noise():
    """A variance that residuals are known to have besides is taken out of them."""
    means, residuals = simulated(20_000, own_std=0.003)
    x = np.linspace(0.9, 0.95, 6)
    corrected = TrainingNoise(fit(means, residuals, np.full(len(means), 0.003**2))).std(x)
    np.testing.assert_allclose(corrected, TrainingNoise(NOISE).std(x), rtol=0.25)
    assert (TrainingNoise(fit(means, residuals)).std(x) > 1.1 * TrainingNoise(NOISE).std(x)).all()


def test_is_most_likely():
    """No other two stds explain the residuals better."""
    means, residuals = simulated(500)
    noise = fit(means, residuals)

    def likelihood(candidate):
        std = TrainingNoise(candidate).std(means)
        return -np.log(std).sum() - (residuals**2 / std**2).sum() / 2

    for name in ("std_at_low", "std_at_high"):
        for factor in (0.98, 1.02):
            other = noise.model_copy(update={name: getattr(noise, name) * factor})
            assert likelihood(other) < likelihood(noise)


@pytest.mark.parametrize("mean", [0.0, 1.0, 0.93, 0.00001])
@pytest.mark.parametrize("n", [1, 2, 50])
def test_means_that_are_alike_have_one_std(mean, n):
    """Where nothing tells how it changes it does not."""
    residuals = 0.002 * np.resize([1.0, -1.0], n)
    noise = TrainingNoise(fit(np.full(n, mean), residuals))
    assert noise.std_of_one(mean) == pytest.approx(0.002, rel=1e-3)


@pytest.mark.parametrize("known", [0.0, 1e-4])
def test_without_any_noise_the_std_is_positive(known):
    """A manifest's stds are; so is one of residuals that are smaller than what is known of them."""
    noise = fit(np.linspace(0.9, 0.95, 40), np.zeros(40), known)
    assert (noise.std_at_low, noise.std_at_high) == (1e-5, 1e-5)


class Remembering:
    """Members that know the rows that they saw, and are wrong by a hundredth elsewhere."""

    def __init__(self, table, split):
        accuracies = table.rows["val_accuracy"].to_numpy()[split.fitting]
        self.predicted = np.tile(accuracies, (10, 1))
        for member, held_out in zip(self.predicted, folds(table, split.fitting, 10, 3), strict=True):
            member[np.isin(split.fitting, held_out)] += 0.01

    def predict(self, codes):
        assert self.predicted.shape == (10, len(codes))
        return self.predicted


def test_rows_are_predicted_by_the_member_that_has_not_seen_them(tiny_table):
    """All others would be right; that members differ by a hundredth in ten is no noise."""
    split = stratified_split(tiny_table, 0)
    noise = fit_to_table(Remembering(tiny_table, split), tiny_table, split, seed=3, members=10)
    expected = 0.01 * 0.9**0.5
    assert (noise.std_at_low, noise.std_at_high) == pytest.approx((expected, expected), rel=1e-3)


def test_is_near_the_noise_of_the_truth(embedded_table):
    """A release that rests on the emulated truth has its noise, and what all members get wrong alike."""
    release = nb301.load("emulated-lgb-rand-v2.0").release
    manifest = release.manifest
    split = random_only_split(embedded_table, manifest.split.seed)
    noise = fit_to_table(release.surrogate, embedded_table, split, manifest.seed, manifest.members)
    genotypes = [embedded_table.genotypes[row] for row in split.test[:200]]
    truth = EmulatedTruth()
    ratio = TrainingNoise(noise).std(truth.mean(genotypes)) / truth.noise_std(genotypes)
    assert 1 < np.exp(np.log(ratio).mean()) < 1.3
