"""Small image sets for real trainings: digits (scikit-learn), Fashion-MNIST and CIFAR-10.

They stand in for CIFAR-10 (Section 3.1), which needs a download: digits come with scikit-learn,
Fashion-MNIST with Debian's package dataset-fashion-mnist or torchvision, CIFAR-10 with torchvision.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nb301.errors import DataMissing, MissingExtra

#: Where IDX files of Fashion-MNIST are looked for: Debian's package, then torchvision's layout.
FASHION_MNIST_FOLDERS = (
    Path("/usr/share/datasets/fashion-mnist"),
    Path("~/.cache/nb301/FashionMNIST/raw"),
)
#: Where torchvision downloads to.
DOWNLOADS = Path("~/.cache/nb301")

#: Digits for training; the other 500 are for testing. scikit-learn mixes the writers.
_DIGITS_TRAIN = 1297
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
        except (OSError, RuntimeError) as error:
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
        DataMissing: A file is not there or no such file.
    """
    pixels = _idx(folder, f"{part}-images-idx3-ubyte", _IDX_MAGIC_IMAGES)
    labels = _idx(folder, f"{part}-labels-idx1-ubyte", _IDX_MAGIC_LABELS)
    return pixels[:, None].astype(np.float64), labels.astype(np.int64)


def _idx(folder: Path, name: str, magic: int) -> NDArray[np.uint8]:
    """Read an IDX file, gzipped or not: magic number, sizes as big-endian integers, then bytes."""
    path = folder / f"{name}.gz"
    try:
        data = gzip.decompress(path.read_bytes()) if path.exists() else (folder / name).read_bytes()
    except OSError as error:
        raise DataMissing(f"{folder / name}: cannot be read ({error})") from error
    if int.from_bytes(data[:4], "big") != magic:
        raise DataMissing(f"{folder / name}: not an IDX file with magic number {magic}")
    dimensions = magic % 256
    shape = np.frombuffer(data, ">i4", count=dimensions, offset=4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * dimensions).reshape(shape)


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
