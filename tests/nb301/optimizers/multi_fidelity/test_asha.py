"""ASHA: who is promoted when."""

import numpy as np

from nb301.optimizers.base import Observation
from nb301.optimizers.multi_fidelity.asha import Asha


def told(optimizer, accuracy):
    """The next training, told at once."""
    training = optimizer.ask()
    optimizer.tell(training, Observation(accuracy, 1.0))
    return training


def test_promotes_the_best_third_at_once():
    """After three results the best goes on, and the second best after six."""
    optimizer = Asha(np.random.default_rng(0), epochs=9)
    first = [told(optimizer, accuracy) for accuracy in (0.5, 0.7, 0.6)]
    promoted = told(optimizer, 0.8)
    assert (promoted.resumes, promoted.epochs) == (first[1], 3)
    # one of three has gone on: the next may when there are six
    for accuracy in (0.4, 0.3):
        assert told(optimizer, accuracy).resumes is None
    sixth = told(optimizer, 0.2)
    assert sixth.resumes is None
    assert told(optimizer, 0.8).resumes is first[2]


def test_the_highest_rung_comes_first():
    """What can go on to all epochs does before what can go on to three."""
    optimizer = Asha(np.random.default_rng(0), epochs=9)
    epochs = [told(optimizer, 0.5 + number / 100).epochs for number in range(40)]
    first_whole = epochs.index(9)
    assert epochs[:first_whole].count(3) == 3
    assert epochs.count(1) > epochs.count(3) > epochs.count(9) > 1


def test_no_worker_waits():
    """With nothing told yet every worker begins a training."""
    optimizer = Asha(np.random.default_rng(0))
    trainings = [optimizer.ask() for _ in range(50)]
    assert {training.epochs for training in trainings} == {1}
    assert len({*trainings}) == 50
