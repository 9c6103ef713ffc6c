"""The anytime plots: Altair specifications, drawn as static SVG when the site is built."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import vl_convert

from leaderboard.curves import Curve


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours of a plot; entries take theirs from Okabe & Ito (2008), readable when colour-blind."""

    text: str
    muted: str
    grid: str
    entries: tuple[str, ...]


THEMES: Mapping[str, Theme] = {
    "light": Theme(
        "#1c2430",
        "#5a6675",
        "#e4e8ed",
        ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000", "#56B4E9", "#E69F00"),
    ),
    "dark": Theme(
        "#e6eaf0",
        "#9aa7b8",
        "#2b3442",
        ("#56B4E9", "#E69F00", "#009E73", "#CC79A7", "#F0E442", "#D55E00", "#FFFFFF"),
    ),
}
#: Width and height in pixels; phones get a drawing of their own, so that text keeps its size.
SIZES: Mapping[str, tuple[int, int]] = {"wide": (540, 350), "narrow": (330, 300)}
#: Entries differ in their dashes, too: never in colour alone.
_DASHES = ([1, 0], [7, 4], [2, 3], [10, 3, 2, 3])
#: Digits 0-9 as exponents.
SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_EXPONENT = "round(log(datum.value) / LN10)"
_POWERS = f"'10' + slice('{SUPERSCRIPTS}', {_EXPONENT}, {_EXPONENT} + 1)"
_FONT = "system-ui, -apple-system, 'Segoe UI', 'Liberation Sans', Arial, sans-serif"


def error_range(curves: Sequence[Curve]) -> tuple[float, float]:
    """Axis limits that hold all curves, so that plots compare by eye; percent."""
    lows, highs = [curve.low.min() for curve in curves], [curve.high.max() for curve in curves]
    margin = 0.04 * (max(highs) - min(lows)) or 0.1
    return float(min(lows) - margin), float(max(highs) + margin)


def anytime_svg(
    curves: Sequence[Curve], budget: float, errors: tuple[float, float], theme: str, size: str
) -> str:
    """Draw anytime curves: the median as a line, the range over seeds as a band.

    Args:
        curves: What to draw, in the order of the legend.
        budget: Where the time axis ends, simulated seconds; it starts at a thousandth.
        errors: Limits of the error axis, percent; see `error_range`.
        theme: A name in `THEMES`.
        size: A name in `SIZES`.

    Returns:
        An SVG document.
    """
    spec = _chart(curves, budget, errors, THEMES[theme], SIZES[size]).to_json()
    return (
        vl_convert.vegalite_to_svg(json.loads(spec), vl_version=".".join(alt.SCHEMA_VERSION.split(".")[:2]))
        + "\n"
    )


def _chart(
    curves: Sequence[Curve],
    budget: float,
    errors: tuple[float, float],
    theme: Theme,
    size: tuple[int, int],
) -> alt.LayerChart:
    names = [curve.name for curve in curves]
    x = alt.X(
        "seconds:Q",
        title="Simulated wallclock (seconds, log scale)",
        scale=alt.Scale(type="log", domain=[budget / 1000, budget], nice=False),
        axis=alt.Axis(values=_decades(budget), labelExpr=_POWERS, labelFlush=False, grid=False),
    )
    y_axis = alt.Axis(tickCount=6, format=".1f")
    y_scale = alt.Scale(domain=list(errors), zero=False, nice=False)
    # the band's faintness is not the legend's; on phones names stand below each other
    legend = alt.Legend(symbolOpacity=1, columnPadding=28, columns=1 if size[0] < 400 else 3)
    colour = alt.Color("name:N", sort=names, title=None, legend=legend, scale=_scale(names, theme.entries))
    dash = alt.StrokeDash("name:N", sort=names, title=None, legend=legend, scale=_scale(names, _DASHES))
    base = alt.Chart(alt.Data(values=[point for curve in curves for point in _points(curve)]))
    band = base.mark_area(interpolate="step-after", opacity=0.16).encode(
        x=x, y=alt.Y("low:Q", scale=y_scale), y2="high:Q", color=colour
    )
    line = base.mark_line(interpolate="step-after", strokeWidth=2.2).encode(
        x=x,
        y=alt.Y("median:Q", title="Validation error (%)", scale=y_scale, axis=y_axis),
        color=colour,
        strokeDash=dash,
    )
    layered = alt.layer(band, line).properties(
        width=size[0],
        height=size[1],
        autosize=alt.AutoSizeParams(type="fit", contains="padding"),
        padding={"left": 2, "top": 4, "right": 14, "bottom": 2},
    )
    configured: alt.LayerChart = layered.configure(**_look(theme))
    return configured


def _points(curve: Curve) -> list[dict[str, Any]]:
    columns = (curve.seconds, curve.median, curve.low, curve.high)
    return [
        # 4 digits of a percent are finer than a pixel
        {
            "name": curve.name,
            "seconds": round(s, 1),
            "median": round(m, 4),
            "low": round(low, 4),
            "high": round(high, 4),
        }
        for s, m, low, high in zip(*(column.tolist() for column in columns), strict=True)
    ]


def _decades(budget: float) -> list[float]:
    """Powers of ten on the time axis; a little slack keeps the ends in spite of rounding."""
    return [10.0**k for k in range(10) if budget / 1001 <= 10.0**k <= budget * 1.001]


def _scale(names: Sequence[str], values: Sequence[Any]) -> alt.Scale:
    return alt.Scale(domain=list(names), range=[values[i % len(values)] for i in range(len(names))])


def _look(theme: Theme) -> dict[str, Any]:
    return {
        "background": "transparent",
        "font": _FONT,
        "view": {"stroke": None},
        "axis": {
            "labelColor": theme.muted,
            "titleColor": theme.text,
            "titleFontWeight": "normal",
            "titleFontSize": 13,
            "titlePadding": 10,
            "labelFontSize": 12,
            "gridColor": theme.grid,
            "domain": False,
            "tickColor": theme.grid,
        },
        "axisX": {"domain": True, "domainColor": theme.muted, "tickColor": theme.muted},
        "legend": {
            "orient": "top",
            "labelColor": theme.text,
            "labelFontSize": 13,
            "labelLimit": 260,
            "symbolType": "stroke",
            "symbolSize": 500,
            "symbolStrokeWidth": 2.2,
            "offset": 8,
        },
    }
