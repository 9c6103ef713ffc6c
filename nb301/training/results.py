"""What a training leaves behind: its learning curve, and what a row of a table needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from nb301.cost import cost
from nb301.space import Genotype
from nb301.training.protocol import Protocol


class Epoch(NamedTuple):
    """One epoch of a learning curve."""

    #: Mean over the epoch's steps, with MixUp and the auxiliary head's loss where there are.
    train_loss: float
    #: Fraction, over the epoch's steps, under augmentation.
    train_accuracy: float
    #: Cross-entropy over the validation images after the epoch, nats.
    val_loss: float
    #: Fraction, after the epoch.
    val_accuracy: float
    #: Of the epoch's first step.
    learning_rate: float


@dataclass(frozen=True, slots=True)
class Training:
    """One training that has ended."""

    genotype: Genotype
    seed: int
    #: Name of the image set, such as `digits`.
    data: str
    protocol: Protocol
    #: Numbers of training and validation images, and height of both in pixels.
    training_images: int
    validation_images: int
    image_size: int
    curve: Sequence[Epoch]
    #: Of the final weights, fraction (F20).
    test_accuracy: float
    #: Seconds of the whole training with its evaluations; of one in a stack its share of the stack's.
    runtime: float

    @property
    def best_epoch(self) -> int:
        """The epoch whose validation accuracy is the label, counted from 1; of equal ones the first (F20)."""
        return 1 + max(range(len(self.curve)), key=lambda epoch: self.curve[epoch].val_accuracy)

    @property
    def best(self) -> Epoch:
        """That epoch."""
        return self.curve[self.best_epoch - 1]

    @property
    def val_accuracy(self) -> float:
        """The label: the best over epochs, fraction (F20)."""
        return self.best.val_accuracy

    @property
    def train_accuracy(self) -> float:
        """At the best epoch, under augmentation, fraction."""
        return self.best.train_accuracy

    @property
    def parameters(self) -> int:
        """Exact, with the auxiliary head where there is one."""
        return cost(self.genotype, self.protocol.network(self.image_size)).parameters

    @property
    def multiply_adds(self) -> int:
        """Exact, one image at inference."""
        return cost(self.genotype, self.protocol.network(self.image_size)).multiply_adds
