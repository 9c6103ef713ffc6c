"""IDX files: what is read, and what is said of broken ones."""

from __future__ import annotations

import gzip
import os
import sys
import zlib

import numpy as np
import pytest

from nb301.errors import DataMissing
from nb301.images.idx import read_idx_pair


def read_both(folder):
    """The training and the test images, as the image set reads them."""
    return [read_idx_pair(folder, part) for part in ("train", "t10k")]


def test_files_are_read_gzipped_or_not(fashion_mnist):
    """Images and labels are the files' bytes behind their heads."""
    path = fashion_mnist / "t10k-images-idx3-ubyte"
    plain, data = read_both(fashion_mnist), path.read_bytes()
    path.unlink()
    (fashion_mnist / f"{path.name}.gz").write_bytes(gzip.compress(data))
    packed = read_both(fashion_mnist)

    assert np.array_equal(plain[1].pixels, packed[1].pixels)
    assert packed[1].pixels.tobytes() == np.frombuffer(data[16:], np.uint8).astype(float).tobytes()
    labels = (fashion_mnist / "train-labels-idx1-ubyte").read_bytes()[8:]
    assert packed[0].labels.tolist() == [*labels]


def _bomb():
    """Many zeros in few bytes."""
    compressor = zlib.compressobj(9, wbits=31)
    block = compressor.compress(bytes(2**20))
    return block + b"".join(compressor.compress(bytes(2**20)) for _ in range(199)) + compressor.flush()


BROKEN = {
    "empty": lambda data: data[:0],
    "of its head": lambda data: data[:4],
    "half": lambda data: data[: len(data) // 2],
    "without an end": lambda data: data[:-1],
    "longer": lambda data: data + b"0",
    "of another magic": lambda data: b"\0\0\x08\x09" + data[4:],
    "of negative shape": lambda data: data[:4] + b"\xff\xff\xff\xff" + data[8:],
    "of huge shape": lambda data: data[:4] + b"\x7f\xff\xff\xff" * 3 + data[16:],
}


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("what", BROKEN)
@pytest.mark.parametrize("name", ["train-images-idx3-ubyte", "t10k-labels-idx1-ubyte"])
def test_a_broken_idx_file_is_named(fashion_mnist, what, name, packed):
    """A file that is cut off, damaged or of another shape is named, packed or not."""
    broken = BROKEN[what]((fashion_mnist / name).read_bytes())
    (fashion_mnist / name).write_bytes(broken)
    if packed:
        (fashion_mnist / name).unlink()
        (fashion_mnist / f"{name}.gz").write_bytes(gzip.compress(broken))
    with pytest.raises(DataMissing, match=name) as caught:
        read_both(fashion_mnist)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("cut", [0.1, 0.5, 0.99])
def test_a_cut_or_garbled_gzip_file_is_named(fashion_mnist, cut):
    """A gzip file that ends early, or is garbled, is named."""
    name = "train-images-idx3-ubyte"
    whole = gzip.compress((fashion_mnist / name).read_bytes())
    at = int(len(whole) * cut)
    for broken in (whole[:at], whole[:at] + bytes([whole[at] ^ 255]) + whole[at + 1 :], b"no gzip"):
        (fashion_mnist / f"{name}.gz").write_bytes(broken)
        with pytest.raises(DataMissing, match=name):
            read_both(fashion_mnist)


def test_what_unpacks_to_more_than_images_is_refused(fashion_mnist):
    """No more is unpacked than an image set has."""
    (fashion_mnist / "train-images-idx3-ubyte.gz").write_bytes(_bomb())
    with pytest.raises(DataMissing, match="holds more than"):
        read_both(fashion_mnist)


@pytest.mark.parametrize("change", ["fewer", "classes", "none"])
def test_images_and_labels_fit_together(fashion_mnist, change):
    """As many labels as images, each of a class."""
    n = 0 if change == "none" else 49 if change == "fewer" else 50
    values = np.full(n, 10 if change == "classes" else 1, np.uint8)
    header = bytes([0, 0, 8, 1]) + np.array([n], ">i4").tobytes()
    (fashion_mnist / "train-labels-idx1-ubyte").write_bytes(header + values.tobytes())
    with pytest.raises(DataMissing, match="expected as many, of 10 classes"):
        read_both(fashion_mnist)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
def test_no_device_and_no_pipe_is_read(fashion_mnist):
    """What never ends is refused."""
    path = fashion_mnist / "train-images-idx3-ubyte"
    path.unlink()
    path.symlink_to("/dev/zero")
    with pytest.raises(DataMissing, match="not a regular file"):
        read_both(fashion_mnist)
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(DataMissing, match="not a regular file"):
        read_both(fashion_mnist)
