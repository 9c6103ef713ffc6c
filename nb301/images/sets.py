"""The list of image sets: where each is read from, how large and how bright its images are.

Small sets stand in for CIFAR-10 (Section 3.1), which needs a download: digits come with scikit-learn,
Fashion-MNIST with Debian's package dataset-fashion-mnist.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

import numpy as np

from nb301.errors import DataMissing
from nb301.extras import require
from nb301.images.cifar10 import read_cifar10
from nb301.images.idx import read_idx_pair
from nb301.images.labelled import Images

#: Where IDX files of Fashion-MNIST are looked for: Debian's package, then torchvision's layout.
FASHION_MNIST_FOLDERS = (
    Path("/usr/share/datasets/fashion-mnist"),
    Path("~/.cache/nb301/FashionMNIST/raw"),
)
#: Digits for training; the other 500 are for testing. scikit-learn mixes the writers.
_DIGITS_TRAIN = 1297


class SetName(StrEnum):
    """Names of the image sets."""

    CIFAR10 = "cifar10"
    FASHION_MNIST = "fashion-mnist"
    DIGITS = "digits"


class ImageSet(NamedTuple):
    """One image set."""

    #: Reads the training and the test images, of a folder if one is named.
    read: Callable[[Path | None], tuple[Images[np.float64], Images[np.float64]]]
    #: Height of its images when they are not averaged down, pixels.
    size: int
    #: Largest value of a pixel.
    brightest: int = 255
    #: Whether an image's mirror image is one of the same class.
    flips: bool = True


def image_set(name: str) -> ImageSet:
    """Find an image set by its name.

    Args:
        name: Such as `fashion-mnist`.

    Raises:
        ValueError: There is no such image set.
    """
    if name not in IMAGE_SETS:
        raise ValueError(f"no image set {name!r}, expected one of {', '.join(IMAGE_SETS)}")
    return IMAGE_SETS[name]


def _read_digits(_: Path | None) -> tuple[Images[np.float64], Images[np.float64]]:
    """Digits need no folder."""
    require("sklearn", "torch")
    from sklearn.datasets import load_digits

    pixels, labels = load_digits(return_X_y=True)
    pixels = pixels.reshape(-1, 1, 8, 8)
    train = Images(pixels[:_DIGITS_TRAIN], labels[:_DIGITS_TRAIN])
    return train, Images(pixels[_DIGITS_TRAIN:], labels[_DIGITS_TRAIN:])


def _read_fashion_mnist(folder: Path | None) -> tuple[Images[np.float64], Images[np.float64]]:
    folders = [folder] if folder else [usual.expanduser() for usual in FASHION_MNIST_FOLDERS]
    for candidate in folders:
        if any(candidate.glob("train-images-idx3-ubyte*")):
            return read_idx_pair(candidate, "train"), read_idx_pair(candidate, "t10k")
    raise DataMissing(
        f"no Fashion-MNIST in {', '.join(map(str, folders))}: apt-get install dataset-fashion-mnist, or name "
        "a folder with the four files such as train-images-idx3-ubyte.gz"
    )


#: All that there are, by name.
IMAGE_SETS: Mapping[str, ImageSet] = {
    SetName.CIFAR10: ImageSet(read_cifar10, size=32),
    SetName.FASHION_MNIST: ImageSet(_read_fashion_mnist, size=32),
    SetName.DIGITS: ImageSet(_read_digits, size=8, brightest=16, flips=False),
}
