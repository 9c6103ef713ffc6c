"""Scatters of trainings, a point each, and distributions of their errors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

from leaderboard.drawing.charts import diagonal, sized
from leaderboard.drawing.vega import (
    Specification,
    Table,
    chosen_entries,
    entry_colour,
    entry_dash,
    inline,
    signal,
)

_WIDTH, _HEIGHT = 640, 380


def parameters(data: Table) -> Specification:
    """Draw the columns `parameters (millions)` and `error (%)`, coloured by `runtime (s)`."""
    runtime = alt.Color(
        "runtime (s):Q",
        title="Runtime (seconds)",
        legend=alt.Legend(orient="top"),
        scale=alt.Scale(zero=False),
    )
    spec = _points(data).encode(
        _x("parameters (millions)", "Parameters (millions)"),
        _y("error (%)", "Validation error (%)"),
        runtime,
        tooltip=_tooltips(data),
    )
    return sized(spec, _WIDTH, _HEIGHT)


def errors_of_test(data: Table, ends: Sequence[float]) -> Specification:
    """Draw the columns `validation error (%)` and `test error (%)`, and where they are equal between ends."""
    fields = ("validation error (%)", "test error (%)")
    x, y = _x(fields[0], "Validation error (%)"), _y(fields[1], "Test error (%)")
    points = _points(data, color=signal("accent")).encode(x, y, tooltip=_tooltips(data))
    return sized(alt.layer(diagonal(x, y, fields, ends), points), _WIDTH, _HEIGHT)


def noise(data: Table) -> Specification:
    """Draw the columns `std (points)` and `rank`, the best at the top."""
    spec = _points(data, color=signal("accent")).encode(
        _x("std (points)", "Standard deviation between seeds (points)"),
        _y("rank", "Rank of the architecture (1 is the best)", reverse=True),
        tooltip=_tooltips(data),
    )
    return sized(spec, _WIDTH, _HEIGHT)


def distributions(data: Table, names: Sequence[str]) -> Specification:
    """Draw the columns `error` and `share` as a line for each `name`."""
    chosen = chosen_entries()
    mark = alt.Chart(inline(data.records())).mark_line(interpolate="step-after", strokeWidth=2, aria=False)
    spec = mark.encode(
        x=alt.X(
            "error:Q",
            title="Validation error (%)",
            scale=alt.Scale(type="log", nice=False),
            axis=alt.Axis(values=[*range(4, 16), 20, 30, 50, 90], grid=False),
        ),
        y=alt.Y("share:Q", title="Share of architectures", axis=alt.Axis(format="%")),
        color=entry_colour(names, lines=True),
        strokeDash=entry_dash(names),
        opacity=alt.condition(chosen, alt.value(1), alt.value(0.12)),
        tooltip=alt.Tooltip("name:N", title="source"),
    ).add_params(chosen)
    return sized(spec, _WIDTH, _HEIGHT)


def _points(data: Table, **mark: Any) -> alt.Chart:
    points: alt.Chart = alt.Chart(inline(data.records())).mark_circle(
        size=16, opacity=0.55, aria=False, **mark
    )
    return points


def _tooltips(data: Table) -> list[alt.Tooltip]:
    return list(map(_tooltip, data.columns))


def _tooltip(field: str) -> alt.Tooltip:
    return alt.Tooltip(field, type="nominal" if field == "source" else "quantitative")


def _x(field: str, title: str) -> alt.X:
    return alt.X(f"{field}:Q", title=title, scale=alt.Scale(zero=False), axis=alt.Axis(grid=False))


def _y(field: str, title: str, **scale: Any) -> alt.Y:
    return alt.Y(f"{field}:Q", title=title, scale=alt.Scale(zero=False, **scale))
