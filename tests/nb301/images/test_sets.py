"""The list of image sets: their names, what they hold, and what is said when they are missing."""

from __future__ import annotations

import numpy as np
import pytest

from nb301.errors import DataMissing
from nb301.images import sets
from nb301.images.sets import IMAGE_SETS, image_set


def test_digits_come_with_scikit_learn():
    """1,797 digits of 8x8 pixels of 0..16, the same in every call."""
    pytest.importorskip("sklearn")
    train, test = image_set("digits").read(None)

    assert train.pixels.shape == (1297, 1, 8, 8)
    assert len(test) == 500
    assert set(range(10)) == set(train.labels) == set(test.labels)
    assert train.pixels.max() == image_set("digits").brightest
    assert np.array_equal(test.pixels, image_set("digits").read(None)[1].pixels)


def test_fashion_mnist_is_looked_for_in_several_folders(fashion_mnist, monkeypatch):
    """The first of the usual folders that holds it is read."""
    monkeypatch.setattr(sets, "FASHION_MNIST_FOLDERS", (fashion_mnist / "none", fashion_mnist))
    train, test = image_set("fashion-mnist").read(None)
    assert (train.pixels.shape, test.pixels.shape) == ((50, 1, 28, 28), (50, 1, 28, 28))


def test_missing_files_say_where_to_get_them(tmp_path, monkeypatch):
    """The message names the folders and what to do."""
    monkeypatch.setattr(sets, "FASHION_MNIST_FOLDERS", (tmp_path / "usual",))
    for folder, named in ((tmp_path, tmp_path), (None, tmp_path / "usual")):
        with pytest.raises(DataMissing, match=rf"no .* in {named}: apt-get install dataset-fashion-mnist"):
            image_set("fashion-mnist").read(folder)


@pytest.mark.parametrize("name", ["mnist", "imagenet", "fashion_mnist"])
def test_unknown_names_are_refused(name):
    """The names are listed, in their one spelling."""
    with pytest.raises(ValueError, match=f"no image set '{name}', expected one of cifar10, fashion-mnist, d"):
        image_set(name)
    assert [*IMAGE_SETS] == ["cifar10", "fashion-mnist", "digits"]
