"""How a network is trained: the protocol of Appendix C.6, and smaller ones for small machines."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from nb301.cost import NetworkShape


@dataclass(frozen=True, slots=True)
class Protocol:
    """All that a training depends on besides architecture, data and seed; defaults are Appendix C.6's.

    Assumed, as Appendix C.6 is silent: crops and flips are those of DARTS, DropPath's probability
    grows linearly over the epochs as there, and the last, incomplete batch of an epoch is left out.

    Raises:
        ValueError: A value is out of its range.
    """

    #: Initial channels.
    channels: int = 32
    #: Cells.
    layers: int = 8
    epochs: int = 100
    #: Images in a step.
    batch: int = 96
    #: At the start; annealed along a cosine.
    learning_rate: float = 0.025
    #: At the end of the cosine.
    final_learning_rate: float = 1e-8
    #: Whether the rate falls after every step, not every epoch: for trainings of few epochs.
    anneal_each_step: bool = False
    momentum: float = 0.9
    weight_decay: float = 3e-4
    #: Zero pixels around an image before a random crop to its size; 0 for none.
    crop_padding: int = 4
    #: Whether images are mirrored at random, where the data allow it.
    flip: bool = True
    #: Height and width of the square that is cut out, pixels; 0 for none.
    cutout: int = 16
    #: Both parameters of MixUp's beta distribution; 0 for none.
    mixup: float = 0.2
    #: Weight of the auxiliary head's loss; 0 for a network without one.
    auxiliary: float = 0.4
    #: Probability that an edge is dropped for an image, towards the last epoch; 0 for none.
    drop_path: float = 0.2
    #: Pixels that images are averaged down to; None for as large as they come.
    image_size: int | None = None
    #: Training images that are used, in equal numbers from each class; None for all.
    training_images: int | None = None
    #: The same for the validation images.
    validation_images: int | None = None

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            low, high = _RANGES.get(field.name, (0, math.inf))
            if value is not None and not low <= value <= high:
                raise ValueError(f"{field.name} is {value!r}, expected a number from {low:g} to {high:g}")

    def network(self, image_size: int, classes: int = 10) -> NetworkShape:
        """Describe the network that is trained on images of `image_size` pixels."""
        return NetworkShape(self.channels, self.layers, image_size, classes, auxiliary=self.auxiliary > 0)

    def learning_rate_at(self, epoch: int, share: float = 0.0) -> float:
        """Learning rate `share` (0..1) into an epoch, counted from 0.

        Args:
            epoch: Counted from 0.
            share: Of the epoch that is over, 0..1.

        Returns:
            The learning rate.
        """
        progress = (epoch + (share if self.anneal_each_step else 0.0)) / self.epochs
        cosine = (1 + math.cos(math.pi * progress)) / 2
        return self.final_learning_rate + (self.learning_rate - self.final_learning_rate) * cosine

    def drop_path_at(self, epoch: int) -> float:
        """Probability that an edge is dropped, in an epoch counted from 0.

        Args:
            epoch: Counted from 0.

        Returns:
            A probability.
        """
        return self.drop_path * epoch / self.epochs


_RANGES: Mapping[str, tuple[float, float]] = {
    "channels": (1, math.inf),
    "layers": (1, math.inf),
    "epochs": (1, math.inf),
    "batch": (2, math.inf),  # batch norm needs more than one image
    "momentum": (0, 1),
    "drop_path": (0, 0.99),
    "image_size": (4, math.inf),
    "training_images": (10, math.inf),
    "validation_images": (10, math.inf),
}

#: Protocols by name. `paper` takes GPU hours; `small` minutes, `tiny` seconds of one CPU core.
PRESETS: Mapping[str, Protocol] = {
    "paper": Protocol(),
    "small": Protocol(
        channels=16,
        layers=5,
        epochs=20,
        batch=96,
        learning_rate=0.05,
        anneal_each_step=True,
        crop_padding=2,
        cutout=4,
        drop_path=0.1,
        image_size=16,
        training_images=20_000,
    ),
    "tiny": Protocol(
        channels=8,
        layers=3,
        epochs=3,
        batch=64,
        learning_rate=0.1,
        anneal_each_step=True,
        crop_padding=0,
        flip=False,
        cutout=0,
        mixup=0.0,
        auxiliary=0.0,
        drop_path=0.0,
        image_size=8,
        training_images=4000,
        validation_images=4000,
    ),
}
#: What sets a preset apart on data that have fewer images or smaller ones.
_SPECIAL: Mapping[tuple[str, str], Mapping[str, Any]] = {
    ("digits", "small"): {"image_size": 8, "training_images": None, "crop_padding": 1, "cutout": 2},
    ("digits", "tiny"): {"training_images": None, "validation_images": None},
}


def preset(name: str, data: str) -> Protocol:
    """Get a protocol by name for an image set.

    Args:
        name: Name in `PRESETS`, such as `tiny` or `paper`.
        data: Name of the image set.

    Raises:
        ValueError: There is no such preset.
    """
    if name not in PRESETS:
        raise ValueError(f"no preset {name!r}, expected one of {', '.join(PRESETS)}")
    return replace(PRESETS[name], **_SPECIAL.get((data, name), {}))
