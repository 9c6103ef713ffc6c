"""IDX files, the format of MNIST and Fashion-MNIST."""

from __future__ import annotations

import errno
import gzip
import io
import math
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nb301.errors import DataMissing
from nb301.images.labelled import CLASSES, Images
from nb301.parsing import read_bytes

#: Bytes of an unpacked file; Fashion-MNIST's largest has 47 million.
_MOST_BYTES = 2**26
_MAGIC_IMAGES, _MAGIC_LABELS = 2051, 2049


def read_idx_pair(folder: Path, part: str) -> Images[np.float64]:
    """Read images and labels from IDX files, gzipped or not.

    Args:
        folder: Holds them.
        part: `train` or `t10k`.

    Returns:
        Images of one channel, pixels 0..255.

    Raises:
        DataMissing: A file is not there, is damaged or no such file, or images and labels do not fit
            together.
    """
    pixels = _read_idx(folder, f"{part}-images-idx3-ubyte", _MAGIC_IMAGES)
    labels = _read_idx(folder, f"{part}-labels-idx1-ubyte", _MAGIC_LABELS)
    height, width = pixels.shape[1:]
    if not len(pixels) or len(pixels) != len(labels) or height != width or labels.max() >= CLASSES:
        raise DataMissing(
            f"{folder}: {part} has {len(pixels)} images of {height}x{width} and {len(labels)} labels up to "
            f"{labels.max(initial=0)}, expected as many, of {CLASSES} classes"
        )
    return Images(pixels[:, None].astype(np.float64), labels.astype(np.int64))


def _read_idx(folder: Path, name: str, magic: int) -> NDArray[np.uint8]:
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
