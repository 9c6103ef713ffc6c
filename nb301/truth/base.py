"""What a ground truth is: it trains an architecture, or says what a training would have given."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import repeat
from typing import NamedTuple, Protocol, Self, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nb301.cost import NetworkShape
from nb301.learning_curves import LearningCurves, together
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
    #: Validation accuracy after each epoch, fractions, of trainings that tell it.
    curve: tuple[float, ...] = ()


_NUMBERS = TrainingRun._fields[:-1]


@dataclass(frozen=True, slots=True)
class TrainingRuns:
    """What training runs report: the fields of `TrainingRun` as arrays, one entry a run, shape (n,).

    Learning curves have shape (n, epochs), NaN where one is not told, or None where none is.
    """

    #: Fractions.
    val_accuracy: NDArray[np.float64]
    #: Fractions.
    test_accuracy: NDArray[np.float64]
    #: Fractions.
    train_accuracy: NDArray[np.float64]
    #: Seconds.
    runtime: NDArray[np.float64]
    curve: NDArray[np.float64] | None = None

    @classmethod
    def of(cls, runs: Iterable[TrainingRun]) -> Self:
        """Single runs, together.

        Args:
            runs: Of one ground truth.

        Returns:
            Their fields as arrays, in their order.
        """
        told = [*runs]
        values = np.array([run[:-1] for run in told], dtype=np.float64).reshape(-1, len(_NUMBERS))
        columns = dict(zip(_NUMBERS, np.ascontiguousarray(values.T), strict=True))
        return cls(**columns, curve=together([run.curve for run in told]))

    def __len__(self) -> int:
        return len(self.val_accuracy)

    def __iter__(self) -> Iterator[TrainingRun]:
        columns = [getattr(self, field).tolist() for field in _NUMBERS]
        curves: Iterable[tuple[float, ...]] = repeat(())
        if self.curve is not None:
            curves = [() if np.isnan(curve).any() else tuple(curve.tolist()) for curve in self.curve]
        return map(TrainingRun, *columns, curves)


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
        """Train one architecture with a seed.

        Args:
            genotype: The architecture.
            seed: Training seed, 0..2^64-1.
        """

    def evaluate_many(self, genotypes: Sequence[Genotype], seeds: ArrayLike) -> TrainingRuns:
        """Train architectures with their seeds, shape (n,), or with one for all.

        Args:
            genotypes: The architectures, n of them.
            seeds: Training seeds, shape (n,), or one for all.
        """


@runtime_checkable
class TellsCurves(Truth, Protocol):
    """A ground truth that tells learning curves without a training; `EmulatedTruth` is one."""

    def learning_curves(self, genotypes: Sequence[Genotype], seeds: ArrayLike) -> LearningCurves:
        """Trainings, epoch by epoch.

        Args:
            genotypes: The architectures, n of them.
            seeds: Training seeds, shape (n,), or one for all.
        """


def described(truth: Truth) -> str:
    """Name and version, as tables and releases note it.

    Returns:
        Such as `emulated 2.0`.
    """
    return f"{truth.name} {truth.version}"


#: Name of the ground truth that is a function.
EMULATED = "emulated"
#: What the official table notes as its ground truth, without a version, and the name of what trains like it.
OFFICIAL, OFFICIAL_NAME = "CIFAR-10 training", "cifar10-paper"
#: The same of rows that have the last epoch's accuracy, where the official ones have the best epoch's.
OFFICIAL_LAST_EPOCH = f"{OFFICIAL}, last epoch"


#: Names of truths that train on an image set by a preset, such as `digits-tiny`.
_TRAINED = re.compile("(?P<images>cifar10|fashion-mnist|digits)-(?P<preset>paper|small|tiny)")


class TruthKind(Enum):
    """What the results of a ground truth are; those that say most of CIFAR-10 first."""

    #: Of trainings on CIFAR-10 as the paper has them.
    PAPER = "the paper's trainings"
    #: Of an explicit function, and no trainings.
    EMULATED = "emulated"
    #: Of other trainings.
    OTHER = "other trainings"


def kind_of(truth: str) -> TruthKind:
    """What the results of a ground truth are, by what tables and releases note of it.

    Args:
        truth: Name and version, as tables and releases note them.
    """
    name, _, version = truth.partition(" ")
    if name == EMULATED and version:
        return TruthKind.EMULATED
    if truth in {OFFICIAL, OFFICIAL_LAST_EPOCH} or name == OFFICIAL_NAME:
        return TruthKind.PAPER
    return TruthKind.OTHER


def is_emulated(truth: str) -> bool:
    """Whether a ground truth, as tables and releases note it, is a function and no training.

    Args:
        truth: Name and version, as tables and releases note them.
    """
    return kind_of(truth) is TruthKind.EMULATED


def rests_on(truth: str) -> str:
    """What the results of a ground truth rest on in a few words, such as `real CIFAR-10 trainings`.

    Words for what readers see first; they name CIFAR-10 as theirs only where the results are the paper's.

    Args:
        truth: As tables and releases note it.

    Returns:
        Words for a sentence.
    """
    kind = kind_of(truth)
    if kind is TruthKind.EMULATED:
        return "an emulation"
    if kind is TruthKind.PAPER:
        return "real CIFAR-10 trainings" + (", last epoch" if truth == OFFICIAL_LAST_EPOCH else "")
    trained = _TRAINED.fullmatch(truth.partition(" ")[0])
    if trained is None:
        return "other results"
    size = "" if trained["preset"] == "paper" else f" of {trained['preset']} networks"
    return f"real trainings{size} on {trained['images']}"


def first_real(truth: str) -> int:
    """A key to sort by: ground truths that are the paper's trainings come first, then the others.

    Args:
        truth: Name and version, as tables and releases note them.

    Returns:
        Smaller comes first.
    """
    return [*TruthKind].index(kind_of(truth))
