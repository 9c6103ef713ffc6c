"""Batches: standardised, augmented as the protocol says, each network's from its own generator."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from nb301.training.batches import Batches
from nb301.training.protocol import Protocol

PLAIN = Protocol(layers=2, batch=32, crop_padding=0, flip=False, cutout=0, mixup=0.0, drop_path=0.0)


def epoch(data, protocol, seeds=(1,), drop_path=0.0):
    batches = Batches(data, protocol, torch.device("cpu"))
    return [*batches.epoch([np.random.default_rng(seed) for seed in seeds], drop_path)]


def as_images(data):
    """Standardised training images, by numpy."""
    pixels = data.train.pixels.astype(float)
    mean, std = (fold(pixels, axis=(0, 2, 3), keepdims=True) for fold in (np.mean, np.std))
    return (pixels - mean) / std


def test_without_augmentation_an_epoch_has_every_image_once(tiny_data):
    """Three batches of 32 hold all 96 images, standardised, with their labels."""
    steps = epoch(tiny_data, PLAIN)
    images = torch.cat([step.images[0] for step in steps]).numpy()
    expected = as_images(tiny_data)
    order = [int(np.abs(expected - image).sum(axis=(1, 2, 3)).argmin()) for image in images]
    assert sorted(order) == list(range(96))
    np.testing.assert_allclose(images, expected[order], atol=1e-5)
    labels = torch.cat([step.labels[0] for step in steps]).numpy()
    np.testing.assert_array_equal(labels, tiny_data.train.labels[order])
    assert all((step.share == 1).all() and step.drop_path is None for step in steps)


def test_each_network_draws_from_its_own_generator(tiny_data, everything):
    """A network's batches are the same whichever others are trained with it."""
    together, alone = epoch(tiny_data, everything, (1, 2), 0.3), epoch(tiny_data, everything, (2,), 0.3)
    for both, one in zip(together, alone, strict=True):
        for in_stack, lone in zip(both, one, strict=True):
            assert torch.equal(in_stack[1], lone[0])
            assert not torch.equal(in_stack[0], lone[0])


def test_crops_and_flips_move_pixels(tiny_data):
    """Each image is a shifted window of the padded image or of its mirror image."""
    moved = epoch(tiny_data, replace(PLAIN, crop_padding=1, flip=True))[0]
    still = epoch(tiny_data, PLAIN)[0]
    padded = np.pad(tiny_data.train.pixels, [(0, 0), (0, 0), (1, 1), (1, 1)]).astype(float)
    pixels = tiny_data.train.pixels.astype(float)
    mean, std = (fold(pixels, axis=(0, 2, 3), keepdims=True) for fold in (np.mean, np.std))
    windows = np.lib.stride_tricks.sliding_window_view((padded - mean) / std, (8, 8), axis=(2, 3))
    kinds = set()
    for image in moved.images[0].numpy():
        both = [
            np.abs(windows - view[None, :, None, None]).max(axis=(1, 4, 5))
            for view in (image, image[..., ::-1])
        ]
        assert min(distances.min() for distances in both) < 1e-5
        best = min(range(2), key=lambda k: both[k].min())
        kinds.add((best, *np.unravel_index(both[best].argmin(), both[best].shape)[1:]))
    assert len({kind[0] for kind in kinds}) == 2
    assert len({kind[1:] for kind in kinds}) == 9
    assert still.images.shape == moved.images.shape


def test_cutout_leaves_a_hole(tiny_data):
    """A square of at most four by four pixels is the mean colour, 0; the rest is as it was."""
    cut = epoch(tiny_data, replace(PLAIN, cutout=4))
    images = torch.cat([step.images[0] for step in cut])
    expected = torch.from_numpy(as_images(tiny_data)).float()
    for image in images:
        hole = (image == 0).all(0)
        rows, columns = hole.any(1).sum(), hole.any(0).sum()
        assert hole.sum() == rows * columns
        assert 2 <= rows <= 4
        assert 2 <= columns <= 4
        assert ((expected - image).abs().amax(1) * ~hole).amax((1, 2)).min() < 1e-5


def test_mixup_mixes_images_and_labels_alike(tiny_data):
    """A batch is the mixture of its images in another order, with one share for all."""
    steps = epoch(tiny_data, replace(PLAIN, mixup=0.2))
    expected = torch.from_numpy(as_images(tiny_data)).float()
    labels = torch.from_numpy(tiny_data.train.labels)
    for step in steps:
        share = step.share.item()
        assert 0 <= share <= 1
        pairs = share * expected[:, None] + (1 - share) * expected[None]
        for k in range(4):
            distance = (pairs - step.images[0, k]).abs().amax((2, 3, 4))
            first, second = np.unravel_index(int(distance.argmin()), distance.shape)
            assert distance.min() < 1e-4
            if 0.01 < share < 0.99:
                assert (labels[first], labels[second]) == (step.labels[0, k], step.mixed_labels[0, k])


@pytest.mark.parametrize("probability", [0.2, 0.5])
def test_drop_path_keeps_the_mean(tiny_data, probability):
    """Kept edges are scaled up, as many are dropped as the probability says."""
    kept = epoch(tiny_data, PLAIN, drop_path=probability)[0].drop_path
    assert kept.shape == (1, 2, 8, 32)
    torch.testing.assert_close(kept.unique(), torch.tensor([0, 1 / (1 - probability)]))
    assert (kept == 0).float().mean().item() == pytest.approx(probability, abs=0.1)
