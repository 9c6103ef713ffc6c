"""The figure of `docs/real_releases.py`: predicted against trained, and intervals with and without noise."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt
import numpy as np

from docs.drawing import COLOURS, svg
from docs.real_measures import Judged, share_inside
from nb301.metrics import r2

_SIZE = 210
#: Nominal shares of the curves.
_LEVELS = np.linspace(0.05, 0.95, 19)


def figure(releases: Mapping[str, Judged]) -> str:
    """Draw a column for each release: above predicted against trained, below the coverage of intervals."""
    lowest = min(min(judged.accuracy.min(), judged.mean.min()) for judged in releases.values())
    highest = max(max(judged.accuracy.max(), judged.mean.max()) for judged in releases.values())
    domain = [float(np.floor(1000 * lowest)) / 10, float(np.ceil(1000 * highest)) / 10]
    scatters, coverages = [], []
    for name, judged in releases.items():
        scatters.append(_scatter(name, judged, domain))
        coverages.append(_coverage(judged))
    rows = (alt.hconcat(*scatters), alt.hconcat(*coverages))
    # else the legend of the lower row stands above the upper one
    return svg(alt.vconcat(*rows).resolve_scale(color="independent"))


def _scatter(name: str, judged: Judged, domain: list[float]) -> alt.LayerChart:
    points = []
    for mean, accuracy in zip(judged.mean.tolist(), judged.accuracy.tolist(), strict=True):
        points.append({"predicted": round(100 * mean, 3), "trained": round(100 * accuracy, 3)})
    scale, axis = alt.Scale(domain=domain, nice=False), alt.Axis(tickCount=5)
    dots = (
        alt.Chart(alt.InlineData(values=points))
        .mark_circle(size=14, opacity=0.35, color=COLOURS[0], aria=False)
        .encode(
            alt.X("predicted:Q", title="Predicted (%)", scale=scale, axis=axis),
            alt.Y("trained:Q", title="Trained (%)", scale=scale, axis=axis),
        )
    )
    title = f"{name}: R2 {r2(judged.accuracy, judged.mean):.3f}"
    return alt.layer(dots, _diagonal("predicted", "trained", domain)).properties(
        width=_SIZE, height=_SIZE, title=alt.TitleParams(title, fontSize=12)
    )


def _coverage(judged: Judged) -> alt.LayerChart:
    stds = {"members' std alone": judged.member_std, "with training noise": judged.training_std}
    rows = []
    for name, std in stds.items():
        for level in _LEVELS.tolist():
            inside = share_inside(judged, std, level)
            rows.append({"intervals": name, "nominal": round(100 * level, 1), "inside": 100 * inside})
    scale = alt.Scale(domain=[0, 100], nice=False)
    lines = (
        alt.Chart(alt.InlineData(values=rows))
        .mark_line(point=True)
        .encode(
            alt.X("nominal:Q", title="Interval of (%)", scale=scale),
            alt.Y("inside:Q", title="Trainings inside (%)", scale=scale),
            alt.Color(
                "intervals:N",
                title=None,
                scale=alt.Scale(domain=[*stds], range=[COLOURS[1], COLOURS[0]]),
                legend=alt.Legend(orient="top", columnPadding=30),
            ),
        )
    )
    return alt.layer(lines, _diagonal("nominal", "inside", [0, 100])).properties(width=_SIZE, height=_SIZE)


def _diagonal(x: str, y: str, domain: list[float]) -> alt.Chart:
    """Where both are equal."""
    ends = [{x: end, y: end} for end in domain]
    return (
        alt.Chart(alt.InlineData(values=ends))
        .mark_line(color="#666666", strokeDash=[4, 3])
        .encode(alt.X(f"{x}:Q"), alt.Y(f"{y}:Q"))
    )
