"""Image sets: their splits, sizes and subsets, and what is said when they are missing."""

from __future__ import annotations

import gzip
import io
import os
import sys
import tarfile
import zlib
from collections import Counter

import numpy as np
import pytest

from nb301.errors import DataMissing, HashMismatch
from nb301.files import sha256
from nb301.training import data as module
from nb301.training.data import CIFAR10_ARCHIVE, NAMES, load_data


def test_digits_are_split_in_proportion():
    """Four fifths of the training images train, one validates; grey pixels of 0..255."""
    pytest.importorskip("sklearn")
    digits = load_data("digits")
    assert [len(part) for part in (digits.train, digits.validation, digits.test)] == [1038, 259, 500]
    assert digits.train.pixels.shape == (1038, 1, 8, 8)
    assert digits.train.pixels.dtype == np.uint8
    assert (digits.image_size, digits.classes, digits.flips) == (8, 10, False)
    assert digits.train.pixels.max() == 255
    assert digits.content_hash == load_data("digits").content_hash


def test_subsets_are_balanced():
    """A subset has as many images of each class, the first of each."""
    pytest.importorskip("sklearn")
    whole, some = load_data("digits"), load_data("digits", training_images=200, validation_images=50)
    assert set(Counter(some.train.labels.tolist()).values()) == {20}
    assert set(Counter(some.validation.labels.tolist()).values()) == {5}
    first = whole.train.pixels[whole.train.labels == 3][:20]
    np.testing.assert_array_equal(some.train.pixels[some.train.labels == 3], first)
    assert some.content_hash != whole.content_hash


def _fashion_mnist(folder, n=50):
    rng = np.random.default_rng(0)
    for part in ("train", "t10k"):
        for name, shape in (("images-idx3", (n, 28, 28)), ("labels-idx1", (n,))):
            values = rng.integers(10, size=shape, dtype=np.uint8)
            header = bytes([0, 0, 8, len(shape)]) + np.array(shape, ">i4").tobytes()
            (folder / f"{part}-{name}-ubyte").write_bytes(header + values.tobytes())


def test_fashion_mnist_of_a_folder_is_averaged_down(tmp_path):
    """IDX files of a named folder are read, padded to 32x32 and averaged over blocks."""
    _fashion_mnist(tmp_path)
    large, small = (load_data("fashion-mnist", tmp_path, image_size=size) for size in (None, 16))
    assert [len(part) for part in (large.train, large.validation, large.test)] == [40, 10, 50]
    assert large.train.pixels.shape == (40, 1, 32, 32)
    assert small.flips
    blocks = large.train.pixels.reshape(40, 1, 16, 2, 16, 2).mean(axis=(3, 5))
    np.testing.assert_array_equal(small.train.pixels, np.round(blocks))


def _cifar10_archive(folder, monkeypatch, names=None):
    rng = np.random.default_rng(0)
    names = names or [f"data_batch_{k}.bin" for k in range(1, 6)] + ["test_batch.bin"]
    records = {}
    with tarfile.open(folder / CIFAR10_ARCHIVE, "w:gz") as archive:
        for name in names:
            records[name] = rng.integers(10, size=(4, 3073), dtype=np.uint8)
            member = tarfile.TarInfo(f"cifar-10-batches-bin/{name}")
            member.size = records[name].size
            archive.addfile(member, io.BytesIO(records[name].tobytes()))
    monkeypatch.setattr(module, "CIFAR10_SHA256", sha256((folder / CIFAR10_ARCHIVE).read_bytes()))
    return records


def test_cifar10_is_read_from_its_binary_archive(tmp_path, monkeypatch):
    """Labels and colours of the five batches in their order; the fifth validates, as 40k/10k/10k."""
    records = _cifar10_archive(tmp_path, monkeypatch)
    found = load_data("cifar10", tmp_path)
    assert [len(part) for part in (found.train, found.validation, found.test)] == [16, 4, 4]
    last = records["data_batch_5.bin"]
    np.testing.assert_array_equal(found.validation.labels, last[:, 0])
    np.testing.assert_array_equal(found.validation.pixels[:, 0, 0], last[:, 1:33])
    np.testing.assert_array_equal(found.test.pixels[:, 2, 31], records["test_batch.bin"][:, -32:])


