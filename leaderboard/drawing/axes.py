"""Axes of plots: where values lie, and round numbers along them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leaderboard.legible import power
from nb301 import exact

Array = NDArray[np.float64]

#: Steps between round numbers, in powers of ten, and numbers within a decade.
_STEPS = (1.0, 2.0, 5.0, 10.0)
#: About how many intervals there are between the round numbers of a linear axis.
_INTERVALS = 5


@dataclass(frozen=True, slots=True)
class Tick:
    """A round number on an axis."""

    #: Its place in percent of the axis, from the left or from the top.
    at: float
    label: str
    #: Whether it is left out where there is little room.
    is_minor: bool = False


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis from a low to a high number; a falling one has the high one on the left, or at the bottom."""

    title: str
    low: float
    high: float
    is_log: bool = False
    is_falling: bool = False
    #: The round numbers that are written.
    numbers: tuple[float, ...] = ()

    def shares(self, values: Sequence[float] | Array) -> Array:
        """Where values lie: 0 for the left or the bottom end, 1 for the other; what is beyond is at the end.

        Args:
            values: Finite, shape (m,).

        Returns:
            Shape (m,).
        """
        placed = np.concatenate([[self.low, self.high], np.clip(values, self.low, self.high)])
        if self.is_log:
            placed = exact.log(placed)
        low, high = placed[:2]
        shares: Array = (placed[2:] - low) / ((high - low) or 1.0)
        return 1 - shares if self.is_falling else shares

    def ticks(self, *, downwards: bool = False) -> list[Tick]:
        """Its round numbers; downwards for an axis at the side, whose places count from the top."""
        ticks = []
        for number, share in zip(self.numbers, self.shares(self.numbers).tolist(), strict=True):
            place = round(100 * (1 - share if downwards else share), 2)
            is_minor = self.is_log and not f"{number:e}".startswith("1.000000")
            ticks.append(Tick(place, self._label(number), is_minor))
        return ticks

    def _label(self, number: float) -> str:
        if self.is_log and (number >= 1e4 or number < 1e-3):
            return power(number)
        return f"{number:.6g}".replace("-", "\N{MINUS SIGN}")


def linear_axis(
    title: str, values: Iterable[float], *, is_falling: bool = False, is_cut: bool = False
) -> Axis:
    """An axis that holds all values, from one round number to another.

    Args:
        title: What the numbers are, with their unit.
        values: One at least.
        is_falling: Whether the high numbers are on the left, or at the bottom.
        is_cut: Whether it ends with the values, and not with round numbers.
    """
    low, high = _ends(values)
    raw = ((high - low) or 1.0) / _INTERVALS
    power = float(f"1e{_exponent(raw)}")
    step = next(factor * power for factor in _STEPS if factor * power >= raw * 0.999)
    first = math.floor(low / step + 1e-9)
    last = max(math.ceil(high / step - 1e-9), first + 1)
    numbers = tuple(round(number * step, 10) for number in range(first, last + 1))
    if is_cut:
        numbers = tuple(number for number in numbers if low <= number <= high)
    else:
        low, high = numbers[0], numbers[-1]
    return Axis(title, low, high, is_falling=is_falling, numbers=numbers)


def log_axis(title: str, values: Iterable[float], *, is_falling: bool = False, is_cut: bool = False) -> Axis:
    """An axis that holds all values, each of them above 0.

    Args:
        title: What the numbers are, with their unit.
        values: One at least.
        is_falling: Whether the high numbers are on the left, or at the bottom.
        is_cut: Whether it ends with the values, and not with round numbers.
    """
    low, high = _ends(values)
    round_numbers = []
    for exponent in range(_exponent(low) - 1, _exponent(high) + 2):
        round_numbers += [float(f"{factor:g}e{exponent}") for factor in _STEPS[:-1]]
    if not is_cut:
        low = max(number for number in round_numbers if number <= low * 1.000001)
        high = min(number for number in round_numbers if number >= high * 0.999999 and number > low)
    inside = [number for number in round_numbers if low * 0.999999 <= number <= high * 1.000001]
    tens = [number for number in inside if f"{number:e}"[0] == "1"]
    # a few decades are written by their powers of ten alone
    numbers = tens if len(tens) > 3 or len(inside) > 7 else inside
    return Axis(title, low, high, is_log=True, is_falling=is_falling, numbers=tuple(numbers))


def _ends(values: Iterable[float]) -> tuple[float, float]:
    finite = [value for value in values if math.isfinite(value)]
    return min(finite), max(finite)


def _exponent(value: float) -> int:
    """Of the power of ten at or below a positive number."""
    return int(f"{value:e}".partition("e")[2])
