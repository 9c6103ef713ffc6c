"""The weight-sharing search: alternate steps on weights and architecture, a genotype every epoch.

The loop is DARTS' (Liu et al., 2019b): half of the training images for the weights, the other half
for the architecture.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Generator, Tensor

from nb301.images.labelled import Images
from nb301.optimizers.one_shot.discretisation import SPACES
from nb301.optimizers.one_shot.method import Batch, Method
from nb301.optimizers.one_shot.network import Supernet
from nb301.optimizers.one_shot.settings import DEFAULT_SETTINGS, SearchSettings
from nb301.sources import SourceKind, sources_of
from nb301.space import Genotype

#: Methods by the names of the evaluation table.
METHODS: Mapping[str, type[Method]] = {
    name: source.load() for name, source in sources_of(SourceKind.ONE_SHOT).items()
}

_FINAL_RATE, _MOMENTUM, _WEIGHT_DECAY, _CLIP = 1e-3, 0.9, 3e-4, 5.0
_ADAM_BETAS, _ARCHITECTURE_DECAY = (0.5, 0.999), 1e-3


@dataclass(frozen=True, slots=True)
class SearchLog:
    """What a search leaves behind, one entry an epoch."""

    genotypes: list[Genotype]
    #: Mean cross-entropy of the epoch's training steps, nats.
    train_loss: list[float]
    #: Cross-entropy of one batch of the architecture half at the epoch's end, nats.
    val_loss: list[float]


def run_search(
    method: str,
    seed: int,
    images: Images[np.float32],
    settings: SearchSettings = DEFAULT_SETTINGS,
    progress: Callable[[int, Genotype], None] | None = None,
    **options: object,
) -> SearchLog:
    """Run one weight-sharing search.

    On one thread (see `threads.one_thread`) equal arguments give equal logs, and nothing global is seeded.

    Args:
        method: Name in `METHODS`.
        seed: Of every random draw.
        images: What the supernet learns, standardised.
        settings: Of the search.
        progress: Called at every epoch's end with its number, from 0, and its genotype.
        options: The method's own, such as `second_order`.

    Raises:
        ValueError: There is no such method, or the settings do not fit together.
    """
    if method not in METHODS:
        raise ValueError(f"no one-shot method {method!r}, expected one of {', '.join(METHODS)}")
    generator = Generator().manual_seed(seed)
    build = METHODS[method]
    searcher = build(SPACES[settings.space or build.space], generator, **options)
    trainer = _SupernetTrainer(searcher, _supernet(searcher, images, settings), settings)
    train, val = _halves(images, settings.batch, generator)
    log = SearchLog([], [], [])
    for _ in range(settings.head_start):
        trainer.step_weights(0, next(train))
    for epoch in range(settings.epochs):
        losses = [trainer.step(epoch, next(train), next(val)) for _ in range(settings.steps)]
        log.train_loss.append(sum(losses) / len(losses))
        log.val_loss.append(trainer.val_loss(epoch, next(val)))
        log.genotypes.append(searcher.choose(trainer.supernet, next(val)))
        if progress is not None:
            progress(epoch, log.genotypes[-1])
    return log


class _SupernetTrainer:
    """Both optimizers and their schedules."""

    def __init__(self, method: Method, supernet: Supernet, settings: SearchSettings) -> None:
        self.method, self.supernet, self.settings = method, supernet, settings
        rates = method.rates
        self.rate = rates.weights
        self.warm_up = rates.warm_up if settings.warm_up is None else settings.warm_up
        self.sgd = torch.optim.SGD(
            supernet.parameters(), self.rate, momentum=_MOMENTUM, weight_decay=_WEIGHT_DECAY
        )
        self.adam = torch.optim.Adam(
            method.parameters or [torch.zeros(())],
            settings.haste * rates.architecture,
            betas=_ADAM_BETAS,
            weight_decay=_ARCHITECTURE_DECAY,
        )

    def step(self, epoch: int, train: Batch, val: Batch) -> float:
        """One step on the architecture, then one on the weights; the latter's loss."""
        self._step_architecture(epoch, train, val)
        return self.step_weights(epoch, train)

    def _step_architecture(self, epoch: int, train: Batch, val: Batch) -> None:
        progress = epoch / self.settings.epochs
        if epoch >= self.warm_up and self.method.parameters:
            gradients = self.method.architecture_gradients(self.supernet, train, val, progress)
            for parameter, gradient in zip(self.method.parameters, gradients, strict=True):
                parameter.grad = gradient
            self.adam.step()

    def step_weights(self, epoch: int, train: Batch) -> float:
        """One step on the weights; its loss, nats."""
        progress = epoch / self.settings.epochs
        cosine = (1 + math.cos(math.pi * progress)) / 2
        self.sgd.param_groups[0]["lr"] = _FINAL_RATE + (self.rate - _FINAL_RATE) * cosine
        weights = list(self.supernet.parameters())
        loss = self.method.loss(self.supernet, train, progress)
        for weight, gradient in zip(weights, torch.autograd.grad(loss, weights), strict=True):
            weight.grad = gradient
        torch.nn.utils.clip_grad_norm_(weights, _CLIP)
        self.sgd.step()
        return loss.item()

    @torch.no_grad()
    def val_loss(self, epoch: int, val: Batch) -> float:
        """Loss on a batch of the architecture half."""
        return self.method.loss(self.supernet, val, epoch / self.settings.epochs).item()


def _supernet(method: Method, images: Images[np.float32], settings: SearchSettings) -> Supernet:
    return Supernet(
        method.ops,
        settings.cells,
        settings.channels,
        image_channels=images.pixels.shape[1],
        classes=images.classes,
        generator=method.generator,
        partial=method.partial,
    )


def _halves(images: Images[np.float32], batch: int, generator: Generator) -> list[Iterator[Batch]]:
    """Endless batches from the two halves of the images."""
    pixels, labels = torch.from_numpy(images.pixels), torch.from_numpy(images.labels)
    order = torch.randperm(len(labels), generator=generator)
    return [_batches(pixels[half], labels[half], batch, generator) for half in order.chunk(2)]


def _batches(pixels: Tensor, labels: Tensor, batch: int, generator: Generator) -> Iterator[Batch]:
    while True:
        order = torch.randperm(len(labels), generator=generator)
        for part in torch.split(order, batch):
            if len(part) == batch:
                yield pixels[part], labels[part]
