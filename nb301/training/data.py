"""Image sets as protocols ask for them."""

from __future__ import annotations

from pathlib import Path

from nb301.images.loading import ImageData, load_data
from nb301.training.protocol import Protocol


def load_for(protocol: Protocol, name: str, folder: Path | None = None) -> ImageData:
    """Load an image set, as large and as many images as a protocol says; see `images.loading.load_data`."""
    return load_data(
        name,
        folder,
        image_size=protocol.image_size,
        training_images=protocol.training_images,
        validation_images=protocol.validation_images,
    )
