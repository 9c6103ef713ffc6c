"""Training: the same alone, in a stack, and after an interruption; it learns."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from nb301.space import sample_many
from nb301.threads import one_thread
from nb301.training.protocol import Protocol
from nb301.training.trainer import train, train_many

GENOTYPES = sample_many(np.random.default_rng(2), 3)


@pytest.fixture(autouse=True)
def _one_thread():
    with one_thread():
        yield


def numbers(training):
    """All results of a training but the time it took."""
    return [*(tuple(epoch) for epoch in training.curve), training.test_accuracy]


def test_equal_seeds_train_equally(tiny_data, everything):
    """Equal arguments give equal results, another seed others; no global generator is touched."""
    before = torch.random.get_rng_state()
    first, again, other = (train(GENOTYPES[0], seed, tiny_data, everything) for seed in (1, 1, 2))
    assert numbers(first) == numbers(again)
    assert numbers(first) != numbers(other)
    assert torch.equal(torch.random.get_rng_state(), before)


def test_a_stack_trains_as_alone(tiny_data, everything):
    """In a stack each network has the losses of its own training over the first steps, augmented alike."""
    short = replace(everything, epochs=1, learning_rate=0.01)
    seeds = [1, 5, 1]
    together = train_many(GENOTYPES, seeds, tiny_data, short)
    for training, genotype, seed in zip(together, GENOTYPES, seeds, strict=True):
        alone = train(genotype, seed, tiny_data, short)
        assert (training.genotype, training.seed) == (genotype, seed)
        assert training.curve[0].train_loss == pytest.approx(alone.curve[0].train_loss, rel=1e-3)
        assert training.curve[0].val_loss == pytest.approx(alone.curve[0].val_loss, rel=1e-2)


@pytest.mark.parametrize("together", [False, True])
def test_a_resumed_training_ends_as_an_uninterrupted_one(tiny_data, everything, tmp_path, together):
    """Interrupted after any epoch and called again it gives the same numbers, bit by bit."""

    def run(folder=None, progress=None):
        if together:
            seeds = [1, 2, 3]
            return train_many(GENOTYPES, seeds, tiny_data, everything, checkpoints=folder, progress=progress)
        return [train(GENOTYPES[0], 1, tiny_data, everything, checkpoints=folder, progress=progress)]

    def interrupt(_, __):
        raise KeyboardInterrupt

    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            run(tmp_path / "checkpoint", interrupt)
    seen = []
    resumed = run(tmp_path / "checkpoint", lambda epochs, newest: seen.append((epochs, newest[0])))
    assert [epochs for epochs, _ in seen] == [3]
    assert seen[0][1] == resumed[0].curve[2]
    assert [numbers(training) for training in resumed] == [numbers(training) for training in run()]
    # what has ended is not trained again
    assert [numbers(training) for training in run(tmp_path / "checkpoint", interrupt)] == [
        numbers(training) for training in resumed
    ]


def test_it_learns(tiny_data):
    """A short training without augmentation answers far better than by chance, in a stack as alone."""
    plain = Protocol(
        channels=4, layers=2, epochs=8, batch=32, learning_rate=0.1, anneal_each_step=True, crop_padding=0
    )
    plain = replace(plain, flip=False, cutout=0, mixup=0.0, auxiliary=0.0, drop_path=0.0)
    for training in train_many(GENOTYPES[:2], [1, 2], tiny_data, plain):
        assert training.curve[-1].train_accuracy > 0.6
        assert training.val_accuracy == max(epoch.val_accuracy for epoch in training.curve)
        assert training.curve[training.best_epoch - 1].val_accuracy == training.val_accuracy
        assert training.runtime > 0


def test_bad_arguments_are_refused(tiny_data, everything):
    """Seeds out of range or too few, and batches larger than the data, are refused."""
    with pytest.raises(ValueError, match="seed is -1, expected"):
        train(GENOTYPES[0], -1, tiny_data, everything)
    with pytest.raises(ValueError, match="1 seeds for 2 architectures"):
        train_many(GENOTYPES[:2], [1], tiny_data, everything)
    with pytest.raises(ValueError, match="96 training images are less than a batch of 97"):
        train(GENOTYPES[0], 1, tiny_data, replace(everything, batch=97))
