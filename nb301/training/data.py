"""Image sets of real trainings, in memory: digits, Fashion-MNIST and CIFAR-10, split as in Section 3.1.

Four fifths of the training images train, the last fifth validates (40,000 and 10,000 of CIFAR-10's),
and the set's own test images test.
"""

from __future__ import annotations

import tarfile
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nb301.errors import DataMissing, HashMismatch
from nb301.files import sha256
from nb301.images import FASHION_MNIST_FOLDERS, IMAGE_SETS, read_idx_pair, shrunk
from nb301.parsing import read_bytes
from nb301.training.protocol import Protocol

#: Names of the image sets, and their height in pixels when they are not averaged down.
IMAGE_SIZES = {"cifar10": 32, "fashion-mnist": 32, "digits": 8}
NAMES = tuple(IMAGE_SIZES)
#: The binary version of CIFAR-10, as its authors publish it; the Python version is a pickle.
CIFAR10_ARCHIVE = "cifar-10-binary.tar.gz"
CIFAR10_SHA256 = "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"

#: Of the archive, which has 170 million.
_MOST_BYTES = 2**28
_CIFAR10_BYTES = 1 + 3 * 32 * 32  # of an image with its label
_VALIDATION_SHARE = 5  # one in five
_CLASSES = 10
_DIGITS_LARGEST = 16  # digits' pixels are counts of 0..16

_Raw = tuple[NDArray[np.float64], NDArray[np.int64]]


@dataclass(frozen=True, slots=True)
class Part:
    """Images with labels."""

    #: Shape (n, channels, size, size), 0..255; 1 or 3 channels.
    pixels: NDArray[np.uint8]
    #: Class of each image, 0..9, shape (n,).
    labels: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True, slots=True)
class ImageData:
    """A classification task with its three parts."""

    name: str
    train: Part
    validation: Part
    test: Part
    #: Whether an image's mirror image is one of the same class.
    flips: bool
    classes: int = _CLASSES

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
    """Load an image set.

    Args:
        name: One of `NAMES`.
        folder: Holds the files: needed for cifar10, where it has `CIFAR10_ARCHIVE`; for fashion-mnist
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
    if name not in NAMES:
        raise ValueError(f"no image set {name!r}, expected one of {', '.join(NAMES)}")
    data = _load(name, folder.absolute() if folder else None, image_size)
    return replace(
        data,
        train=_balanced(data.train, training_images, f"training images of {name}"),
        validation=_balanced(data.validation, validation_images, f"validation images of {name}"),
    )


def load_for(protocol: Protocol, name: str, folder: Path | None = None) -> ImageData:
    """Load an image set, as large and as many images as a protocol says; see `load_data`."""
    return load_data(
        name,
        folder,
        image_size=protocol.image_size,
        training_images=protocol.training_images,
        validation_images=protocol.validation_images,
    )


@lru_cache(maxsize=2)
def _load(name: str, folder: Path | None, size: int | None) -> ImageData:
    readers = {"cifar10": _cifar10, "fashion-mnist": _fashion_mnist, "digits": _digits}
    (pixels, labels), test = readers[name](folder)
    kept = len(labels) - len(labels) // _VALIDATION_SHARE
    train, validation = (pixels[:kept], labels[:kept]), (pixels[kept:], labels[kept:])
    first, second, third = (_part(name, raw, size) for raw in (train, validation, test))
    return ImageData(name, first, second, third, flips=name != "digits")


def _part(name: str, raw: _Raw, size: int | None) -> Part:
    pixels, labels = raw
    return Part(np.round(shrunk(name, pixels, size)).astype(np.uint8), labels)


def _balanced(part: Part, n: int | None, what: str) -> Part:
    """The first images of each class, in their order."""
    if n is None or n == len(part):
        return part
    of_class = [np.flatnonzero(part.labels == label) for label in range(_CLASSES)]
    most = _CLASSES * min(len(rows) for rows in of_class)
    if not 0 < n <= most or n % _CLASSES:
        raise ValueError(f"{n} {what}: expected a multiple of {_CLASSES} up to {most}, or all {len(part)}")
    chosen = np.sort(np.concatenate([rows[: n // _CLASSES] for rows in of_class]))
    return Part(part.pixels[chosen], part.labels[chosen])


def _digits(folder: Path | None) -> list[_Raw]:  # noqa: ARG001 - they come with scikit-learn
    return [(pixels * (255 / _DIGITS_LARGEST), labels) for pixels, labels in IMAGE_SETS["digits"]()]


def _fashion_mnist(folder: Path | None) -> list[_Raw]:
    folders = [folder] if folder else [each.expanduser() for each in FASHION_MNIST_FOLDERS]
    for each in folders:
        if any(each.glob("train-images-idx3-ubyte*")):
            return [read_idx_pair(each, "train"), read_idx_pair(each, "t10k")]
    raise DataMissing(
        f"no Fashion-MNIST in {', '.join(map(str, folders))}: apt-get install dataset-fashion-mnist, or name "
        "a folder with the four files such as train-images-idx3-ubyte.gz"
    )


def _cifar10(folder: Path | None) -> list[_Raw]:
    if folder is None or not (folder / CIFAR10_ARCHIVE).is_file():
        raise DataMissing(
            f"no {CIFAR10_ARCHIVE} in {folder or 'a folder, since none was named'}: download it from "
            "https://www.cs.toronto.edu/~kriz/cifar.html and name its folder"
        )
    path = folder / CIFAR10_ARCHIVE
    try:
        found = sha256(read_bytes(path, _MOST_BYTES))
    except OSError as error:
        raise DataMissing(f"{path}: cannot be read ({error.strerror}): download it again") from None
    if found != CIFAR10_SHA256:
        raise HashMismatch(f"{path}: SHA-256 is {found}, expected {CIFAR10_SHA256}: download it again")
    with tarfile.open(path) as archive:
        files = {Path(member.name).name: member for member in archive.getmembers() if member.isfile()}
        batches = [f"data_batch_{k}.bin" for k in range(1, 6)]
        return [_cifar10_records(archive, files, names) for names in (batches, ["test_batch.bin"])]


def _cifar10_records(archive: tarfile.TarFile, files: dict[str, tarfile.TarInfo], names: list[str]) -> _Raw:
    """Records of a label's byte and an image's, red, green and blue one after the other."""
    data = b""
    for name in names:
        file = archive.extractfile(files[name]) if name in files else None
        if file is None:
            raise DataMissing(f"{name!r} is missing in {CIFAR10_ARCHIVE}")
        data += file.read()
    if len(data) % _CIFAR10_BYTES:
        raise DataMissing(f"{CIFAR10_ARCHIVE}: {', '.join(names)} end within an image")
    records = np.frombuffer(data, np.uint8).reshape(-1, _CIFAR10_BYTES)
    return records[:, 1:].reshape(-1, 3, 32, 32).astype(np.float64), records[:, 0].astype(np.int64)
