"""Tests of `validation.measures.size`."""

from __future__ import annotations

import numpy as np
import pytest

from validation.fits import FirstRows, PlannedFit
from validation.measures import MEASURES, NotApplicable, size


@pytest.mark.parametrize(
    ("gains", "expected"),
    [
        ([-1, -1, 1, 1, 1, 1, 1], np.sqrt(1000 * 2000)),
        ([1] * 7, 500),
        ([-1] * 7, np.nan),
        ([1, -1, -1, -1, -1, -1, 1], np.sqrt(20_000 * 40_000)),
    ],
)
def test_crossing(gains, expected):
    """Where the gain becomes positive for good, between two sizes in the middle of their logarithms."""
    np.testing.assert_allclose(size._crossing(np.array(gains, dtype=float)), expected)


def test_models_of_all_sizes_are_needed(subject):
    """Whichever size a claim is about: the crossing is interpolated between all."""
    fits = MEASURES["size.gain_over_table"].fits(subject, rows=500)
    assert fits == [PlannedFit(FirstRows(rows)) for rows in size.SIZES]


def test_a_table_of_single_trainings_has_no_truth(subject):
    """Nothing says what the mean of later seeds would be."""
    with pytest.raises(NotApplicable, match="no architectures with five seeds"):
        size.gain_over_table(subject, 500)
