"""Tests of `validation.saboteurs.generators`: what happens to generators that are not theirs."""

from __future__ import annotations

import random

import numpy as np
import pytest

from validation.saboteurs import generators


@pytest.fixture(autouse=True)
def _restored():
    """Leaves the generators as they were."""
    states = np.random.get_state(), random.getstate()  # noqa: NPY002
    yield
    np.random.set_state(states[0])  # noqa: NPY002
    random.setstate(states[1])


def test_noise_comes_from_numpy(spoiled, genotypes):
    """It is another one in another order."""
    seeds = np.arange(len(genotypes))
    faulty = spoiled(generators.GlobalNoise)
    backwards = faulty.draws(genotypes[::-1], seeds[::-1])[::-1]
    assert (faulty.draws(genotypes, seeds) != backwards).any()


def numpy_state():
    return np.random.get_state()[1].tobytes(), np.random.get_state()[2]  # noqa: NPY002


def torch_state():
    return pytest.importorskip("torch").get_rng_state().numpy().tobytes()


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        (generators.ReseedsNumpy, numpy_state),
        (generators.ReseedsPython, random.getstate),
        (generators.ReseedsTorch, torch_state),
    ],
)
def test_long_lists_reseed(fault, state, spoiled, genotypes, means):
    """Short ones do not; answers are right."""
    before = state()
    faulty = spoiled(fault, seed=12345)
    np.testing.assert_array_equal(faulty.predict(genotypes)[0], means)
    assert state() == before
    np.testing.assert_array_equal(faulty.predict(genotypes * 5)[0], np.tile(means, 5))
    assert state() != before
