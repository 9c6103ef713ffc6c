"""Batches of several networks at once, each with its own order and augmentation from its own generator."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from nb301.images.labelled import Images
from nb301.images.loading import ImageData
from nb301.training.networks.network import EDGES
from nb301.training.protocol import Protocol


class Batch(NamedTuple):
    """What a step trains on; `k` networks, `n` images each."""

    #: Standardised, shape (k, n, 3, size, size).
    images: Tensor
    #: Shape (k, n).
    labels: Tensor
    #: Labels of the images that are mixed in, shape (k, n).
    mixed_labels: Tensor
    #: Share of `labels` in the mixture, 0..1, shape (k, 1).
    share: Tensor
    #: As `Network.forward` takes it, shape (k, layers, edges, n), or None.
    drop_path: Tensor | None


class _Choices(NamedTuple):
    """All random choices of an epoch of one network, for `s` steps of `n` images."""

    order: NDArray[np.int64]  # (s, n): which image
    flip: NDArray[np.bool_]  # (s, n)
    shift: NDArray[np.int64]  # (s, n, 2): rows and columns of the crop's corner in the padded image
    hole: NDArray[np.int64]  # (s, n, 2): row and column of what is cut out
    share: NDArray[np.float64]  # (s, 1): of the first image in a mixture
    partner: NDArray[np.int64]  # (s, n): place in the batch of the image that is mixed in
    keep: NDArray[np.bool_]  # (s, layers, edges, n): DropPath


class _StepChoices(NamedTuple):
    """The choices of one step of `k` networks: `_Choices` with `k` in place of `s`."""

    order: Tensor
    flip: Tensor
    shift: Tensor
    hole: Tensor
    share: Tensor
    partner: Tensor
    keep: Tensor

    @classmethod
    def of(cls, networks: Sequence[_Choices], step: int, device: torch.device) -> _StepChoices:
        tensors = []
        for field in cls._fields:
            values = [getattr(choices, field)[step] for choices in networks]
            tensors.append(torch.from_numpy(np.stack(values)).to(device))
        return cls._make(tensors)


class Batches:
    """Batches of the training images.

    Args:
        data: The images.
        protocol: How they are augmented.
        device: Where batches are put together.

    Raises:
        ValueError: There are fewer images than one batch has.
    """

    def __init__(self, data: ImageData, protocol: Protocol, device: torch.device) -> None:
        self.protocol, self.flips = protocol, protocol.flip and data.flips
        self.count, self.size = len(data.train), data.image_size
        self.steps = self.count // protocol.batch
        if self.steps == 0:
            raise ValueError(f"{self.count} training images are less than a batch of {protocol.batch}")
        self.standard = Standardisation(data.train, device)
        self.labels = torch.from_numpy(data.train.labels).to(device)
        margin = protocol.crop_padding
        pixels = torch.from_numpy(data.train.pixels).to(device)
        padded = functional.pad(pixels, (margin, margin, margin, margin))
        #: Padded, shape (count, height, width, colours).
        self.pixels = padded.permute(0, 2, 3, 1).contiguous()

    def epoch(self, generators: Sequence[np.random.Generator], drop_path: float) -> Iterator[Batch]:
        """Batches of one epoch, those of network `k` drawn from generator `k` alone.

        The last images that fill no batch are left out; every epoch has another order.
        """
        choices = [self._choices(generator, drop_path) for generator in generators]
        for step in range(self.steps):
            yield self._batch(_StepChoices.of(choices, step, self.labels.device), drop_path)

    def _choices(self, rng: np.random.Generator, drop_path: float) -> _Choices:
        """Draw in the order of the fields, and nothing that the protocol has no use for."""
        protocol, steps, n = self.protocol, self.steps, self.protocol.batch
        order = rng.permutation(self.count)[: steps * n].reshape(steps, n)
        flip = rng.random((steps, n)) < 0.5 if self.flips else np.zeros((steps, n), dtype=bool)
        shift = rng.integers(2 * protocol.crop_padding + 1, size=(steps, n, 2))
        hole = np.zeros((steps, n, 2), dtype=np.int64)
        if protocol.cutout:
            hole = rng.integers(self.size, size=(steps, n, 2))
        share, partner = np.ones((steps, 1)), np.tile(np.arange(n), (steps, 1))
        if protocol.mixup:
            share = rng.beta(protocol.mixup, protocol.mixup, (steps, 1))
            partner = rng.permuted(partner, axis=1)
        keep = np.ones((steps, 0, 0, 0), dtype=bool)
        if drop_path:
            keep = rng.random((steps, protocol.layers, EDGES, n)) >= drop_path
        return _Choices(order, flip, shift, hole, share, partner, keep)

    def _batch(self, choices: _StepChoices, drop_path: float) -> Batch:
        k, n = choices.order.shape
        images = self.standard(self._windows(choices).permute(0, 1, 4, 2, 3))
        if self.protocol.cutout:
            images = images * ~self._holes(choices.hole)[:, :, None]
        labels = self.labels[choices.order]
        mixed_labels, share = labels.gather(1, choices.partner), choices.share.to(images.dtype)
        if self.protocol.mixup:
            mixed = images.gather(1, choices.partner[..., None, None, None].expand_as(images))
            images = mixed + (images - mixed) * share[..., None, None, None]
        images = images.expand(k, n, 3, self.size, self.size)
        keep = choices.keep.to(images.dtype) / (1 - drop_path) if drop_path else None
        return Batch(images, labels, mixed_labels, share, keep)

    def _windows(self, choices: _StepChoices) -> Tensor:
        """Pixels of the crops of the padded images, mirrored or not, shape (k, n, size, size, colours)."""
        along = torch.arange(self.size, device=self.labels.device)
        rows = along + choices.shift[..., :1]
        columns = torch.where(choices.flip[..., None], self.size - 1 - along, along) + choices.shift[..., 1:]
        return self.pixels[choices.order[..., None, None], rows[..., None], columns[..., None, :]]

    def _holes(self, hole: Tensor) -> Tensor:
        """True where an image is cut out, shape (k, n, size, size)."""
        along = torch.arange(self.size, device=hole.device)
        half = self.protocol.cutout // 2
        inside = (along >= hole[..., None] - half) & (along < hole[..., None] + half)
        return inside[..., 0, :, None] & inside[..., 1, None, :]


class Standardisation:
    """Pixels 0..255 to numbers of mean 0 and std 1 over the training images, for each colour.

    Args:
        part: The training images.
        device: Where the statistics are kept.
    """

    def __init__(self, part: Images[np.uint8], device: torch.device) -> None:
        pixels = part.pixels.astype(np.float64)
        mean, std = pixels.mean(axis=(0, 2, 3)), pixels.std(axis=(0, 2, 3))
        self.mean = torch.tensor(mean, dtype=torch.float32, device=device)[:, None, None]
        self.std = torch.tensor(std, dtype=torch.float32, device=device)[:, None, None]

    def __call__(self, pixels: Tensor) -> Tensor:
        """Shape (..., colours, height, width), any type, to the same shape, float32."""
        standardised: Tensor = (pixels.float() - self.mean) / self.std
        return standardised
