"""What a training leaves behind: its learning curve, and what a row of a table needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from nb301.cost import NetworkShape, cost
from nb301.space import Genotype
from nb301.tables.official import OwnRun, Setting
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
    def network(self) -> NetworkShape:
        """The network that was trained."""
        return self.protocol.network(self.image_size)

    @property
    def parameters(self) -> int:
        """Exact, with the auxiliary head where there is one."""
        return cost(self.genotype, self.network).parameters

    @property
    def multiply_adds(self) -> int:
        """Exact, one image at inference."""
        return cost(self.genotype, self.network).multiply_adds


def official(training: Training, truth: str) -> OwnRun:
    """Describe a training for `tables.official.write_official`.

    Args:
        training: The training.
        truth: Name and version of the ground truth that it is of, such as `digits-tiny 1.0`.
    """
    protocol, best = training.protocol, training.best
    return OwnRun(
        genotype=training.genotype,
        setting=Setting(
            protocol.epochs,
            protocol.channels,
            protocol.layers,
            truth,
            training.image_size,
            auxiliary=training.network.auxiliary,
        ),
        seed=training.seed,
        val_accuracy=training.val_accuracy,
        test_accuracy=training.test_accuracy,
        train_accuracy=training.train_accuracy,
        train_loss=best.train_loss,
        val_loss=best.val_loss,
        learning_rate=best.learning_rate,
        best_epoch=training.best_epoch,
        runtime=training.runtime,
        training_images=training.training_images,
        validation_images=training.validation_images,
        config=_official_config(protocol),
        learning_curves=_learning_curves(training.curve),
        more={"data": training.data, "protocol": asdict(protocol)},
    )


def _learning_curves(curve: Sequence[Epoch]) -> dict[str, list[float]]:
    """A learning curve under the names that the official full logs have (F21), accuracies in percent."""
    return {
        "Train/train_loss": [epoch.train_loss for epoch in curve],
        "Train/train_accuracy": [100 * epoch.train_accuracy for epoch in curve],
        "Train/val_cross_entropy": [epoch.val_loss for epoch in curve],
        "Train/val_accuracy": [100 * epoch.val_accuracy for epoch in curve],
        "Train/learning_rate": [epoch.learning_rate for epoch in curve],
    }


def _official_config(protocol: Protocol) -> dict[str, Any]:
    """The protocol under the names of the official configuration space (F5, F21); booleans are text there."""
    sgd, cosine = "OptimizerSelector:sgd", "SimpleLearningrateSchedulerSelector:cosine_annealing"
    return {
        "CreateImageDataLoader:batch_size": protocol.batch,
        "ImageAugmentation:cutout": str(protocol.cutout > 0),
        "ImageAugmentation:cutout_length": protocol.cutout,
        "NetworkSelectorDatasetInfo:network": "darts",
        "NetworkSelectorDatasetInfo:darts:drop_path_prob": protocol.drop_path,
        "LossModuleSelectorIndices:loss_module": "cross_entropy",
        "OptimizerSelector:optimizer": "sgd",
        f"{sgd}:learning_rate": protocol.learning_rate,
        f"{sgd}:momentum": protocol.momentum,
        f"{sgd}:weight_decay": protocol.weight_decay,
        "SimpleLearningrateSchedulerSelector:lr_scheduler": "cosine_annealing",
        f"{cosine}:T_max": protocol.epochs,
        f"{cosine}:eta_min": protocol.final_learning_rate,
        "SimpleTrainNode:batch_loss_computation_technique": "mixup" if protocol.mixup else "standard",
        "SimpleTrainNode:mixup:alpha": protocol.mixup,
    }
