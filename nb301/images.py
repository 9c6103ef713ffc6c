"""Small image sets for real trainings: digits (scikit-learn), Fashion-MNIST and CIFAR-10.

They stand in for CIFAR-10 (Section 3.1), which needs a download: digits come with scikit-learn,
Fashion-MNIST with Debian's package dataset-fashion-mnist or torchvision, CIFAR-10 with torchvision.
"""

from __future__ import annotations

import errno
import gzip
import io
import math
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nb301.errors import DataMissing, MissingExtra
from nb301.parsing import read_bytes

#: Where IDX files of Fashion-MNIST are looked for: Debian's package, then torchvision's layout.
FASHION_MNIST_FOLDERS = (
    Path("/usr/share/datasets/fashion-mnist"),
    Path("~/.cache/nb301/FashionMNIST/raw"),
)
#: Where torchvision downloads to.
DOWNLOADS = Path("~/.cache/nb301")

#: Digits for training; the other 500 are for testing. scikit-learn mixes the writers.
_DIGITS_TRAIN = 1297
#: Of an unpacked file; Fashion-MNIST's largest has 47 million.
_MOST_BYTES = 2**26
_CLASSES = 10
_IDX_MAGIC_IMAGES, _IDX_MAGIC_LABELS = 2051, 2049


@dataclass(frozen=True, slots=True)
class Images:
    """Images with labels."""

    #: Standardised with the training images' mean and std, shape (n, channels, size, size).
    pixels: NDArray[np.float32]
    #: Class of each image, from 0, shape (n,).
    labels: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True, slots=True)
class ImageSet:
    """A classification task."""

    name: str
    train: Images
    test: Images
    classes: int = 10


def load_images(name: str = "digits", size: int | None = None) -> ImageSet:
    """Load an image set.

    Args:
        name: One of `IMAGE_SETS`.
        size: Height and width to average the images down to, pixels: 8, 16 or 32; 28x28 images are
            padded to 32x32 first. By default 8 for digits, else 32.

    Raises:
        ValueError: There is no such image set, or it has no such size.
        DataMissing: Its files are not on this machine.
        MissingExtra: scikit-learn or torchvision is needed for it, and not installed.
    """
    if name not in IMAGE_SETS:
        raise ValueError(f"no image set {name!r}, expected one of {', '.join(IMAGE_SETS)}")
    raw = IMAGE_SETS[name]()
    parts = [(shrunk(name, pixels, size), labels.astype(np.int64)) for pixels, labels in raw]
    mean, std = (fold(parts[0][0], axis=(0, 2, 3), keepdims=True) for fold in (np.mean, np.std))
    train, test = (Images(((pixels - mean) / std).astype(np.float32), labels) for pixels, labels in parts)
    return ImageSet(name, train, test)


_Raw = tuple[NDArray[np.float64], NDArray[np.int64]]


def _digits() -> list[_Raw]:
    try:
        from sklearn.datasets import load_digits
    except ImportError as error:
        raise MissingExtra("scikit-learn is not installed: pip install 'nb301[torch]'") from error
    pixels, labels = load_digits(return_X_y=True)
    pixels = pixels.reshape(-1, 1, 8, 8)
    first, rest = slice(None, _DIGITS_TRAIN), slice(_DIGITS_TRAIN, None)
    return [(pixels[first], labels[first]), (pixels[rest], labels[rest])]


def _fashion_mnist() -> list[_Raw]:
    for folder in FASHION_MNIST_FOLDERS:
        expanded = folder.expanduser()
        if any(expanded.glob("train-images-idx3-ubyte*")):
            return [read_idx_pair(expanded, "train"), read_idx_pair(expanded, "t10k")]
    try:
        from torchvision.datasets import FashionMNIST
    except ImportError as error:
        places = ", ".join(str(folder) for folder in FASHION_MNIST_FOLDERS)
        raise DataMissing(
            f"no Fashion-MNIST in {places}: apt install dataset-fashion-mnist, or pip install "
            "torchvision, which downloads it"
        ) from error
    return _downloaded(FashionMNIST)


def _cifar10() -> list[_Raw]:
    try:
        from torchvision.datasets import CIFAR10
    except ImportError as error:
        raise MissingExtra("torchvision, which downloads CIFAR-10, is not installed") from error
    return _downloaded(CIFAR10)


