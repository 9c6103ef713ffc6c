"""Extrapolation: which trainings pause, which go on, and what the optimizer inside is told."""

import numpy as np
import pytest

from nb301.optimizers.base import Observation
from nb301.optimizers.multi_fidelity.extrapolation import Extrapolation
from nb301.space import sample


class Inside:
    """Proposes at random, and remembers what it is told."""

    def __init__(self):
        self._rng = np.random.default_rng(0)
        self.told = []

    def ask(self):
        return sample(self._rng)

    def tell(self, genotype, observation):
        self.told.append((genotype, observation))


def curve(height, epochs):
    """Accuracies that rise to a height."""
    return tuple((height * (1 - 0.5 ** np.arange(1, epochs + 1))).tolist())


@pytest.fixture
def begun():
    """An extrapolation after its first ten whole trainings, and the optimizer inside."""
    inside = Inside()
    optimizer = Extrapolation(inside, epochs=10, pause=4, start=10)
    for number in range(10):
        training = optimizer.ask()
        assert training.epochs == 10
        so_far = curve(0.5 + number / 100, 10)
        optimizer.tell(training, Observation(so_far[-1], 10.0, so_far))
    assert [observation.val_accuracy for _, observation in inside.told] == sorted(
        observation.val_accuracy for _, observation in inside.told
    )
    return optimizer, inside


def test_what_promises_little_is_not_gone_on_with(begun):
    """The optimizer inside is told the extrapolated end, and the seconds until the pause."""
    optimizer, inside = begun
    training = optimizer.ask()
    assert training.epochs == 4
    so_far = curve(0.52, 4)
    optimizer.tell(training, Observation(so_far[-1], 4.0, so_far))
    genotype, observation = inside.told[-1]
    assert genotype == training.genotype
    assert observation.val_accuracy == pytest.approx(0.52, abs=0.01)
    assert observation.val_accuracy > so_far[-1]
    assert observation.runtime == 4.0
    assert optimizer.ask().resumes is None


def test_what_promises_much_goes_on(begun):
    """And the optimizer inside is told of the whole training."""
    optimizer, inside = begun
    training = optimizer.ask()
    so_far = curve(0.6, 4)
    optimizer.tell(training, Observation(so_far[-1], 4.0, so_far))
    assert len(inside.told) == 10
    rest = optimizer.ask()
    assert (rest.resumes, rest.epochs) == (training, 10)
    whole = curve(0.6, 10)
    optimizer.tell(rest, Observation(whole[-1], 6.0, whole))
    genotype, observation = inside.told[-1]
    assert (genotype, observation.val_accuracy, observation.runtime) == (training.genotype, whole[-1], 10.0)


@pytest.mark.parametrize("wrong", [{"pause": 10}, {"pause": 2}, {"start": 1}, {"good": 1.0}, {"pause": 4.0}])
def test_settings_are_checked(wrong):
    """No pause after the end, at least two whole trainings to extrapolate from."""
    with pytest.raises(ValueError, match="expected integers 2 < pause < epochs"):
        Extrapolation(Inside(), **{"epochs": 10, "pause": 4, **wrong})
