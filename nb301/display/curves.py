"""Curves drawn small, as SVG, for notebooks: with the ends of their axes, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

#: Places of two numbers, along and across.
Line = tuple[Sequence[float], Sequence[float]]

_WIDTH, _HEIGHT = 420, 170
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 14, 22, 24


@dataclass(frozen=True, slots=True)
class Scale:
    """An axis: its name with the unit, and how its numbers are written, such as `.1f`."""

    name: str
    format: str

    def written(self, value: float) -> str:
        """A number of it."""
        return format(value, self.format)


def draw_curves(lines: Sequence[Line], x: Scale, y: Scale, *, steps: bool = False) -> str:
    """Draw lines on common axes that end where the lines do.

    Args:
        lines: One at least, each of one point at least.
        x: Axis from left to right.
        y: Axis from bottom to top.
        steps: Whether values hold until the next ones, and are not joined by straight lines.

    Returns:
        One `<svg role="img">`, everything in it escaped, styled by `html.card`.
    """
    xs = [value for line in lines for value in line[0]]
    ys = [value for line in lines for value in line[1]]
    ends = (min(xs), max(xs), min(ys), max(ys))
    label = escape(
        f"{y.name} {y.written(ends[2])} to {y.written(ends[3])}, {x.name} {x.written(ends[0])} to "
        f"{x.written(ends[1])}"
    )
    size = f'viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}"'
    parts = [f'<svg role="img" aria-label="{label}" {size}>', _axes(x, y, ends)]
    for line in lines:
        parts.append(f'<path class="curve-line" d="{_path(line, ends, steps=steps)}"/>')
    return "".join([*parts, "</svg>"])


def _axes(x: Scale, y: Scale, ends: tuple[float, float, float, float]) -> str:
    right, bottom = _WIDTH - _RIGHT, _HEIGHT - _BOTTOM
    texts = (
        ("curve-text curve-end", _LEFT - 5, _TOP + 9, y.written(ends[3])),
        ("curve-text curve-end", _LEFT - 5, bottom, y.written(ends[2])),
        ("curve-text", _LEFT, _TOP - 8, y.name),
        ("curve-text", _LEFT, bottom + 15, x.written(ends[0])),
        ("curve-text curve-end", right, bottom + 15, f"{x.written(ends[1])} {x.name}"),
    )
    drawn = [f'<path class="curve-axis" d="M{_LEFT} {_TOP}V{bottom}H{right}"/>']
    for kind, left, top, text in texts:
        drawn.append(f'<text class="{kind}" x="{left}" y="{top}">{escape(text)}</text>')
    return "".join(drawn)


def _path(line: Line, ends: tuple[float, float, float, float], *, steps: bool) -> str:
    left, right, low, high = ends
    wide, tall = (right - left) or 1.0, (high - low) or 1.0
    drawn, before = "", None
    for x, y in zip(*line, strict=True):
        at = f"{_LEFT + (x - left) / wide * (_WIDTH - _LEFT - _RIGHT):.1f}"
        height = f"{_TOP + (high - y) / tall * (_HEIGHT - _TOP - _BOTTOM):.1f}"
        if not drawn:
            drawn = f"M{at} {height}"
        elif not steps:
            drawn += f"L{at} {height}"
        elif height != before:
            drawn += f"H{at}V{height}"
        before = height
    return drawn + (f"H{at}" if steps else "")
