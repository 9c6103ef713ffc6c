"""Labelled images in memory, and how they are averaged down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

#: Classes of each image set.
CLASSES = 10
#: Heights that images are averaged down to, pixels.
_SIZES = (8, 16, 32)

Pixel = TypeVar("Pixel", bound=np.generic)


@dataclass(frozen=True, slots=True)
class Images(Generic[Pixel]):
    """Images with labels."""

    #: Shape (n, channels, size, size); 1 or 3 channels.
    pixels: NDArray[Pixel]
    #: Class of each image, from 0, shape (n,).
    labels: NDArray[np.int64]
    classes: int = CLASSES

    def __len__(self) -> int:
        return len(self.labels)


def averaged_down(name: str, pixels: NDArray[np.float64], size: int | None) -> NDArray[np.float64]:
    """Pad 28x28 images to 32x32, then average over blocks.

    Args:
        name: Of the image set, for the message.
        pixels: Shape (n, channels, height, height).
        size: Height wanted, pixels; None for that of the images, padded.

    Raises:
        ValueError: The size is none of 8, 16 and 32, or larger than the images.
    """
    if pixels.shape[-1] == 28:
        pixels = np.pad(pixels, [(0, 0), (0, 0), (2, 2), (2, 2)])
    height = pixels.shape[-1]
    size = height if size is None else size
    if size not in _SIZES or size > height:
        raise ValueError(f"{name} cannot have size {size}, expected 8, 16 or 32, at most {height}")
    blocks = pixels.reshape(*pixels.shape[:2], size, height // size, size, height // size)
    means: NDArray[np.float64] = blocks.mean(axis=(3, 5))
    return means
