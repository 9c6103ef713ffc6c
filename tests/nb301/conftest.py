"""A tiny classification task that trains in well under a second."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")

from nb301.images.labelled import Images
from nb301.images.loading import ImageData
from nb301.training.protocol import Protocol


def _part(rng: np.random.Generator, n: int, colours: int) -> Images:
    labels = rng.integers(10, size=n)
    pixels = rng.integers(100, size=(n, colours, 8, 8))
    # the class is a bright pixel of its own
    pixels[np.arange(n), :, labels // 8 + 3, labels % 8] = 255
    return Images(pixels.astype(np.uint8), labels)


@pytest.fixture(scope="session")
def tiny_data() -> ImageData:
    """Images of 8x8 pixels in three colours: 96 for training, 40 for validation, 40 for testing."""
    rng = np.random.default_rng(0)
    return ImageData("bright", *(_part(rng, n, 3) for n in (96, 40, 40)), flips=True)


@pytest.fixture(scope="session")
def everything() -> Protocol:
    """A short protocol with all augmentation and regularisation there is."""
    return Protocol(
        channels=2, layers=3, epochs=3, batch=48, crop_padding=1, cutout=2, auxiliary=0.4, drop_path=0.3
    )
