"""Image sets in the two forms that are trained on: three parts of bytes, or standardised numbers.

Of three parts the split is Section 3.1's: four fifths of the training images train, the last fifth
validates (40,000 and 10,000 of CIFAR-10's), and the set's own test images test.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from nb301.files import sha256
from nb301.images.labelled import CLASSES, Images, averaged_down
from nb301.images.sets import image_set

_VALIDATION_SHARE = 5  # one in five


@dataclass(frozen=True, slots=True)
class ImageData:
    """A classification task with its three parts; pixels are 0..255."""

    #: The set's.
    name: str
    #: What networks learn.
    train: Images[np.uint8]
    #: What is told of them.
    validation: Images[np.uint8]
    #: What nothing is chosen by.
    test: Images[np.uint8]
    #: Whether an image's mirror image is one of the same class.
    flips: bool

    @property
    def classes(self) -> int:
        """How many there are."""
        return self.train.classes

    @property
    def image_size(self) -> int:
        """Height and width, pixels."""
        return int(self.train.pixels.shape[-1])

    @property
    def content_hash(self) -> str:
        """SHA-256 of all pixels and labels."""
        parts = (self.train, self.validation, self.test)
        return sha256(b"".join(part.pixels.tobytes() + part.labels.tobytes() for part in parts))


def load_data(
    name: str,
    folder: Path | None = None,
    *,
    image_size: int | None = None,
    training_images: int | None = None,
    validation_images: int | None = None,
) -> ImageData:
    """Load an image set for training, validation and testing.

    Args:
        name: One of `sets.IMAGE_SETS`.
        folder: Holds the files: needed for cifar10, where it has `cifar10.ARCHIVE`; for fashion-mnist
            the four IDX files, by default those of Debian's package.
        image_size: 8, 16 or 32 pixels to average the images down to; 28x28 images are padded to 32x32
            first. By default as large as they come.
        training_images: As many of these, in equal numbers from each class; by default all.
        validation_images: The same for the validation images.

    Raises:
        ValueError: No such image set, no such size, or there are not as many images.
        DataMissing: The files are not there; says where to get them.
        HashMismatch: The archive is not the published one.
        MissingExtra: scikit-learn, which brings the digits, is not installed.
    """
    image_set(name)
    data = _load(name, folder.absolute() if folder else None, image_size)
    return replace(
        data,
        train=_balanced(data.train, training_images, f"training images of {name}"),
        validation=_balanced(data.validation, validation_images, f"validation images of {name}"),
    )


def load_standardised(name: str, size: int | None = None, folder: Path | None = None) -> Images[np.float32]:
    """Load all training images of a set, standardised over all of them for each channel.

    Unlike those of `load_data`, pixels that are averaged down are not rounded.

    Args:
        name: One of `sets.IMAGE_SETS`.
        size: As `image_size` of `load_data`.
        folder: As of `load_data`.

    Raises:
        ValueError: There is no such image set, or it has no such size.
        DataMissing: Its files are not there; says where to get them.
        HashMismatch: The archive is not the published one.
        MissingExtra: scikit-learn, which brings the digits, is not installed.
    """
    train, _ = image_set(name).read(folder)
    pixels = averaged_down(name, train.pixels, size)
    mean = np.mean(pixels, axis=(0, 2, 3), keepdims=True)
    std = np.std(pixels, axis=(0, 2, 3), keepdims=True)
    return Images(((pixels - mean) / std).astype(np.float32), train.labels.astype(np.int64))


@lru_cache(maxsize=2)
def _load(name: str, folder: Path | None, size: int | None) -> ImageData:
    described = image_set(name)
    train, test = described.read(folder)
    kept = len(train) - len(train) // _VALIDATION_SHARE
    brightening = 255 / described.brightest
    return ImageData(
        name,
        _as_bytes(name, Images(train.pixels[:kept], train.labels[:kept]), size, brightening),
        _as_bytes(name, Images(train.pixels[kept:], train.labels[kept:]), size, brightening),
        _as_bytes(name, test, size, brightening),
        flips=described.flips,
    )


def _as_bytes(name: str, part: Images[np.float64], size: int | None, brightening: float) -> Images[np.uint8]:
    pixels = np.round(averaged_down(name, part.pixels, size) * brightening).astype(np.uint8)
    return Images(pixels, part.labels)


def _balanced(part: Images[np.uint8], n: int | None, what: str) -> Images[np.uint8]:
    """The first images of each class, in their order."""
    if n is None or n == len(part):
        return part
    rows_by_class = [np.flatnonzero(part.labels == label) for label in range(CLASSES)]
    most = CLASSES * min(map(len, rows_by_class))
    if not 0 < n <= most or n % CLASSES:
        raise ValueError(f"{n} {what}: expected a multiple of {CLASSES} up to {most}, or all {len(part)}")
    chosen = np.sort(np.concatenate([rows[: n // CLASSES] for rows in rows_by_class]))
    return Images(part.pixels[chosen], part.labels[chosen])
