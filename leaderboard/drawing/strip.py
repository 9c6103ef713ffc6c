"""Strip plots: one dot for each seed, one lane for each release, as inline SVG in the page's colours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

_WIDTH, _LEFT, _RIGHT = 620, 12, 12
_LANE, _TOP, _AXIS = 52, 8, 34
#: Dots that are neighbours in the order of their values lie at different heights.
_OFFSETS = (0, -6, 6)
_TICKS = 5


@dataclass(frozen=True, slots=True)
class Lane:
    """Values under one name."""

    name: str
    values: Sequence[float]
    #: Which of them are of runs that failed: crosses instead of dots.
    failed: Sequence[bool]


def draw_strip(lanes: Sequence[Lane], title: str, axis: str) -> str:
    """Draw lanes below each other on a common axis.

    Args:
        lanes: At least one value in all of them together.
        title: Its accessible name; medians and ranges follow as the description.
        axis: What the values are.

    Returns:
        One `<svg role="img">`, everything in it escaped, styled by the classes `strip-*`.
    """
    values: list[float] = []
    descriptions = []
    for lane in lanes:
        values += lane.values
        if lane.values:
            descriptions.append(_described(lane))
    ticks = _ticks(values)
    height = _TOP + _LANE * len(lanes) + _AXIS
    label = escape(f"{title}: {'; '.join(descriptions)}")
    size = f'viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}"'
    parts = [f'<svg class="strip" role="img" aria-label="{label}" {size}>', _axis(ticks, axis, height)]
    for number, lane in enumerate(lanes):
        parts.append(_lane(lane, number, ticks))
    return "\n".join([*parts, "</svg>"])


def _described(lane: Lane) -> str:
    values = lane.values
    return f"{lane.name} median {np.median(values):.2f}, {min(values):.2f} to {max(values):.2f}"


def _ticks(values: Sequence[float]) -> list[float]:
    """Round numbers around all values, four to some ten of them."""
    low, high = min(values), max(values)
    raw = ((high - low) or 1.0) / _TICKS
    power = 10.0 ** np.floor(np.log10(raw))
    step = float(power * next(factor for factor in (1, 2, 5, 10) if factor * power >= raw))
    first, last = int(np.floor(low / step)), int(np.ceil(high / step))
    ticks: list[float] = (step * np.arange(first, max(last, first + 1) + 1)).tolist()
    return ticks


def _x(value: float, ticks: Sequence[float]) -> float:
    """How far to the right a value lies."""
    share = (value - ticks[0]) / (ticks[-1] - ticks[0])
    return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)


def _axis(ticks: Sequence[float], title: str, height: int) -> str:
    bottom = height - _AXIS
    lines = numbers = ""
    for tick in ticks:
        x = f"{_x(tick, ticks):.1f}"
        lines += f"M{x} {_TOP}V{bottom}"
        numbers += f'<text class="strip-tick" x="{x}" y="{bottom + 14}">{tick:.6g}</text>'
    middle = _WIDTH / 2
    return (
        f'<path class="strip-grid" d="{lines}"/>{numbers}'
        f'<text class="strip-title" x="{middle:g}" y="{height - 4}">{escape(title)}</text>'
    )


def _lane(lane: Lane, number: int, ticks: Sequence[float]) -> str:
    top = _TOP + _LANE * number
    middle = top + _LANE - 17
    drawn = [f'<text class="strip-name" x="{_LEFT}" y="{top + 14}">{escape(lane.name)}</text>']
    dots, crosses = [], []
    for place, index in enumerate(np.argsort(lane.values, kind="stable").tolist()):
        x, y = _x(lane.values[index], ticks), middle + _OFFSETS[place % len(_OFFSETS)]
        if lane.failed[index]:
            crosses.append(f"M{x - 3:.1f} {y - 3}l6 6m0-6l-6 6")
        else:
            dots.append(f"M{x:.1f} {y}h0")
    if dots:
        drawn.append(f'<path class="strip-dots" d="{"".join(dots)}"/>')
    if crosses:
        drawn.append(f'<path class="strip-crosses" d="{"".join(crosses)}"/>')
    if lane.values:
        median = _x(float(np.median(lane.values)), ticks)
        drawn.append(f'<path class="strip-median" d="M{median:.1f} {middle - 13}v26"/>')
    return "".join(drawn)
