"""CIFAR-10 from its authors' binary archive, checked by its hash; their Python version is a pickle."""

from __future__ import annotations

import tarfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from nb301.errors import DataMissing, HashMismatch
from nb301.files import sha256
from nb301.images.labelled import Images
from nb301.parsing import read_bytes

ARCHIVE = "cifar-10-binary.tar.gz"
SHA256 = "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"

#: Bytes of the archive, which has 170 million.
_MOST_BYTES = 2**28
#: Bytes of an image with its label.
_RECORD_BYTES = 1 + 3 * 32 * 32
_TRAINING_BATCHES = [f"data_batch_{number}.bin" for number in range(1, 6)]


def read_cifar10(folder: Path | None) -> tuple[Images[np.float64], Images[np.float64]]:
    """Read the training and the test images, pixels 0..255, of `ARCHIVE` in a folder.

    Raises:
        DataMissing: The archive is not there, or cannot be read; says where to get it.
        HashMismatch: The archive is not the published one.
    """
    if folder is None or not (folder / ARCHIVE).is_file():
        raise DataMissing(
            f"no {ARCHIVE} in {folder or 'a folder, since none was named'}: download it from "
            "https://www.cs.toronto.edu/~kriz/cifar.html and name its folder"
        )
    _check_hash(folder / ARCHIVE)
    with tarfile.open(folder / ARCHIVE) as archive:
        return _records(archive, _TRAINING_BATCHES), _records(archive, ["test_batch.bin"])


def _check_hash(path: Path) -> None:
    try:
        digest = sha256(read_bytes(path, _MOST_BYTES))
    except OSError as error:
        raise DataMissing(f"{path}: cannot be read ({error.strerror}): download it again") from None
    if digest != SHA256:
        raise HashMismatch(f"{path}: SHA-256 is {digest}, expected {SHA256}: download it again")


def _records(archive: tarfile.TarFile, names: Sequence[str]) -> Images[np.float64]:
    """Records of a label's byte and an image's, red, green and blue one after the other."""
    members = {Path(member.name).name: member for member in archive.getmembers() if member.isfile()}
    data = b""
    for name in names:
        file = archive.extractfile(members[name]) if name in members else None
        if file is None:
            raise DataMissing(f"{name!r} is missing in {ARCHIVE}")
        data += file.read()
    if len(data) % _RECORD_BYTES:
        raise DataMissing(f"{ARCHIVE}: {', '.join(names)} end within an image")
    records = np.frombuffer(data, np.uint8).reshape(-1, _RECORD_BYTES)
    pixels = records[:, 1:].reshape(-1, 3, 32, 32)
    return Images(pixels.astype(np.float64), records[:, 0].astype(np.int64))
