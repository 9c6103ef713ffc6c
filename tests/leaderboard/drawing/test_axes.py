"""Axes of plots: all values lie on them, at round numbers that are written as people write them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.drawing.axes import Axis, linear_axis, log_axis

#: As plots have them: errors, places, percents; and seconds, regrets, targets.
LINEAR = st.lists(st.integers(-(10**7), 10**7).map(lambda number: number / 1000), min_size=1)
LOG = st.lists(st.floats(1e-4, 1e9), min_size=1)
AXES = st.one_of(
    st.tuples(st.just(linear_axis), LINEAR, st.booleans(), st.booleans()),
    st.tuples(st.just(log_axis), LOG, st.booleans(), st.booleans()),
)


@given(AXES)
def test_all_values_and_ticks_are_on_the_axis(drawn):
    """Shares are from 0 to 1, and grow, or fall, as the values do."""
    make, values, is_falling, is_cut = drawn
    axis = make("Title", values, is_falling=is_falling, is_cut=is_cut)
    shares = axis.shares(sorted(values))

    assert axis.low <= min(values) + 1e-5 * abs(min(values)) + 1e-8
    assert axis.high >= max(values) - 1e-5 * abs(max(values)) - 1e-8
    assert ((shares >= 0) & (shares <= 1)).all()
    assert (np.diff(shares) * (-1 if is_falling else 1) >= 0).all()
    for downwards in (False, True):
        places = [tick.at for tick in axis.ticks(downwards=downwards)]
        assert all(0 <= place <= 100 for place in places)
        assert places == sorted(places, reverse=is_falling != downwards)


@given(AXES)
def test_ticks_are_few_and_no_two_are_alike(drawn):
    """An axis that is not cut has two at least."""
    make, values, is_falling, is_cut = drawn
    axis = make("Title", values, is_falling=is_falling, is_cut=is_cut)
    labels = [tick.label for tick in axis.ticks()]

    assert len(labels) == len(set(labels)) <= 15
    assert all("-" not in label and "e" not in label for label in labels)
    if not is_cut:
        assert len(labels) >= 2
        assert axis.low < axis.high


@pytest.mark.parametrize("is_falling", [False, True])
@pytest.mark.parametrize(("is_log", "middle"), [(False, 50.5), (True, 10)])
def test_ends_and_middle(is_log, middle, is_falling):
    """Low and high numbers are at the ends, and what is beyond them, too."""
    axis = Axis("Title", 1, 100, is_log=is_log, is_falling=is_falling)
    shares = axis.shares([0.5, 1, middle, 100, 1000])
    ends = [0, 0, 0.5, 1, 1]
    np.testing.assert_allclose(shares, ends[::-1] if is_falling else ends)


def test_round_numbers_of_a_linear_axis():
    """One, two or five in a power of ten; where the axis is cut, those between its ends."""
    axis = linear_axis("Error, %", [5.03, 5.98])
    assert (axis.low, axis.high) == (5, 6)
    assert [tick.label for tick in axis.ticks()] == ["5", "5.2", "5.4", "5.6", "5.8", "6"]
    assert [tick.at for tick in axis.ticks(downwards=True)] == [100, 80, 60, 40, 20, 0]
    cut = linear_axis("Place", [1, 20], is_falling=True, is_cut=True)
    assert (cut.low, cut.high) == (1, 20)
    assert [tick.label for tick in cut.ticks()] == ["5", "10", "15", "20"]
    assert cut.ticks()[-1].at == 0
    assert linear_axis("Score", [-10, 35]).ticks()[0].label == "\N{MINUS SIGN}10"


def test_round_numbers_of_a_log_axis():
    """Powers of ten, or what is between them where there are few; these are the first to go."""
    decades = log_axis("Seconds", [1e4, 1e7], is_cut=True)
    assert [tick.label for tick in decades.ticks()] == ["10⁴", "10⁵", "10⁶", "10⁷"]
    assert [tick.at for tick in decades.ticks()] == pytest.approx([0, 100 / 3, 200 / 3, 100], abs=0.01)
    few = log_axis("Seconds", [1.5e4, 1.9e5])
    assert (few.low, few.high) == (1e4, 2e5)
    assert [(tick.label, tick.is_minor) for tick in few.ticks()] == [
        ("10⁴", False),
        ("2 \N{MULTIPLICATION SIGN} 10⁴", True),
        ("5 \N{MULTIPLICATION SIGN} 10⁴", True),
        ("10⁵", False),
        ("2 \N{MULTIPLICATION SIGN} 10⁵", True),
    ]
    targets = log_axis("Target", [0.0101, 1.0], is_falling=True)
    assert [tick.label for tick in targets.ticks()] == ["0.01", "0.02", "0.05", "0.1", "0.2", "0.5", "1"]


def test_one_value_has_an_axis():
    """Of some width; and what is not finite moves nothing."""
    assert linear_axis("Score", [50]).shares([50]).tolist() == [0]
    assert log_axis("Seconds", [1000]).shares([1000]).tolist() == [0]
    assert linear_axis("Score", [0, math.nan, 100, math.inf]).high == 100
