"""Successive halving and Hyperband: which trainings go on, and when."""

import numpy as np

from nb301.optimizers.base import Observation
from nb301.optimizers.multi_fidelity.halving import Bracket, Hyperband, SuccessiveHalving
from nb301.space import sample_many

GENOTYPES = sample_many(np.random.default_rng(0), 9)


def test_the_best_of_a_rung_go_on():
    """Nine trainings of an epoch, the best three of three, the best one of nine; each goes on with itself."""
    drawn = iter(GENOTYPES)
    bracket = Bracket([1, 3, 9], [9, 3, 1], lambda: next(drawn))
    first = [bracket.next() for _ in range(9)]
    assert [training.epochs for training in first] == [1] * 9
    assert bracket.next() is None
    for number, training in enumerate(first):
        bracket.tell(training, 0.5 + number / 100)
    second = [bracket.next() for _ in range(3)]
    assert [training.resumes for training in second] == first[:-4:-1]
    assert [training.epochs for training in second] == [3] * 3
    assert bracket.next() is None
    for training, accuracy in zip(second, (0.7, 0.9, 0.8), strict=True):
        bracket.tell(training, accuracy)
    last = bracket.next()
    assert (last.resumes, last.epochs) == (second[1], 9)
    assert not bracket.is_complete
    bracket.tell(last, 0.9)
    assert bracket.is_complete


def asked(optimizer, n):
    """The epochs of n trainings, each told at once."""
    epochs = []
    for number in range(n):
        training = optimizer.ask()
        epochs.append(training.epochs)
        optimizer.tell(training, Observation(0.5 + number / 1e4, 1.0))
    return epochs


def test_hyperband_goes_through_its_brackets():
    """Of nine epochs: 9, 3 and 1 trainings; then 5 and 1; then 3 whole ones; and so on from the start."""
    expected = [1] * 9 + [3] * 3 + [9] + [3] * 5 + [9] + [9] * 3
    assert asked(Hyperband(np.random.default_rng(0), epochs=9), 44) == expected * 2


def test_successive_halving_repeats_the_first_bracket():
    """From one epoch on, again and again."""
    expected = [1] * 9 + [3] * 3 + [9]
    assert asked(SuccessiveHalving(np.random.default_rng(0), epochs=9), 26) == expected * 2


def test_who_waits_begins_the_next_bracket():
    """With all trainings of a rung open there is always another one to begin."""
    optimizer = Hyperband(np.random.default_rng(0), epochs=9)
    trainings = [optimizer.ask() for _ in range(12)]
    assert [training.epochs for training in trainings] == [1] * 9 + [3] * 3
    assert all(training.resumes is None for training in trainings)
