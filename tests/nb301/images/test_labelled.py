"""Averaging images down."""

from __future__ import annotations

import numpy as np
import pytest

from nb301.images.labelled import averaged_down


def test_a_pixel_is_the_mean_of_its_block():
    """Of 28x28 images the blocks are those of the padded image."""
    pixels = np.random.default_rng(0).random((3, 2, 28, 28))
    small = averaged_down("some", pixels, 8)
    assert small.shape == (3, 2, 8, 8)
    np.testing.assert_allclose(small[:, :, 3, 4], pixels[:, :, 10:14, 14:18].mean(axis=(2, 3)))
    # of the first block three quarters are padding
    np.testing.assert_allclose(small[:, :, 0, 0] * 16, pixels[:, :, :2, :2].sum(axis=(2, 3)))


def test_large_images_stay_as_they_are():
    """Without a size nothing is averaged."""
    pixels = np.random.default_rng(0).random((2, 3, 16, 16))
    assert np.array_equal(averaged_down("some", pixels, None), pixels)


@pytest.mark.parametrize("size", [0, 7, 24, 32])
def test_other_sizes_are_refused(size):
    """The message names the set and how large its images are."""
    with pytest.raises(ValueError, match=f"some cannot have size {size}, expected 8, 16 or 32, at most 16"):
        averaged_down("some", np.zeros((1, 1, 16, 16)), size)
