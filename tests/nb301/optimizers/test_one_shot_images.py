"""Image sets for real trainings."""

import gzip
import sys

import numpy as np
import pytest

from nb301 import images
from nb301.errors import DataMissing, MissingExtra
from nb301.images import load_images


def _write_idx(path, array):
    header = bytes([0, 0, 8, array.ndim]) + b"".join(n.to_bytes(4, "big") for n in array.shape)
    path.write_bytes(
        gzip.compress(header + array.tobytes()) if path.suffix == ".gz" else header + array.tobytes()
    )


@pytest.fixture
def idx_folder(tmp_path, monkeypatch):
    """A folder with a small Fashion-MNIST, of which one part is gzipped and one is not."""
    rng = np.random.default_rng(0)
    for part, n, ending in (("train", 20, ".gz"), ("t10k", 10, "")):
        _write_idx(
            tmp_path / f"{part}-images-idx3-ubyte{ending}",
            rng.integers(256, size=(n, 28, 28), dtype=np.uint8),
        )
        _write_idx(tmp_path / f"{part}-labels-idx1-ubyte{ending}", rng.integers(10, size=n, dtype=np.uint8))
    monkeypatch.setattr(images, "FASHION_MNIST_FOLDERS", (tmp_path / "none", tmp_path))
    return tmp_path


def test_digits_come_with_scikit_learn():
    """1,797 digits of 8x8 pixels, standardised, the same in every call."""
    pytest.importorskip("sklearn")
    digits = load_images()

    assert digits.train.pixels.shape == (1297, 1, 8, 8)
    assert len(digits.test) == 500
    assert abs(digits.train.pixels.mean()) < 1e-5
    assert abs(digits.train.pixels.std() - 1) < 1e-5
    assert set(range(10)) == set(digits.train.labels) == set(digits.test.labels)
    assert np.array_equal(digits.test.pixels, load_images("digits", 8).test.pixels)


@pytest.mark.parametrize(("size", "expected"), [(None, 32), (16, 16), (8, 8)])
@pytest.mark.usefixtures("idx_folder")
def test_reads_fashion_mnist(size, expected):
    """IDX files are read, gzipped or not, padded to 32 and averaged down."""
    fashion = load_images("fashion_mnist", size)

    assert (20, 1, expected, expected) == fashion.train.pixels.shape
    assert (10, 1, expected, expected) == fashion.test.pixels.shape


@pytest.mark.usefixtures("idx_folder")
def test_averages_over_blocks():
    """A pixel of the small image is the mean of its block of the padded one, in the same place."""
    large, small = (load_images("fashion_mnist", size).train.pixels for size in (32, 8))

    means = large[:, :, 4:8, 8:12].mean(axis=(2, 3))
    assert np.corrcoef(means.ravel(), small[:, :, 1, 2].ravel())[0, 1] > 0.999


def test_says_how_to_get_fashion_mnist(tmp_path, monkeypatch):
    """Where no file and no torchvision is, the Debian package and torchvision are named."""
    monkeypatch.setattr(images, "FASHION_MNIST_FOLDERS", (tmp_path,))
    monkeypatch.setitem(sys.modules, "torchvision", None)
    monkeypatch.setitem(sys.modules, "torchvision.datasets", None)

    with pytest.raises(DataMissing, match="apt install dataset-fashion-mnist"):
        load_images("fashion_mnist")


def test_cifar10_needs_torchvision(monkeypatch):
    """CIFAR-10 without torchvision says what is missing."""
    monkeypatch.setitem(sys.modules, "torchvision", None)
    monkeypatch.setitem(sys.modules, "torchvision.datasets", None)

    with pytest.raises(MissingExtra, match="torchvision"):
        load_images("cifar10")


def test_downloads_cifar10_through_torchvision(monkeypatch):
    """Arrays of torchvision have channels last; ours have them first."""

    class FakeCifar:
        def __init__(self, *, train, **_options):
            n = 6 if train else 3
            self.data = np.random.default_rng(0).integers(256, size=(n, 32, 32, 3), dtype=np.uint8)
            self.targets = list(range(n))

    fake = type(sys)("torchvision.datasets")
    fake.CIFAR10 = FakeCifar
    monkeypatch.setitem(sys.modules, "torchvision", type(sys)("torchvision"))
    monkeypatch.setitem(sys.modules, "torchvision.datasets", fake)

    cifar = load_images("cifar10", 8)

    assert (cifar.train.pixels.shape, cifar.test.pixels.shape) == ((6, 3, 8, 8), (3, 3, 8, 8))
    assert cifar.test.labels.tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    ("name", "size", "message"),
    [
        ("imagenet", None, "expected one of digits, fashion_mnist, cifar10"),
        ("digits", 16, "cannot have size 16"),
    ],
)
def test_refuses_others(name, size, message):
    """Unknown sets and sizes are refused with what there is."""
    pytest.importorskip("sklearn")
    with pytest.raises(ValueError, match=message):
        load_images(name, size)


def test_refuses_a_broken_file(idx_folder):
    """A file that is no IDX file is named."""
    (idx_folder / "t10k-labels-idx1-ubyte").write_bytes(b"nonsense")

    with pytest.raises(DataMissing, match="t10k-labels-idx1-ubyte"):
        load_images("fashion_mnist")
