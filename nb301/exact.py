"""Elementary functions and sums that are equal to the last bit on every processor.

IEEE 754 fixes how + - * / and square roots round, and nothing else: the last digit of `exp` or `log`, be it
numpy's or the C library's, depends on the instructions that a processor has, and that of a sum on its order.
Whatever is frozen, hashed, verified or compared for equality is computed with these functions instead. They
are Taylor series of + - * / on arguments that are reduced by exact steps, take numbers or float64 arrays of
any shape, and give one and many the same. Errors that are stated are units of the result's last place, ulp.
"""

from __future__ import annotations

import math
from decimal import Context, Decimal
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

#: A number, or a float64 array of them.
Real = TypeVar("Real", float, NDArray[Any])

# ln 2 in two parts; the first has 32 bits, so that its products with what arguments are reduced by are exact
_LN2_HIGH, _LN2_LOW = float.fromhex("0x1.62e42feep-1"), float.fromhex("0x1.a39ef35793c76p-33")
_SQRT_HALF = math.sqrt(0.5)
# 2 artanh(s) / s - 2 in s^2; for |s| <= 3 - 2 sqrt(2) the next one is below 2^-57
_ARTANH = [2 / k for k in range(3, 23, 2)]
# (exp(r) - 1 - r) / r^2 in r; for |r| <= ln(2) / 64 the next one is below 2^-57
_EXP = [1 / math.factorial(k) for k in range(2, 7)]
# 2^(k / 32), rounded once; the context is none that anybody else can change
_DECIMALS = Context(prec=40)
_ROOTS = [float(_DECIMALS.power(2, _DECIMALS.divide(Decimal(k), 32))) for k in range(32)]
_ROOTS_ARRAY = np.array(_ROOTS)
# sin(a) / a - 1 in a^2; for |a| <= pi / 2 the next one is below 2^-58
_SIN = [(-1) ** k / math.factorial(2 * k + 1) for k in range(1, 11)]
#: Largest argument of `exp`: beyond it results are not finite.
EXP_LIMIT = 709.0


def exp(x: Real) -> Real:
    """Exponential function, within 2 ulp; 0 below -745.

    Raises:
        ValueError: A number is above `EXP_LIMIT`, or NaN.
    """
    _require(x, x <= EXP_LIMIT, f"the exponential function is taken of at most {EXP_LIMIT:g}")
    x = _at_least(x, -746.0)
    # x = steps ln(2) / 32 + rest
    steps = _nearest(x * (32 / (_LN2_HIGH + _LN2_LOW)))
    rest = (x - steps * (_LN2_HIGH / 32)) - steps * (_LN2_LOW / 32)
    value: Real = _grown(rest + rest * rest * _series(_EXP, rest), steps)
    return value


def log(x: Real) -> Real:
    """Natural logarithm, within 1 ulp.

    Raises:
        ValueError: A number is not positive, or not finite.
    """
    _require(x, (x > 0) & (x < math.inf), "the logarithm is taken of positive, finite numbers")
    fraction, powers = _fraction_and_power(x)
    # fractions from sqrt(1/2) to sqrt(2), so that nothing cancels next to 1
    is_small = fraction < _SQRT_HALF
    beyond = fraction * (1.0 + is_small) - 1.0
    powers = powers - 1.0 * is_small
    s = beyond / (2.0 + beyond)
    # ln(1 + f) = 2 artanh(s) = f - s (f - r), where r = 2 artanh(s) / s - 2
    rest = s * (beyond - s * s * _series(_ARTANH, s * s))
    value: Real = powers * _LN2_HIGH + (beyond - (rest - powers * _LN2_LOW))
    return value


def logaddexp(x: Real, y: float) -> Real:
    """ln(exp(x) + exp(y)) of a number y, within 2 ulp of the largest of result and arguments."""
    added = exp(-abs(x - y))
    above = 1.0 + added
    # what 1 + added loses is made up for
    value: Real = _at_least(x, y) + (log(above) + (added - (above - 1.0)) / above)
    return value


def logistic(x: Real) -> Real:
    """1 / (1 + exp(-x)), within 3 ulp for x of at least -709."""
    value: Real = 1.0 / (1.0 + exp(-_at_least(x, -EXP_LIMIT)))
    return value


def tanh(x: Real) -> Real:
    """Hyperbolic tangent, within 2^-52."""
    value: Real = 2.0 * logistic(2.0 * x) - 1.0
    return value


def cos_of_turns(x: Real) -> Real:
    """cos(2 pi x) of 0 <= x <= 1, within 2^-52."""
    # = -sin(2 pi (1/4 - |x - 1/2|)), of at most a right angle; differences of multiples of 2^-54 are exact
    angle = (2 * math.pi) * (0.25 - abs(x - 0.5))
    square = angle * angle
    value: Real = -(angle + angle * (square * _series(_SIN, square)))
    return value


def geometric(first: float, last: float, n: int) -> NDArray[np.float64]:
    """Positive numbers with equal ratios from `first` to `last`, both of them exact, shape (n,), n >= 2."""
    inner = first * exp(np.arange(1, n - 1) * (log(last / first) / (n - 1)))
    return np.concatenate([[first], inner, [last]])


def total(values: NDArray[np.floating[Any]], axis: int = -1) -> NDArray[Any]:
    """Sums along an axis, one value added after the other."""
    if not values.shape[axis]:
        return np.zeros(np.delete(values.shape, axis))
    added: NDArray[Any] = np.cumsum(values, axis=axis).take(-1, axis=axis)
    return added


def mean(values: NDArray[np.floating[Any]], axis: int = -1) -> NDArray[Any]:
    """Means along an axis of at least one entry, summed as `total` does."""
    averaged: NDArray[Any] = total(values, axis) / values.shape[axis]
    return averaged


def _require(x: Any, valid: Any, what: str) -> None:
    # a number's comparison is told by itself; numpy's function would take microseconds
    if valid is not True and (valid is False or not valid.all()):
        raise ValueError(f"{what}, got {np.extract(np.logical_not(valid), x)[0]}")


def _series(coefficients: list[float], x: Any) -> Any:
    """The polynomial c[0] + c[1] x + ..., by Horner's scheme."""
    value = coefficients[-1]
    for coefficient in coefficients[-2::-1]:
        value = value * x + coefficient
    return value


def _fraction_and_power(x: Any) -> tuple[Any, Any]:
    return np.frexp(x) if isinstance(x, np.ndarray) else math.frexp(x)


def _grown(by: Any, steps: Any) -> Any:
    """2^(steps / 32) times 1 + by."""
    if isinstance(steps, int):
        root = _ROOTS[steps % 32]
        return math.ldexp(root + root * by, steps // 32)
    numbers = steps.astype(np.int32)
    roots = _ROOTS_ARRAY.take(numbers & 31)
    return np.ldexp(roots + roots * by, numbers >> 5)


def _nearest(x: Any) -> Any:
    """The nearest integers, of two the even one."""
    return np.rint(x) if isinstance(x, np.ndarray) else round(x)


def _at_least(x: Any, least: Any) -> Any:
    return np.maximum(x, least) if isinstance(x, np.ndarray) else max(x, least)
