"""Tests of `validation.measures.draws`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nb301.noise import keyed_normal
from tests.validation.surrogates import TRUTH, Constant, Oracle
from validation.measures import NotApplicable, draws
from validation.predictors import keys_of


class Noisy(Oracle):
    """Knows the noise of the truth, and draws it by a function of keys and seeds."""

    def __init__(self, z=lambda keys, seeds: keyed_normal(keys, seeds, 50), noise=lambda std: std):
        self.z, self.noise = z, noise

    def noise_std(self, genotypes):
        """Of trainings."""
        return self.noise(TRUTH.noise_std(genotypes))

    def draws(self, genotypes, seeds):
        """Single trainings."""
        return TRUTH.mean(genotypes) + self.noise_std(genotypes) * self.z(keys_of(genotypes), seeds)


def of(oracle, *arguments, **named):
    return replace(oracle, predictor=Noisy(*arguments, **named))


def test_the_truth_draws_trainings(oracle):
    """Independent, normal, as far apart as they are."""
    subject = of(oracle)
    for by in ("architectures", "seeds"):
        low, high = draws.shared(subject, by).interval
        assert -0.01 < low <= high < 0.01
    assert draws.from_normal(subject).value < 0.02
    assert draws.size(subject).interval == (0, 0)
    assert draws.ranks(subject).value == pytest.approx(1)


def test_noise_that_is_shared(oracle):
    """By all architectures of a seed, by half, or by all seeds of an architecture."""
    half = 0.5**0.5

    def of_seed(keys, seeds):
        return keyed_normal(keys * 0, seeds, 51)

    def halved(keys, seeds):
        return half * of_seed(keys, seeds) + half * keyed_normal(keys, seeds, 52)

    def of_architecture(keys, seeds):
        return keyed_normal(keys, seeds * 0, 53)

    assert draws.shared(of(oracle, of_seed), "architectures").value == pytest.approx(1, abs=0.05)
    assert draws.shared(of(oracle, halved), "architectures").value == pytest.approx(0.5, abs=0.1)
    assert draws.shared(of(oracle, halved), "seeds").value < 0.02
    assert draws.shared(of(oracle, of_architecture), "seeds").value == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize(
    ("z", "low", "high"),
    [
        (lambda keys, seeds: np.sign(keyed_normal(keys, seeds, 54)), 0.33, 0.36),
        (lambda keys, seeds: 1.5 * keyed_normal(keys, seeds, 55), 0.07, 0.12),
        (lambda keys, seeds: 0.2 + keyed_normal(keys, seeds, 56), 0.06, 0.1),
    ],
    ids=["two values", "too far apart", "too good"],
)
def test_draws_that_are_not_normal(oracle, z, low, high):
    """Distances are those of the two distributions, to within chance."""
    assert low < draws.from_normal(of(oracle, z)).value < high


def test_noise_of_another_size(oracle):
    """Half of it is off by the logarithm of two, a variance by far more, and none is undefined."""
    half = draws.size(of(oracle, noise=lambda std: std / 2))
    assert half.value == pytest.approx(np.log(2))
    assert half.also["ratio"] == pytest.approx(0.5)
    assert draws.size(of(oracle, noise=lambda std: std**2)).interval.low > 5
    assert np.isnan(draws.size(of(oracle, noise=lambda std: 0 * std)).value)


def test_noise_in_another_order(oracle):
    """An inverse has all ranks the other way round, and a constant has none."""
    assert draws.ranks(of(oracle, noise=lambda std: 1e-6 / std)).value == pytest.approx(-1)
    assert np.isnan(draws.ranks(of(oracle, noise=lambda std: 0 * std + 0.001)).value)


def test_without_a_std_nothing_is_standardised(oracle):
    """Neither noise nor its absence."""
    none = of(oracle, noise=lambda std: 0 * std)
    assert np.isnan(draws.from_normal(none).value)
    assert np.isnan(draws.shared(none, "seeds").value)


def test_who_brings_no_noise(oracle):
    """Draws that a surrogate does not make would be ours, and nobody knows a noise that it does not tell."""
    plain = replace(oracle, predictor=Constant())
    for measure in (draws.from_normal, lambda subject: draws.shared(subject, "seeds")):
        with pytest.raises(NotApplicable, match="oracle emulates no trainings: it has no draws"):
            measure(plain)
    for measure in (draws.size, draws.ranks):
        with pytest.raises(NotApplicable, match="oracle does not tell the noise of trainings"):
            measure(plain)


def test_a_release_is_held_to_its_draws(subject):
    """Whatever its manifest says of noise."""
    assert draws.from_normal(subject).value < 0.023
    assert draws.size(subject).value > 0