def test_a_changed_archive_is_refused(tmp_path, monkeypatch):
    """An archive with another hash is refused, and so is one that lacks a file."""
    _cifar10_archive(tmp_path, monkeypatch, names=["data_batch_1.bin"])
    with pytest.raises(DataMissing, match=r"'data_batch_2\.bin' is missing"):
        load_data("cifar10", tmp_path)
    monkeypatch.undo()
    with pytest.raises(HashMismatch, match=r"SHA-256 is .* expected c4a38c50"):
        load_data("cifar10", tmp_path, image_size=16)


def test_missing_files_say_where_to_get_them(tmp_path):
    """The message names the folder and what to do."""
    with pytest.raises(DataMissing, match="apt-get install dataset-fashion-mnist"):
        load_data("fashion-mnist", tmp_path)
    with pytest.raises(DataMissing, match=r"since none was named: download it from https://www\.cs"):
        load_data("cifar10")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"image_size": 16}, "digits cannot have size 16"),
        ({"training_images": 15}, "15 training images of digits: expected a multiple of 10"),
        ({"validation_images": 5000}, "5000 validation images of digits: expected"),
    ],
)
def test_bad_options_are_refused(options, message):
    """Sizes and numbers that cannot be had are refused with what can."""
    pytest.importorskip("sklearn")
    with pytest.raises(ValueError, match=message):
        load_data("digits", **options)


def test_unknown_names_are_refused():
    """The names are listed."""
    with pytest.raises(ValueError, match=f"no image set 'mnist', expected one of {', '.join(NAMES)}"):
        load_data("mnist")


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
def test_a_broken_idx_file_is_named(tmp_path, what, name, packed):
    """A file that is cut off, damaged or of another shape is named, packed or not."""
    _fashion_mnist(tmp_path)
    broken = BROKEN[what]((tmp_path / name).read_bytes())
    (tmp_path / name).write_bytes(broken)
    if packed:
        (tmp_path / name).unlink()
        (tmp_path / f"{name}.gz").write_bytes(gzip.compress(broken))
    with pytest.raises(DataMissing, match=name) as caught:
        load_data("fashion-mnist", tmp_path)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("cut", [0.1, 0.5, 0.99])
def test_a_cut_or_garbled_gzip_file_is_named(tmp_path, cut):
    """A gzip file that ends early, or is garbled, is named."""
    _fashion_mnist(tmp_path)
    name = "train-images-idx3-ubyte"
    whole = gzip.compress((tmp_path / name).read_bytes())
    at = int(len(whole) * cut)
    for broken in (whole[:at], whole[:at] + bytes([whole[at] ^ 255]) + whole[at + 1 :], b"no gzip"):
        (tmp_path / f"{name}.gz").write_bytes(broken)
        with pytest.raises(DataMissing, match=name):
            load_data("fashion-mnist", tmp_path)


def test_what_unpacks_to_more_than_images_is_refused(tmp_path):
    """No more is unpacked than an image set has."""
    _fashion_mnist(tmp_path)
    (tmp_path / "train-images-idx3-ubyte.gz").write_bytes(_bomb())
    with pytest.raises(DataMissing, match="holds more than"):
        load_data("fashion-mnist", tmp_path)


@pytest.mark.parametrize("change", ["fewer", "classes", "none"])
def test_images_and_labels_fit_together(tmp_path, change):
    """As many labels as images, each of a class."""
    _fashion_mnist(tmp_path)
    n = 0 if change == "none" else 49 if change == "fewer" else 50
    values = np.full(n, 10 if change == "classes" else 1, np.uint8)
    header = bytes([0, 0, 8, 1]) + np.array([n], ">i4").tobytes()
    (tmp_path / "train-labels-idx1-ubyte").write_bytes(header + values.tobytes())
    with pytest.raises(DataMissing, match="expected as many, of 10 classes"):
        load_data("fashion-mnist", tmp_path)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
def test_no_device_and_no_pipe_is_read(tmp_path):
    """What never ends is refused."""
    _fashion_mnist(tmp_path)
    path = tmp_path / "train-images-idx3-ubyte"
    path.unlink()
    path.symlink_to("/dev/zero")
    with pytest.raises(DataMissing, match="not a regular file"):
        load_data("fashion-mnist", tmp_path)
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(DataMissing, match="not a regular file"):
        load_data("fashion-mnist", tmp_path)
