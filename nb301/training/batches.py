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
        self.pixels = (
            functional.pad(pixels, (margin, margin, margin, margin)).permute(0, 2, 3, 1).contiguous()
        )

    def epoch(self, generators: Sequence[np.random.Generator], drop_path: float) -> Iterator[Batch]:
        """Batches of one epoch, those of network `k` drawn from generator `k` alone.

        The last images that fill no batch are left out; every epoch has another order.
        """
        choices = [self._choices(generator, drop_path) for generator in generators]
        stacked = _Choices(*(np.stack(each, axis=1) for each in zip(*choices, strict=True)))
        for step in range(self.steps):
            yield self._batch(_Choices(*(each[step] for each in stacked)), drop_path)

    def _choices(self, rng: np.random.Generator, drop_path: float) -> _Choices:
        protocol, shape = self.protocol, (self.steps, self.protocol.batch)
        alpha = protocol.mixup
        return _Choices(
            order=rng.permutation(self.count)[: self.steps * protocol.batch].reshape(shape),
            flip=rng.random(shape) < 0.5 if self.flips else np.zeros(shape, dtype=bool),
            shift=rng.integers(2 * protocol.crop_padding + 1, size=(*shape, 2)),
            hole=rng.integers(self.size, size=(*shape, 2)) if protocol.cutout else np.zeros((*shape, 2), int),
            share=rng.beta(alpha, alpha, (self.steps, 1)) if alpha else np.ones((self.steps, 1)),
            partner=rng.permuted(np.tile(np.arange(shape[1]), (self.steps, 1)), axis=1)
            if alpha
            else np.tile(np.arange(shape[1]), (self.steps, 1)),
            keep=rng.random((self.steps, protocol.layers, EDGES, shape[1])) >= drop_path
            if drop_path
            else np.ones((self.steps, 0, 0, 0), dtype=bool),
        )

    def _batch(self, choices: _Choices, drop_path: float) -> Batch:
        device, (k, n) = self.labels.device, choices.order.shape
        c = _Tensors(*(torch.from_numpy(np.ascontiguousarray(each)).to(device) for each in choices))
        order, partner = c.order, c.partner
        along = torch.arange(self.size, device=device)
        columns = torch.where(c.flip[..., None], self.size - 1 - along, along) + c.shift[..., 1:]
        rows = along + c.shift[..., :1]
        pixels = self.pixels[order[..., None, None], rows[..., None], columns[..., None, :]]
        images = self.standard(pixels.permute(0, 1, 4, 2, 3))
        if self.protocol.cutout:
            images = images * ~self._holes(c.hole)[:, :, None]
        labels = self.labels[order]
        mixed_labels, share = labels.gather(1, partner), c.share.to(images.dtype)
        if self.protocol.mixup:
            mixed = images.gather(1, partner[..., None, None, None].expand_as(images))
            images = mixed + (images - mixed) * share[..., None, None, None]
        images = images.expand(k, n, 3, self.size, self.size)
        keep = c.keep.to(images.dtype) / (1 - drop_path) if drop_path else None
        return Batch(images, labels, mixed_labels, share, keep)

    def _holes(self, hole: Tensor) -> Tensor:
        """True where an image is cut out, shape (k, n, size, size)."""
        along = torch.arange(self.size, device=hole.device)
        half = self.protocol.cutout // 2
        inside = (along >= hole[..., None] - half) & (along < hole[..., None] + half)
        return inside[..., 0, :, None] & inside[..., 1, None, :]


class _Tensors(NamedTuple):
    """`_Choices` of one step of `k` networks, as tensors with `k` first."""

    order: Tensor
    flip: Tensor
    shift: Tensor
    hole: Tensor
    share: Tensor
    partner: Tensor
    keep: Tensor


class Standardisation:
    """Pixels 0..255 to numbers of mean 0 and std 1 over the training images, for each colour.

    Args:
        part: The training images.
        device: Where the statistics are kept.
    """

    def __init__(self, part: Images[np.uint8], device: torch.device) -> None:
        pixels = part.pixels.astype(np.float64)
        mean, std = (fold(pixels, axis=(0, 2, 3)) for fold in (np.mean, np.std))
        self.mean, self.std = (
            torch.tensor(each, dtype=torch.float32, device=device)[:, None, None] for each in (mean, std)
        )

    def __call__(self, pixels: Tensor) -> Tensor:
        """Shape (..., colours, height, width), any type, to the same shape, float32."""
        standardised: Tensor = (pixels.float() - self.mean) / self.std
        return standardised
