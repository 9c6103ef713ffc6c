"""Anytime charts show how good the incumbents of a board's entries are at every moment."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import numpy as np
from numpy.typing import NDArray

from leaderboard.drawing.vega import Chart, Table, chosen_entries, entry_colour, entry_dash, inline
from leaderboard.ranking.curves import Curve, thinned

#: Regret below this is drawn as this, so that there is a log scale; points of error.
LEAST_REGRET = 0.01
#: One of so many points answers to a pointer.
_HOVERED = 4
_SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_EXPONENT = "round(log(datum.value) / LN10)"
#: Powers of ten as people write them, on a log and on a linear axis.
_POWERS = f"datum.value > 0 ? '10' + slice('{_SUPERSCRIPTS}', {_EXPONENT}, {_EXPONENT} + 1) : '0'"

_MIRRORS = (
    " Mirrors Figures 4 and 7 of the paper, which show means of runs on CIFAR-10 and of what surrogates "
    "predict for it."
)

Array = NDArray[np.float64]


def anytime_chart(
    curves: Sequence[Curve],
    budget: float,
    *,
    name: str,
    release: str,
    truth: str,
    best_error: float | None = None,
    own: bool = False,
    of_fronts: bool = False,
) -> Chart:
    """Draw the median of each entry's runs as a line, and their quartiles as a band.

    Args:
        curves: What to draw, in the order of the legend; those without a point are left out.
        budget: Where the time axis ends, simulated seconds; it starts at a thousandth.
        name: Of the chart.
        release: What the entries were run on.
        truth: Its ground truth, such as `emulated 2.0`.
        best_error: Error of the best known architecture, percent; with it regret is drawn, on a log
            scale, and without it the error.
        own: Whether curves hold what the release itself says of incumbents that the ground truth scores.
        of_fronts: Whether curves are regrets of fronts.

    Raises:
        ValueError: No curve has a point.
    """
    shown = [curve for curve in curves if len(curve.seconds)]
    if not shown:
        raise ValueError(f"chart {name}: none of {len(curves)} curves has a point; give one that has")
    quantity = "Regret (points)" if best_error is not None else "Validation error (%)"
    data = _table(shown, best_error)
    what, clipped = "Validation error of the incumbent", ""
    if of_fronts:
        quantity = "Regret of the front (%)"
        what = "What the front's hypervolume, in error and multiply-adds, lacks to the reference front's,"
    if best_error is not None:
        what = "Regret, the distance of the incumbent's error from that of the best known architecture,"
        clipped = f" Regret below {LEAST_REGRET} is drawn as {LEAST_REGRET}."
    return Chart(
        name=name,
        title=f"As {release} itself sees it" if own else f"Anytime performance on {release}",
        caption=(
            f"{what} over simulated time: median of an entry's runs, and "
            f"quartiles as a band{', by the release, which is not what is scored' if own else ''}. "
            f"Ground truth: {truth}; release {release}.{clipped}{'' if of_fronts else _MIRRORS} Click "
            "entries of the legend to show only them."
        ),
        alt=f"{quantity} of the incumbent over simulated seconds on {release} ({truth}). "
        f"Medians at the end: {_ends(shown, data)}.",
        spec=_spec(data, [curve.name for curve in shown], budget, quantity, log=best_error is not None),
        data=data,
        summary=_atdecades(shown, budget, best_error, quantity),
        switches=("y",),
    )


def points(curve: Curve, best_error: float | None) -> list[tuple[float, float, float, float]]:
    """Times of a curve with its median and quartiles, as its chart draws them; see `anytime_chart`."""
    small = thinned(curve)
    quantities = _quantity(np.stack((small.median, small.low, small.high), axis=1), best_error)
    rows = []
    for seconds, (median, low, high) in zip(small.seconds.tolist(), quantities.tolist(), strict=True):
        rounded = float(f"{seconds:.4g}")
        rows.append((rounded, round(median, 4), round(low, 4), round(high, 4)))
    return rows


def _table(curves: Sequence[Curve], best_error: float | None) -> Table:
    rows: list[tuple[object, ...]] = []
    for curve in curves:
        for point in points(curve, best_error):
            rows.append((curve.entry, curve.name, *point))
    return Table(("entry", "name", "seconds", "median", "low", "high"), tuple(rows))


def _quantity(errors: Array, best_error: float | None) -> Array:
    """Errors, or their distance from the best one as far as it can be drawn."""
    return errors if best_error is None else np.maximum(errors - best_error, LEAST_REGRET)


def _atdecades(curves: Sequence[Curve], budget: float, best_error: float | None, quantity: str) -> Table:
    """Medians at the ends of the last decades of the budget; a little slack keeps what ends with them."""
    decades = budget * np.array((0.001, 0.01, 0.1, 1.0))
    rows = []
    for curve in curves:
        places = np.searchsorted(curve.seconds, decades * 1.000001, side="right") - 1
        medians = _quantity(curve.median, best_error)
        cells = [curve.name]
        for place in places.tolist():
            cells.append("none yet" if place < 0 else f"{medians[place]:.3f}")
        rows.append(tuple(cells))
    columns = [f"{quantity} at {decade:.3g} s" for decade in decades]
    return Table(("entry", *columns), tuple(rows))


def _ends(curves: Sequence[Curve], data: Table) -> str:
    """The last median of each curve, for those who cannot see it."""
    last = {row[0]: row[3] for row in data.rows}
    return "; ".join(f"{curve.name} {last[curve.entry]:.2f}" for curve in curves)


def _spec(data: Table, names: Sequence[str], budget: float, quantity: str, *, log: bool) -> alt.LayerChart:
    chosen = chosen_entries()
    x = time_axis(budget / 1000, budget)
    scale = alt.Scale(type="log" if log else "linear", zero=False, nice=False)
    y = alt.Y("median:Q", title=quantity, scale=scale, axis=alt.Axis(tickCount=6))
    tooltip = [
        alt.Tooltip("name:N", title="entry"),
        alt.Tooltip("seconds:Q", title="seconds", format=".3s"),
        alt.Tooltip("median:Q", title="median", format=".3f"),
        alt.Tooltip("low:Q", title="lower quartile", format=".3f"),
        alt.Tooltip("high:Q", title="upper quartile", format=".3f"),
    ]
    base = alt.Chart(inline(data.records())).encode(x=x, color=entry_colour(names, lines=True))
    band = base.mark_area(interpolate="step-after", aria=False).encode(
        y=alt.Y("low:Q", title=quantity, scale=scale),
        y2="high:Q",
        opacity=alt.condition(chosen, alt.value(0.16), alt.value(0.02)),
    )
    line = base.mark_line(interpolate="step-after", strokeWidth=2.2, aria=False).encode(
        y=y,
        strokeDash=entry_dash(names),
        opacity=alt.condition(chosen, alt.value(1), alt.value(0.1)),
    )
    # what a pointer meets: lines have one tooltip for all of their length
    hovered = base.mark_circle(size=160, opacity=0, aria=False).encode(y=y, tooltip=tooltip)
    few = hovered.transform_window(row="row_number()", groupby=["name"]).transform_filter(
        f"datum.row % {_HOVERED} == 0"
    )
    layered: alt.LayerChart = alt.layer(
        band.properties(name="bands"), line.properties(name="lines").add_params(chosen), few
    ).properties(width=640, height=360, autosize=alt.AutoSizeParams(type="fit", contains="padding"))
    return layered


def time_axis(first: float, budget: float) -> alt.X:
    """The field `seconds`, on a log scale."""
    return alt.X(
        "seconds:Q",
        title="Simulated time (seconds)",
        scale=alt.Scale(type="log", domain=[first, budget], nice=False),
        axis=alt.Axis(values=decades(budget), labelExpr=_POWERS, grid=False),
    )


def decades(budget: float) -> list[float]:
    """Powers of ten on the time axis; a little slack keeps the ends in spite of rounding."""
    return [10.0**k for k in range(10) if budget / 1001 <= 10.0**k <= budget * 1.001]
