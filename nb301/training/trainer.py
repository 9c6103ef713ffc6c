"""Training: one architecture alone, or many small ones as a stack, with the same steps and results.

Every random choice comes from generators that are seeded by the training's own seed, so that a training
is the same alone or in a stack, up to the order of sums, and the same when it is resumed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Generator, Tensor, nn
from torch.nn import functional

from nb301.errors import TrainingError, one_line
from nb301.images.labelled import Images
from nb301.images.loading import ImageData
from nb301.space import Genotype
from nb301.training.batches import Batch, Batches, Standardisation
from nb301.training.checkpoints import Checkpoint, read_checkpoint, write_checkpoint
from nb301.training.networks.network import Logits, Network
from nb301.training.networks.stacked import Stack
from nb301.training.protocol import Protocol
from nb301.training.results import Epoch, Training

#: Called after each epoch with the number of epochs that are done and the networks' newest epochs.
Progress = Callable[[int, Sequence[Epoch]], None]

#: Images that are evaluated at a time: of more, what is between the layers would not fit the cache.
_EVALUATED_TOGETHER = 64
_DATA_STREAM = 1  # apart from the initial weights', which the plain seed starts


def train(
    genotype: Genotype,
    seed: int,
    data: ImageData,
    protocol: Protocol,
    *,
    checkpoints: Path | None = None,
    device: str = "cpu",
    progress: Progress | None = None,
) -> Training:
    """Train one architecture.

    On a CUDA device it computes in bfloat16 where torch holds that safe (AMP). Equal arguments give
    equal results on one thread of a CPU. A training that diverges is a result, too, of low accuracy.

    Args:
        genotype: The architecture.
        seed: Of every random draw, 0..2^63-1.
        data: What it learns, as large and as many images as the protocol says (`load_for`).
        protocol: How it is trained.
        checkpoints: Folder of the checkpoint that is written after every epoch, and resumed from.
        device: `cpu` or a CUDA device.
        progress: Called after every epoch.

    Raises:
        CostError: The network cannot be built for images of this size.
        TrainingError: The folder holds another training's checkpoint, or there is no such device.
        HashMismatch: The checkpoint was changed.
        ValueError: The seed is out of range, or the images are fewer than a batch.
    """
    network = _initial(genotype, seed, data, protocol)
    trainer = _StackTrainer(_Alone(network), [genotype], [seed], data, protocol, _device(device))
    return trainer.run(checkpoints, progress)[0]


def train_many(
    genotypes: Sequence[Genotype],
    seeds: Sequence[int],
    data: ImageData,
    protocol: Protocol,
    *,
    checkpoints: Path | None = None,
    progress: Progress | None = None,
) -> list[Training]:
    """Train small architectures as one stack, on the CPU; each as `train` would, up to the order of sums.

    Args:
        genotypes: The architectures; some may be equal.
        seeds: One for each.
        data: See `train`; images of at most `stacked.LARGEST_IMAGE` pixels.
        protocol: See `train`.
        checkpoints: See `train`; one checkpoint of the whole stack.
        progress: See `train`.

    Raises:
        ValueError: There are not as many seeds as architectures, or none; otherwise as `train`.
    """
    if len(genotypes) != len(seeds):
        raise ValueError(f"{len(seeds)} seeds for {len(genotypes)} architectures, expected one for each")
    networks = []
    for genotype, seed in zip(genotypes, seeds, strict=True):
        networks.append(_initial(genotype, seed, data, protocol))
    trainer = _StackTrainer(Stack(networks), genotypes, seeds, data, protocol, torch.device("cpu"))
    return trainer.run(checkpoints, progress)


def _initial(genotype: Genotype, seed: int, data: ImageData, protocol: Protocol) -> Network:
    if not 0 <= seed < 2**63:
        raise ValueError(f"seed is {seed!r}, expected an integer from 0 to 2^63-1")
    shape = protocol.network(data.image_size, data.classes)
    return Network(genotype, Generator().manual_seed(seed), shape)


class _Alone(nn.Module):
    """A network as a stack of one."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def forward(self, images: Tensor, drop_path: Tensor | None = None) -> Logits:
        dropped = None if drop_path is None else drop_path[0]
        main, auxiliary = self.network(images[0].contiguous(memory_format=torch.channels_last), dropped)
        return Logits(main[None], None if auxiliary is None else auxiliary[None])


