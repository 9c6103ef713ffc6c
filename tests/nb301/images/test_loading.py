"""Image sets as they are trained on: their splits, sizes and subsets."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from nb301.errors import DataMissing
from nb301.images.loading import load_data, load_standardised
from nb301.images.sets import IMAGE_SETS


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


def test_fashion_mnist_of_a_folder_is_averaged_down(fashion_mnist):
    """IDX files of a named folder are read, padded to 32x32 and averaged over blocks."""
    large, small = (load_data("fashion-mnist", fashion_mnist, image_size=size) for size in (None, 16))
    assert [len(part) for part in (large.train, large.validation, large.test)] == [40, 10, 50]
    assert large.train.pixels.shape == (40, 1, 32, 32)
    assert small.flips
    blocks = large.train.pixels.reshape(40, 1, 16, 2, 16, 2).mean(axis=(3, 5))
    np.testing.assert_array_equal(small.train.pixels, np.round(blocks))


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
    with pytest.raises(ValueError, match=f"no image set 'mnist', expected one of {', '.join(IMAGE_SETS)}"):
        load_data("mnist")


def test_missing_files_say_where_to_get_them(tmp_path):
    """The message names the folder and what to do."""
    with pytest.raises(DataMissing, match="apt-get install dataset-fashion-mnist"):
        load_data("fashion-mnist", tmp_path)
    with pytest.raises(DataMissing, match=r"since none was named: download it from https://www\.cs"):
        load_data("cifar10")
    with pytest.raises(DataMissing, match=r"since none was named: download it from https://www\.cs"):
        load_standardised("cifar10")


def test_standardised_digits_are_all_training_digits():
    """Mean 0, std 1, the same in every call."""
    pytest.importorskip("sklearn")
    digits = load_standardised("digits")
    assert digits.pixels.shape == (1297, 1, 8, 8)
    assert digits.pixels.dtype == np.float32
    assert abs(digits.pixels.mean()) < 1e-5
    assert abs(digits.pixels.std() - 1) < 1e-5
    assert set(range(10)) == set(digits.labels)
    assert np.array_equal(digits.pixels, load_standardised("digits", 8).pixels)


@pytest.mark.parametrize(("size", "expected"), [(None, 32), (16, 16), (8, 8)])
def test_standardised_fashion_mnist(fashion_mnist, size, expected):
    """Images are padded to 32 and averaged down."""
    images = load_standardised("fashion-mnist", size, fashion_mnist)
    assert images.pixels.shape == (50, 1, expected, expected)


def test_standardised_images_are_averaged_over_blocks(fashion_mnist):
    """A pixel of the small image is the mean of its block of the padded one, in the same place."""
    large, small = (load_standardised("fashion-mnist", size, fashion_mnist).pixels for size in (32, 8))
    means = large[:, :, 4:8, 8:12].mean(axis=(2, 3))
    assert np.corrcoef(means.ravel(), small[:, :, 1, 2].ravel())[0, 1] > 0.999


@pytest.mark.parametrize(
    ("name", "size", "message"),
    [
        ("imagenet", None, "expected one of cifar10, fashion-mnist, digits"),
        ("fashion_mnist", None, "expected one of cifar10, fashion-mnist, digits"),
        ("digits", 16, "cannot have size 16"),
    ],
)
def test_other_sets_and_sizes_are_refused(name, size, message):
    """Unknown sets and sizes are refused with what there is."""
    pytest.importorskip("sklearn")
    with pytest.raises(ValueError, match=message):
        load_standardised(name, size)
