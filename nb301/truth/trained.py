"""The real ground truth: it trains, and so takes time; see `nb301.training`.

Its results are those of the image set and the preset that its name says, such as `digits-tiny`; only
those of `cifar10-paper` can be held against the paper's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nb301.cost import NetworkShape
from nb301.errors import TrainingError
from nb301.space import Genotype
from nb301.threads import one_thread
from nb301.training.data import IMAGE_SIZES, NAMES, ImageData, load_for
from nb301.training.protocol import PRESETS, Protocol, preset
from nb301.truth.base import TrainingRun, Truth, described
from nb301.truth.emulated import EmulatedTruth

if TYPE_CHECKING:
    from nb301.training.results import Training

#: Of what trainings give; changes when the network, a preset or the use of random numbers does.
VERSION = "1.0"
#: The ground truth of the official table (`tables.official`), and what trains anew as it was trained.
_OFFICIAL, _OFFICIAL_NAME = "CIFAR-10 training", "cifar10-paper"
#: Images of more pixels train faster one by one than stacked.
_LARGEST_STACKED = 8


@dataclass(frozen=True, slots=True)
class TrainingTruth:
    """Trains architectures on one image set with one preset, each on one CPU thread.

    Args:
        data: Name of the image set (`training.data.NAMES`).
        preset: Name of the protocol (`training.protocol.PRESETS`).
        folder: Holds the image set's files, where it needs one.

    Raises:
        ValueError: There is no such image set or preset.
    """

    data: str
    preset: str = "tiny"
    folder: Path | None = None

    def __post_init__(self) -> None:
        if self.data not in NAMES:
            raise ValueError(f"no image set {self.data!r}, expected one of {', '.join(NAMES)}")
        preset(self.preset, self.data)

    @property
    def name(self) -> str:
        """Image set and preset, such as `digits-tiny`."""
        return f"{self.data}-{self.preset}"

    @property
    def version(self) -> str:
        """See `VERSION`."""
        return VERSION

    @property
    def protocol(self) -> Protocol:
        """How it trains."""
        return preset(self.preset, self.data)

    @property
    def epochs(self) -> int:
        """Of one training."""
        return self.protocol.epochs

    @property
    def network(self) -> NetworkShape:
        """The network that is trained."""
        return self.protocol.network(self.protocol.image_size or IMAGE_SIZES[self.data])

    @property
    def stacks(self) -> bool:
        """Whether trainings are faster together than one by one."""
        return self.network.image_size <= _LARGEST_STACKED

    def evaluate(self, genotype: Genotype, seed: int) -> TrainingRun:
        """Train one architecture.

        Raises:
            DataMissing: The image set is not on this machine.
        """
        from nb301.training.trainer import train

        with one_thread():
            return _run(train(genotype, seed, self._load(), self.protocol))

    def evaluate_many(self, genotypes: Sequence[Genotype], seeds: Sequence[int]) -> list[TrainingRun]:
        """Train architectures, as one stack where that is faster; see `evaluate`."""
        from nb301.training.trainer import train_many

        if not self.stacks:
            return [self.evaluate(g, seed) for g, seed in zip(genotypes, seeds, strict=True)]
        with one_thread():
            return [_run(each) for each in train_many(genotypes, seeds, self._load(), self.protocol)]

    def _load(self) -> ImageData:
        return load_for(self.protocol, self.data, self.folder)


def truth_named(text: str, folder: Path | None = None) -> Truth:
    """Find the ground truth that a table or a release notes, such as `digits-tiny 1.0`.

    Raises:
        TrainingError: This version of nb301 has no such truth.
    """
    candidates: list[Truth] = [EmulatedTruth()]
    candidates += [TrainingTruth(data, name, folder) for data in NAMES for name in PRESETS]
    for truth in candidates:
        if text == described(truth) or (text == _OFFICIAL and truth.name == _OFFICIAL_NAME):
            return truth
    known = ", ".join(described(truth) for truth in candidates)
    raise TrainingError(f"no ground truth {text!r} here to go back to; there are: {known}")


def _run(training: Training) -> TrainingRun:
    return TrainingRun(*(getattr(training, field) for field in TrainingRun._fields))