#: Readers by name: each gives (pixels, labels) of the training and the test images.
IMAGE_SETS: Mapping[str, Callable[[], list[_Raw]]] = {
    "digits": _digits,
    "fashion_mnist": _fashion_mnist,
    "cifar10": _cifar10,
}


def _downloaded(dataset: Callable[..., object]) -> list[_Raw]:
    """Both parts of a torchvision data set, downloaded where they are not there yet."""
    parts: list[_Raw] = []
    for train in (True, False):
        try:
            data = dataset(root=str(DOWNLOADS.expanduser()), train=train, download=True)
        except (OSError, RuntimeError, ValueError, EOFError, zlib.error) as error:
            raise DataMissing(f"torchvision could not download it: {error}") from error
        pixels = np.asarray(data.data, dtype=np.float64)  # type: ignore[attr-defined]
        # torchvision has channels last, or none
        pixels = pixels[:, None] if pixels.ndim == 3 else pixels.transpose(0, 3, 1, 2)
        parts.append((pixels, np.asarray(data.targets)))  # type: ignore[attr-defined]
    return parts


def read_idx_pair(folder: Path, part: str) -> _Raw:
    """Read images and labels from IDX files, gzipped or not.

    Args:
        folder: Holds them.
        part: `train` or `t10k`.

    Returns:
        Pixels 0..255, shape (n, 1, height, width), and labels, shape (n,).

    Raises:
        DataMissing: A file is not there, is damaged or no such file, or images and labels do not fit
            together.
    """
    pixels = _idx(folder, f"{part}-images-idx3-ubyte", _IDX_MAGIC_IMAGES)
    labels = _idx(folder, f"{part}-labels-idx1-ubyte", _IDX_MAGIC_LABELS)
    height, width = pixels.shape[1:]
    if not len(pixels) or len(pixels) != len(labels) or height != width or labels.max() >= _CLASSES:
        raise DataMissing(
            f"{folder}: {part} has {len(pixels)} images of {height}x{width} and {len(labels)} labels up to "
            f"{labels.max(initial=0)}, expected as many, of {_CLASSES} classes"
        )
    return pixels[:, None].astype(np.float64), labels.astype(np.int64)


def _idx(folder: Path, name: str, magic: int) -> NDArray[np.uint8]:
    """Read an IDX file, gzipped or not: magic number, sizes as big-endian integers, then bytes."""
    path = folder / f"{name}.gz"
    try:
        data = _unpacked(path) if path.exists() else read_bytes(folder / name, _MOST_BYTES)
    except (OSError, EOFError, zlib.error) as error:
        why = getattr(error, "strerror", None) or error
        raise DataMissing(f"{folder / name}: cannot be read ({why}): fetch it again") from error
    if int.from_bytes(data[:4], "big") != magic:
        raise DataMissing(f"{folder / name}: not an IDX file with magic number {magic}")
    dimensions = magic % 256
    start = 4 + 4 * dimensions
    shape = [int.from_bytes(data[at : at + 4], "big") for at in range(4, start, 4)]
    if len(data) != start + math.prod(shape):
        raise DataMissing(
            f"{folder / name}: {len(data):,} bytes, expected {start} and one for each of {shape}: fetch it "
            "again"
        )
    return np.frombuffer(data, np.uint8, offset=start).reshape(shape)


def _unpacked(path: Path) -> bytes:
    """What a gzipped file holds, if it is no more than an image set has."""
    with gzip.open(io.BytesIO(read_bytes(path, _MOST_BYTES))) as file:
        data = file.read(_MOST_BYTES + 1)
    if len(data) > _MOST_BYTES:
        raise OSError(errno.EFBIG, f"holds more than {_MOST_BYTES:,} bytes", str(path))
    return data


def shrunk(name: str, pixels: NDArray[np.float64], size: int | None) -> NDArray[np.float64]:
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
    there = pixels.shape[-1]
    size = there if size is None else size
    if size not in (8, 16, 32) or size > there:
        raise ValueError(f"{name} cannot have size {size}, expected 8, 16 or 32, at most {there}")
    blocks = pixels.reshape(*pixels.shape[:2], size, there // size, size, there // size)
    shrunk: NDArray[np.float64] = blocks.mean(axis=(3, 5))
    return shrunk
