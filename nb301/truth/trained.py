"""The real ground truth: it trains, and so takes time; see `nb301.training`.

Its results are those of the image set and the preset that its name says, such as `digits-tiny`; only
those of `cifar10-paper` can be held against the paper's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from nb301.cost import NetworkShape
from nb301.errors import TrainingError
from nb301.images.loading import ImageData
from nb301.images.sets import IMAGE_SETS, image_set
from nb301.space import Genotype
from nb301.threads import one_thread
from nb301.training.data import load_for
from nb301.training.protocol import PRESETS, Protocol, preset
from nb301.truth.base import OFFICIAL, OFFICIAL_NAME, TrainingRun, TrainingRuns, Truth, described
from nb301.truth.emulated import EmulatedTruth

if TYPE_CHECKING:
    from nb301.training.results import Training

#: Of what trainings give; changes when the network, a preset or the use of random numbers does.
VERSION = "1.0"
#: Images of more pixels train faster one by one than stacked.
_LARGEST_STACKED = 8


@dataclass(frozen=True, slots=True)
class TrainingTruth:
    """Trains architectures on one image set with one preset, each on one thread.

    Args:
        data: Name of the image set (`images.sets.IMAGE_SETS`).
        preset: Name of the protocol (`training.protocol.PRESETS`).
        folder: Holds the image set's files, where it needs one.
        device: See `training.trainer.train`; of the machine where a training runs.

    Raises:
        ValueError: There is no such image set or preset.
    """

    data: str
    preset: str = "tiny"
    folder: Path | None = None
    device: str = "cpu"

    def __post_init__(self) -> None:
        image_set(self.data)
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
        return self.protocol.network(self.protocol.image_size or image_set(self.data).size)

    @property
    def stacks(self) -> bool:
        """Whether trainings are faster together than one by one."""
        return self.device == "cpu" and self.network.image_size <= _LARGEST_STACKED

    def evaluate(self, genotype: Genotype, seed: int) -> TrainingRun:
        """Train one architecture.

        Raises:
            DataMissing: The image set is not on this machine.
            TrainingError: There is no such device.
        """
        from nb301.training.trainer import train

        with one_thread():
            return _run(train(genotype, seed, self._load(), self.protocol, device=self.device))

    def evaluate_many(self, genotypes: Sequence[Genotype], seeds: ArrayLike) -> TrainingRuns:
        """Train architectures, as one stack where that is faster; see `evaluate`.

        Args:
            genotypes: The `n` architectures.
            seeds: Training seeds, shape (n,), or one for all.
        """
        from nb301.training.trainer import train_many

        training_seeds: list[int] = np.broadcast_to(np.asarray(seeds), len(genotypes)).tolist()
        if not self.stacks:
            return TrainingRuns.of(map(self.evaluate, genotypes, training_seeds))
        with one_thread():
            trainings = train_many(genotypes, training_seeds, self._load(), self.protocol)
        return TrainingRuns.of(map(_run, trainings))

    def _load(self) -> ImageData:
        return load_for(self.protocol, self.data, self.folder)


def truth_named(text: str, folder: Path | None = None) -> Truth:
    """Find the ground truth that a table or a release notes, such as `digits-tiny 1.0`.

    Args:
        text: Name and version.
        folder: Of the images' files; see `images.loading.load_data`.

    Raises:
        TrainingError: This version of nb301 has no such truth.
    """
    truths: dict[str, Truth] = {described(EmulatedTruth()): EmulatedTruth()}
    for data, name in product(map(str, IMAGE_SETS), PRESETS):
        truth = TrainingTruth(data, name, folder)
        truths[described(truth)] = truth
    noted = f"{OFFICIAL_NAME} {VERSION}" if text == OFFICIAL else text
    if noted not in truths:
        raise TrainingError(f"no ground truth {text!r} here to go back to; there are: {', '.join(truths)}")
    return truths[noted]


def _run(training: Training) -> TrainingRun:
    return TrainingRun(
        training.val_accuracy,
        training.test_accuracy,
        training.train_accuracy,
        training.runtime,
        tuple(epoch.val_accuracy for epoch in training.curve),
    )
