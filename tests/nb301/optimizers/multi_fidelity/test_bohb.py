"""BOHB: whose densities its brackets draw from."""

import numpy as np
import pytest

from nb301.optimizers.base import Observation, Training
from nb301.space import Op

pytest.importorskip("optuna")
from nb301.optimizers.multi_fidelity.bohb import Bohb


def share_of_skips(genotype):
    """Of the edges."""
    edges = [*genotype.normal.edges, *genotype.reduce.edges]
    return np.mean([edge.op is Op.skip_connect for edge in edges])


def test_the_longest_trainings_decide():
    """Where an epoch says that skip connections are good and all epochs that they are not, these count."""
    optimizer = Bohb(np.random.default_rng(0), epochs=9, startup=10, random_fraction=0.0)
    begun = []
    for _ in range(500):
        training = optimizer.ask()
        share = share_of_skips(training.genotype)
        if training.resumes is None:
            begun.append(share)
        optimizer.tell(training, Observation(share if training.epochs < 9 else 1 - share, 1.0))
    # one op of seven at random, with a standard error of 0.006
    assert np.mean(begun[-200:]) < 1 / 7 - 0.025


def test_a_result_told_once_more_counts_once():
    """And one that was never proposed not at all."""
    once, twice = (Bohb(np.random.default_rng(0), epochs=9, startup=10) for _ in range(2))
    for _ in range(120):
        one, other = once.ask(), twice.ask()
        assert one.genotype == other.genotype
        observation = Observation(share_of_skips(one.genotype), 1.0)
        once.tell(one, observation)
        for _ in range(2):
            twice.tell(other, observation)
        twice.tell(Training(one.genotype, 5), observation)
