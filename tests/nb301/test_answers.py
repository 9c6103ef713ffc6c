"""Tests of `nb301.answers`: one, many and shared give the same."""

from __future__ import annotations

import numpy as np
import pytest

from nb301.answers import Answers
from nb301.errors import SeedError
from nb301.formats import EPOCHS
from nb301.releases import find
from nb301.space import sample_many

GENOTYPES = sample_many(np.random.default_rng(5), 9)
SEEDS = np.arange(9)


@pytest.mark.parametrize(
    "name", ["cifar10-gin-rand-v1.0", "emulated-xgb-v2.0", "fashion-mnist-tiny-gin-v1.0"]
)
def test_one_many_and_shared_are_equal(name):
    """To the last bit, whatever is asked together."""
    answers = Answers(find(name))
    many = answers.many(GENOTYPES, SEEDS)
    assert [answers.one(genotype, seed) for genotype, seed in zip(GENOTYPES, SEEDS, strict=True)] == [*many]
    for threads in (1, 2, 4, 9, np.int64(2)):
        assert answers.shared(GENOTYPES, SEEDS, threads) == many


def test_seeds_are_as_many_as_architectures():
    """One for all, or one for each."""
    answers = Answers(find("emulated-xgb-v2.0"))
    assert answers.many(GENOTYPES, 3)[4] == answers.one(GENOTYPES[4], 3)
    for threads in (1, 2):
        with pytest.raises(SeedError, match="8 seeds for 9 architectures"):
            answers.shared(GENOTYPES, SEEDS[:8], threads)
    with pytest.raises(SeedError, match="2 seeds for one architecture"):
        answers.one(GENOTYPES[0], [1, 2])


@pytest.mark.parametrize("threads", [0, -1, 1.5, "2", True])
def test_threads_are_a_positive_number(threads):
    """The value is named."""
    with pytest.raises(ValueError, match=f"threads is {threads!r}, expected an integer of at least 1"):
        Answers(find("emulated-xgb-v2.0")).shared(GENOTYPES, None, threads)


def test_training_is_that_of_the_ground_truth():
    """Epochs and network."""
    assert Answers(find("emulated-xgb-v2.0")).training[0] == EPOCHS
    epochs, network = Answers(find("fashion-mnist-tiny-gin-v1.0")).training
    assert (epochs, network.channels) == (3, 8)
