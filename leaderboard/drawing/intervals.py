"""Intervals below each other on one scale, each a line with a dot, for cells of tables."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

#: Size of a drawing, and what is left free at both of its ends, pixels.
WIDTH, HEIGHT, MARGIN = 80, 18, 5


@dataclass(frozen=True, slots=True)
class DrawnInterval:
    """Places in the drawing, pixels from the left; None for what is not known or not there."""

    low: float | None
    at: float | None
    high: float | None
    #: Where zero lies, if that is on the scale.
    zero: float | None


def draw_intervals(
    intervals: Sequence[tuple[float, float | None, float] | None], *, holds: Iterable[float] = ()
) -> list[DrawnInterval | None]:
    """Draw intervals on the scale that holds all of them.

    Args:
        intervals: Low end, value and high end; infinite ends are not drawn, nor is None.
        holds: What the scale has to hold, too.
    """
    numbers = [*holds]
    for interval in intervals:
        numbers += [] if interval is None else [number for number in interval if number is not None]
    finite = [number for number in numbers if math.isfinite(number)]
    low, high = min(finite, default=0.0), max(finite, default=1.0)

    def place(value: float | None) -> float | None:
        if value is None or not math.isfinite(value):
            return None
        return round(MARGIN + (value - low) / ((high - low) or 1.0) * (WIDTH - 2 * MARGIN), 1)

    zero = place(0.0) if low <= 0 <= high else None
    drawn: list[DrawnInterval | None] = []
    for interval in intervals:
        if interval is None:
            drawn.append(None)
        else:
            start, at, end = map(place, interval)
            drawn.append(DrawnInterval(start, at, end, zero))
    return drawn
