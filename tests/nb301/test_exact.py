"""Elementary functions of + - * / alone: as exact as they say, and one is answered as many are."""

from __future__ import annotations

import math
import sys

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nb301 import exact

# functions, their exact values, arguments, and the largest error in units of the last place
FUNCTIONS = {
    "exp": (exact.exp, mpmath.exp, st.floats(-700, exact.EXP_LIMIT), 2),
    "log": (exact.log, mpmath.log, st.floats(sys.float_info.min, exclude_min=False, allow_infinity=False), 1),
    "log next to 1": (exact.log, mpmath.log, st.floats(0.5, 2), 1),
    "logistic": (exact.logistic, lambda x: 1 / (1 + mpmath.exp(-x)), st.floats(-700, 800), 3),
}
BOUNDED = {
    "tanh": (exact.tanh, mpmath.tanh, st.floats(-400, 400), 2.0**-52),
    "cos_of_turns": (exact.cos_of_turns, lambda x: mpmath.cospi(2 * x), st.floats(0, 1), 2.0**-51),
}


@pytest.fixture(autouse=True)
def digits():
    """Sixty of them."""
    with mpmath.workdps(60):
        yield


@pytest.mark.parametrize("name", FUNCTIONS)
def test_is_within_the_last_places(name):
    """Each result is as close to the exact value as its docstring says."""
    function, reference, arguments, ulps = FUNCTIONS[name]

    @given(arguments)
    def check(x):
        expected = reference(mpmath.mpf(x))
        assert abs(mpmath.mpf(function(x)) - expected) <= ulps * math.ulp(float(expected))

    check()


@pytest.mark.parametrize("name", BOUNDED)
def test_is_within_an_absolute_error(name):
    """Functions whose values lie in -1..1 are within what they say."""
    function, reference, arguments, error = BOUNDED[name]

    @given(arguments)
    def check(x):
        assert abs(mpmath.mpf(function(x)) - reference(mpmath.mpf(x))) <= error

    check()


@given(st.floats(-600, 600), st.floats(-600, 600))
def test_logaddexp_is_within_its_last_places(x, y):
    """Also where one argument is lost beside the other."""
    expected = mpmath.log(mpmath.exp(mpmath.mpf(x)) + mpmath.exp(mpmath.mpf(y)))
    largest = max(abs(x), abs(y), abs(float(expected)))
    assert abs(mpmath.mpf(exact.logaddexp(x, y)) - expected) <= 2 * math.ulp(largest)


@pytest.mark.parametrize("name", [*FUNCTIONS, *BOUNDED])
def test_many_are_answered_as_each_alone(name):
    """Arrays of any shape give the bits that their numbers give, Python's and numpy's."""
    function, _, arguments, *_ = (FUNCTIONS | BOUNDED)[name]

    @given(st.lists(arguments, min_size=1, max_size=40))
    def check(xs):
        alone = [function(x) for x in xs]
        assert function(np.array(xs)).tolist() == alone
        assert function(np.array(xs)[::-1])[::-1].tolist() == alone
        assert function(np.array([xs, xs])).tolist() == [alone, alone]
        assert [float(function(x)) for x in np.array(xs)] == alone

    check()


@pytest.mark.parametrize(
    ("function", "x", "expected"),
    [
        (exact.exp, 0.0, 1.0),
        (exact.exp, -1e9, 0.0),
        (exact.exp, -math.inf, 0.0),
        (exact.log, 1.0, 0.0),
        (exact.logistic, 0.0, 0.5),
        (exact.logistic, math.inf, 1.0),
        (exact.tanh, 0.0, 0.0),
        (exact.tanh, -math.inf, -1.0),
        (exact.cos_of_turns, 0.0, 1.0),
        (exact.cos_of_turns, 0.25, 0.0),
        (exact.cos_of_turns, 0.5, -1.0),
        (exact.cos_of_turns, 1.0, 1.0),
    ],
)
def test_special_values(function, x, expected):
    """What is known exactly comes out exactly, alone and in an array."""
    assert function(x) == expected
    assert function(np.array([x])).tolist() == [expected]


@pytest.mark.parametrize(
    ("function", "x", "message"),
    [
        (exact.exp, 709.1, "at most 709, got 709.1"),
        (exact.exp, math.nan, "got nan"),
        (exact.log, 0.0, "positive, finite numbers, got 0.0"),
        (exact.log, math.inf, "got inf"),
        (exact.log, math.nan, "got nan"),
    ],
)
def test_refuses_what_has_no_value(function, x, message):
    """The value is named, be it alone or among others."""
    with pytest.raises(ValueError, match=message):
        function(x)
    with pytest.raises(ValueError, match=message):
        function(np.array([1.0, x]))


@given(st.one_of(st.floats(0, 1, exclude_min=True, exclude_max=True), st.floats(1e-300, 1e-3)))
def test_normal_quantile(probability):
    """It is where the distribution function has the probability: one step of Newton's moves it no more."""
    x = mpmath.mpf(exact.normal_quantile(probability))
    step = (mpmath.erfc(-x / mpmath.sqrt(2)) / 2 - mpmath.mpf(probability)) / mpmath.npdf(x)
    assert abs(step) <= abs(x) * mpmath.mpf(2) ** -49


def test_special_normal_quantiles():
    """The middle is 0, and both sides are alike."""
    assert exact.normal_quantile(0.5) == 0.0
    for probability in (0.25, 0.0625, 2.0**-30):
        assert exact.normal_quantile(probability) == -exact.normal_quantile(1 - probability)
    assert exact.normal_quantile(0.975) == pytest.approx(1.959963984540054, rel=1e-15)


@pytest.mark.parametrize("probability", [0.0, 1.0, -0.1, 2.0, math.nan])
def test_refuses_quantiles_of_no_probability(probability):
    """Neither end has one."""
    with pytest.raises(ValueError, match=f"above 0, below 1, got {probability}"):
        exact.normal_quantile(probability)


def test_geometric():
    """Ratios are equal, both ends are exact."""
    found = exact.geometric(1e4, 3e5, 61)
    np.testing.assert_allclose(found, np.geomspace(1e4, 3e5, 61), rtol=1e-14)
    assert (len(found), found[0], found[-1]) == (61, 1e4, 3e5)
    assert exact.geometric(1.0, 0.01, 2).tolist() == [1.0, 0.01]


@given(st.lists(st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=3), max_size=50))
def test_sums_are_added_in_order(rows):
    """As a loop adds them, along any axis, however the array lies; the sum of nothing is 0."""
    values = np.array(rows).reshape(-1, 3)
    expected = [0.0, 0.0, 0.0]
    for row in rows:
        expected = [total + value for total, value in zip(expected, row, strict=True)]
    assert exact.total(values, axis=0).tolist() == expected
    assert exact.total(values.T).tolist() == expected
    assert exact.total(np.asfortranarray(values), axis=0).tolist() == expected
    if rows:
        assert exact.mean(values, axis=0).tolist() == [total / len(rows) for total in expected]
