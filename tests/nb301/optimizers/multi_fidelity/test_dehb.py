"""DEHB: how populations are filled, and what is bred from which."""

import numpy as np
import pytest

from nb301.optimizers.base import Observation
from nb301.optimizers.multi_fidelity.dehb import Dehb
from nb301.space import Op


def run(optimizer, n, accuracy):
    """Trainings, each told at once."""
    trainings = []
    for _ in range(n):
        trainings.append(optimizer.ask())
        optimizer.tell(trainings[-1], Observation(accuracy(trainings[-1]), 1.0))
    return trainings


def noise():
    """Any accuracies."""
    rng = np.random.default_rng(1)
    return lambda _: float(rng.random())


def test_the_first_bracket_is_successive_halving():
    """Nine epochs: nine random trainings, of which the best three go on, and the best of these."""
    results, draw = {}, noise()

    def accuracy(training):
        return results.setdefault(training, draw(training))

    trainings = run(Dehb(np.random.default_rng(0), epochs=9), 13, accuracy)
    assert [training.epochs for training in trainings] == [1] * 9 + [3] * 3 + [9]
    best = sorted(trainings[:9], key=results.get, reverse=True)[:3]
    assert [training.resumes for training in trainings[9:12]] == best
    assert trainings[12].resumes is max(trainings[9:12], key=results.get)


def test_later_brackets_breed():
    """When all members were trained, trials are new trainings on every rung."""
    trainings = run(Dehb(np.random.default_rng(0), epochs=9), 200, noise())
    later = trainings[100:]
    assert {training.epochs for training in later} == {1, 3, 9}
    assert all(training.resumes is None for training in later)


def test_evolves_towards_what_is_good():
    """Where skip connections are good, their share grows on every rung."""

    def share(training):
        genotype = training.genotype
        edges = [*genotype.normal.edges, *genotype.reduce.edges]
        return float(np.mean([edge.op is Op.skip_connect for edge in edges]))

    trainings = run(Dehb(np.random.default_rng(0), epochs=9), 600, share)
    for epochs in (1, 3, 9):
        shares = [share(training) for training in trainings if training.epochs == epochs]
        assert np.mean(shares[-20:]) > np.mean(shares[:9]) + 0.15


@pytest.mark.parametrize("settings", [{"epochs": 1}, {"epochs": 2}, {"least": 98}, {"eta": 1000}])
def test_too_few_to_breed_from(settings):
    """A single rung has one member: refused before it runs."""
    with pytest.raises(ValueError, match=r"give rungs \[\d+\] of 1 members, expected 3 at least"):
        Dehb(np.random.default_rng(0), **settings)
