"""Linear maps on a grid: sums that are exact in any order, values that stay within their limits."""

from __future__ import annotations

import numpy as np
import pytest

from nb301.surrogates.members.grid import Grid, rounded_columns, to_integers

GRID = Grid(np.float32, capacity=2.0**24, limit=2.0**13, unit=2.0**-5)
#: With as few steps for a column, three times over.
IN_PARTS = Grid(np.float64, capacity=2.0**53, limit=2.0**42, unit=2.0**-30, parts=3)


def test_units_are_rounded_and_kept_within_the_limit():
    """Values become integers of at most the limit; a finer grid has more of them in the same value."""
    values = np.array([0.0, 1.0, -1.02, 1e9, -1e9])
    assert GRID.units(values).tolist() == [0, 32, -33, 2**13, -(2**13)]
    assert GRID.finer(0.25).units(np.array([1.0])).tolist() == [128]
    assert GRID.units(values).dtype == np.float32


def test_to_integers_rounds_in_place():
    """The array itself is rounded, halves to even, and clipped."""
    x = np.array([-0.7, 0.5, 1.5, 9.0])
    assert to_integers(x, 0.0, 4.0) is x
    assert x.tolist() == [0, 0, 2, 4]


@pytest.mark.parametrize("scale", [1e-9, 1.0, 1e6])
def test_columns_share_their_steps(scale):
    """A column's weights are integers of one power of two, whose sizes sum up to no more than is given."""
    weight = np.random.default_rng(0).normal(0, scale, (3, 48, 24))
    rounded = rounded_columns(weight, 2.0**11)
    for member in rounded:
        for column in member.T:
            _, exponents = np.frexp(column[column != 0])
            smallest = np.gcd.reduce(np.abs(column * 2.0 ** (60 - exponents.max())).astype(np.int64))
            step = smallest / 2.0 ** (60 - exponents.max())
            assert np.abs(column).sum() / step <= 2.0**11
    np.testing.assert_allclose(rounded.sum(), weight.sum(), atol=scale)


@pytest.mark.parametrize("grid", [GRID, IN_PARTS], ids=["one part", "three parts"])
def test_sums_are_exact_in_any_order(grid):
    """A map of values that are summed the other way round gives the same bits."""
    rng = np.random.default_rng(1)
    weight, bias = rng.normal(size=(2, 48, 24)), rng.normal(size=(2, 24))
    values = np.rint(rng.uniform(-grid.limit, grid.limit, (5, 2, 48))).astype(grid.dtype)
    forwards, backwards = np.empty((2, 5, 2, 24), grid.dtype)
    grid.map(weight, bias, grid.unit)(values, forwards)
    grid.map(weight[:, ::-1], bias, grid.unit)(values[..., ::-1], backwards)
    np.testing.assert_array_equal(forwards, backwards)
    assert forwards.min() >= 0  # after the ReLU
    assert forwards.max() <= grid.limit


def test_parts_make_up_for_few_steps():
    """Of equal steps, weights in three parts lose less than a ten thousandth of what they lose in one."""
    rng = np.random.default_rng(2)
    weight, bias = rng.normal(size=(1, 48, 24)), np.zeros((1, 24))
    values = np.rint(rng.uniform(0, 2.0**36, (5, 1, 48)))
    expected = np.maximum(np.rint(values[:, 0] @ weight[0]), 0)
    lost = []
    for grid in (IN_PARTS._replace(parts=1), IN_PARTS):
        mapped = grid.map(weight, bias, grid.unit)(values, np.empty((5, 1, 24)))
        lost.append(np.abs(mapped[:, 0] - expected).max())
    assert lost[1] < 1e-4 * lost[0]