def _device(name: str) -> torch.device:
    """The device of a name, if this machine has it."""
    try:
        device = torch.device(name)
    except RuntimeError:  # whose message lists devices that nothing here was tried on
        raise TrainingError(f"no device {name!r}: expected cpu or cuda") from None
    if device.type not in {"cpu", "cuda"}:
        raise TrainingError(f"no device {name!r}: expected cpu or cuda")
    if device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count():
        raise TrainingError(f"no device {name!r} here: this machine has {torch.cuda.device_count()} of CUDA")
    return device


class _StackTrainer:
    """The loop over epochs, of a stack of any size."""

    def __init__(
        self,
        networks: _Alone | Stack,
        genotypes: Sequence[Genotype],
        seeds: Sequence[int],
        data: ImageData,
        protocol: Protocol,
        device: torch.device,
    ) -> None:
        self.networks = networks.to(device)
        self.genotypes, self.seeds, self.data, self.protocol = genotypes, seeds, data, protocol
        self.device = device
        self.batches = Batches(data, protocol, device)
        self.generators = [np.random.default_rng([seed, _DATA_STREAM]) for seed in seeds]
        self.sgd = torch.optim.SGD(
            self.networks.parameters(),
            protocol.learning_rate,
            momentum=protocol.momentum,
            weight_decay=protocol.weight_decay,
        )
        self.curves: list[list[Epoch]] = [[] for _ in seeds]
        self.seconds = 0.0

    def run(self, checkpoints: Path | None, progress: Progress | None) -> list[Training]:
        """Train the epochs that are left, then test."""
        if checkpoints is not None:
            self._resume(checkpoints)
        for epoch in range(len(self.curves[0]), self.protocol.epochs):
            start = time.perf_counter()
            for curve, new in zip(self.curves, self._epoch(epoch), strict=True):
                curve.append(new)
            self.seconds += time.perf_counter() - start
            if checkpoints is not None:
                write_checkpoint(checkpoints, self._about(), self._checkpoint())
            if progress is not None:
                progress(epoch + 1, [curve[-1] for curve in self.curves])
        start = time.perf_counter()
        _, test_accuracy = self._evaluate(self.data.test)
        self.seconds += time.perf_counter() - start
        return self._trainings(test_accuracy)

    def _epoch(self, epoch: int) -> list[Epoch]:
        """Train and validate one epoch; one `Epoch` for each network."""
        self.networks.train()
        sums = torch.zeros(2, len(self.seeds), dtype=torch.float64)
        batches = self.batches.epoch(self.generators, self.protocol.drop_path_at(epoch))
        for step, batch in enumerate(batches):
            rate = self.protocol.learning_rate_at(epoch, step / self.batches.steps)
            self.sgd.param_groups[0]["lr"] = rate
            sums += self._step(batch)
        train_loss, train_accuracy = (sums / self.batches.steps).tolist()
        val_loss, val_accuracy = self._evaluate(self.data.validation)
        rate = self.protocol.learning_rate_at(epoch)
        networks = zip(train_loss, train_accuracy, val_loss, val_accuracy, strict=True)
        return [Epoch(*numbers, learning_rate=rate) for numbers in networks]

    def _step(self, batch: Batch) -> Tensor:
        """One step on the weights; loss and accuracy of each network, shape (2, networks)."""
        with self._autocast():
            logits = self.networks(batch.images, batch.drop_path)
            loss = _mixed_loss(logits.main, batch)
            if logits.auxiliary is not None:
                loss = loss + self.protocol.auxiliary * _mixed_loss(logits.auxiliary, batch)
        self.sgd.zero_grad()
        # networks share no weight, so that the gradient of the sum is that of each
        torch.autograd.backward(loss.sum())
        self.sgd.step()
        return torch.stack([loss.detach(), _mixed_accuracy(logits.main, batch)]).cpu()

    @torch.no_grad()
    def _evaluate(self, part: Images[np.uint8]) -> tuple[list[float], list[float]]:
        """Cross-entropy and accuracy of each network over a part of the images."""
        self.networks.eval()
        pixels, labels = torch.from_numpy(part.pixels), torch.from_numpy(part.labels)
        sums = torch.zeros(2, len(self.seeds), dtype=torch.float64)
        standard: Standardisation = self.batches.standard
        for start in range(0, len(part), _EVALUATED_TOGETHER):
            together = slice(start, start + _EVALUATED_TOGETHER)
            images = standard(pixels[together].to(self.device))
            with self._autocast():
                logits = self.networks(images.expand(len(self.seeds), len(images), 3, -1, -1)).main.float()
            expected = labels[together].to(self.device).expand(len(self.seeds), -1)
            loss = functional.cross_entropy(logits.flatten(0, 1), expected.flatten(), reduction="none")
            hits = logits.argmax(-1) == expected
            sums += torch.stack([loss.view(expected.shape).sum(1), hits.sum(1)]).cpu()
        loss_mean, accuracy = (sums / len(part)).tolist()
        return loss_mean, accuracy

    def _autocast(self) -> torch.autocast:
        cuda = self.device.type == "cuda"
        return torch.autocast(self.device.type, torch.bfloat16, enabled=cuda)

    def _about(self) -> Mapping[str, Any]:
        """What tells this training from others."""
        return {
            "genotypes": [*map(str, self.genotypes)],
            "seeds": [*self.seeds],
            "data": self.data.name,
            "data_hash": self.data.content_hash,
            "protocol": asdict(self.protocol),
            "stacked": isinstance(self.networks, Stack),
        }

    def _checkpoint(self) -> Checkpoint:
        tensors = dict(self.networks.state_dict())
        for i, parameter in enumerate(self.networks.parameters()):
            tensors[f"momentum.{i}"] = self.sgd.state[parameter]["momentum_buffer"]
        progress = {
            "curves": self.curves,
            "generators": [generator.bit_generator.state for generator in self.generators],
            "seconds": self.seconds,
        }
        return Checkpoint(tensors, progress)

    def _resume(self, folder: Path) -> None:
        checkpoint = read_checkpoint(folder, self._about())
        if checkpoint is None:
            return
        try:
            self._set(dict(checkpoint.tensors), checkpoint.progress)
        except (LookupError, TypeError, ValueError, ArithmeticError, AttributeError, RuntimeError) as error:
            raise TrainingError(
                f"{folder}: not a checkpoint of this training ({one_line(str(error))}): delete it to start "
                "anew"
            ) from None

    def _set(self, tensors: dict[str, Tensor], progress: Mapping[str, Any]) -> None:
        """Take over what a checkpoint holds."""
        for i, parameter in enumerate(self.networks.parameters()):
            self.sgd.state[parameter]["momentum_buffer"] = tensors.pop(f"momentum.{i}").to(self.device)
        self.networks.load_state_dict(tensors)
        self.curves = [*map(_curve, progress["curves"])]
        for generator, state in zip(self.generators, progress["generators"], strict=True):
            generator.bit_generator.state = state
        self.seconds = float(progress["seconds"])

    def _trainings(self, test_accuracy: Sequence[float]) -> list[Training]:
        """What each network leaves behind."""
        trainings = []
        for k, genotype in enumerate(self.genotypes):
            training = Training(
                genotype=genotype,
                seed=self.seeds[k],
                data=self.data.name,
                protocol=self.protocol,
                training_images=len(self.data.train),
                validation_images=len(self.data.validation),
                image_size=self.data.image_size,
                curve=tuple(self.curves[k]),
                test_accuracy=test_accuracy[k],
                runtime=self.seconds / len(self.seeds),
            )
            trainings.append(training)
        return trainings


def _curve(rows: Sequence[Sequence[float]]) -> list[Epoch]:
    """A learning curve from a checkpoint's JSON."""
    return [Epoch(*numbers) for numbers in rows]


def _mixed_loss(logits: Tensor, batch: Batch) -> Tensor:
    """Mean cross-entropy under MixUp of each network, shape (networks,)."""
    flat = logits.flatten(0, 1)

    def loss(labels: Tensor) -> Tensor:
        losses = functional.cross_entropy(flat, labels.flatten(), reduction="none")
        return losses.view(labels.shape).mean(1)

    share = batch.share[:, 0]
    return share * loss(batch.labels) + (1 - share) * loss(batch.mixed_labels)


def _mixed_accuracy(logits: Tensor, batch: Batch) -> Tensor:
    """Share of right answers under MixUp of each network, shape (networks,)."""
    answers, share = logits.argmax(-1), batch.share[:, 0]
    first = (answers == batch.labels).float().mean(1)
    second = (answers == batch.mixed_labels).float().mean(1)
    return share * first + (1 - share) * second
