"""What a ground truth is: it trains an architecture, or says what a training would have given."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from nb301.cost import NetworkShape
from nb301.space import Genotype


class TrainingRun(NamedTuple):
    """What one training run reports."""

    #: Best over epochs (official_facts F20), fraction.
    val_accuracy: float
    #: Of the final weights, fraction.
    test_accuracy: float
    #: Fraction, under augmentation.
    train_accuracy: float
    #: Seconds, one whole training.
    runtime: float


class Truth(Protocol):
    """A ground truth; it can be sent to other processes."""

    @property
    def name(self) -> str:
        """Such as `emulated` or `digits-tiny`."""

    @property
    def version(self) -> str:
        """Changes when any result does."""

    @property
    def epochs(self) -> int:
        """Of one training."""

    @property
    def network(self) -> NetworkShape:
        """The network whose parameters and multiply-adds are counted."""

    def evaluate(self, genotype: Genotype, seed: int) -> TrainingRun:
        """Train one architecture with a seed."""


def described(truth: Truth) -> str:
    """Name and version, as tables and releases note it."""
    return f"{truth.name} {truth.version}"


def is_emulated(truth: str) -> bool:
    """Whether a ground truth, as tables and releases note it, is a function and no training."""
    return truth.startswith("emulated ")
