"""Charts to be drawn, and a site of one page that shows them."""

from __future__ import annotations

import shutil
from pathlib import Path

import altair as alt
import numpy as np
import pytest

from leaderboard.drawing.vega import (
    Chart,
    Table,
    chosen_entries,
    entry_colour,
    entry_dash,
    inline,
    signal,
)
from leaderboard.rendering.page import ChartSection, Page, write_page
from leaderboard.rendering.render import SITE

NAMES = ("Random search", "BANANAS", "<script>alert(1)</script>")
CONTEXT = {
    "title": "Charts",
    "lead": "Three of them.",
    "sections": (ChartSection("All", "Here they are.", ("error", "regret", "plain")),),
}


def lines_chart(name: str, title: str, best: float) -> Chart:
    """A line for each entry, which falls to the best value, on a log scale that readers may switch."""
    rows = []
    for number, entry in enumerate(NAMES):
        for seconds in np.geomspace(1e4, 1e7, 50).tolist():
            rows.append((entry, seconds, best + (number + 1) * (1e7 / seconds) ** 0.2))
    data = Table(("name", "seconds", "value"), tuple(rows))
    chosen = chosen_entries()
    lines = (
        alt.Chart(inline(data.records()))
        .mark_line()
        .encode(
            x=alt.X("seconds:Q", scale=alt.Scale(type="log")),
            y=alt.Y("value:Q", title=title, scale=alt.Scale(type="log")),
            color=entry_colour(NAMES, lines=True),
            strokeDash=entry_dash(NAMES),
            opacity=alt.condition(chosen, alt.value(1), alt.value(0.1)),
            tooltip=[alt.Tooltip("name:N", title="entry")],
        )
    )
    spec = alt.layer(lines.properties(name="lines").add_params(chosen)).properties(
        width=640, height=360, autosize=alt.AutoSizeParams(type="fit", contains="padding")
    )
    about = f"{title} on emulated-xgb-v2.0; emulated 2.0."
    return Chart(name, title, about, about, spec, data, switches=("y",))


@pytest.fixture(scope="session")
def charts() -> tuple[Chart, ...]:
    """Lines of three entries, the last of which has a hostile name, in two ways, and two points."""
    plain = Table(("x", "y"), ((1, 2.5), (2, 3.5)))
    named = [{"name": NAMES[2], **record} for record in plain.records()]
    marks = alt.Chart(inline(named)).mark_point(color=signal("accent"))
    return (
        lines_chart("error", "Validation error (%)", 5.0),
        lines_chart("regret", "Regret (points)", 0.0),
        Chart(
            name="plain",
            title="Plain",
            caption="Two points of the emulated truth.",
            alt="Two points.",
            spec=marks.encode(x="x:Q", y="y:Q", tooltip=[alt.Tooltip("name:N", title="entry"), "y:Q"]),
            data=plain,
        ),
    )


@pytest.fixture(scope="session")
def site(charts: tuple[Chart, ...], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site of one page in a folder, made from the templates' macro alone."""
    out = tmp_path_factory.mktemp("charts")
    shutil.copytree(SITE / "static", out / "static")
    write_page(Page("pages/charts.html", "charts.html.j2", CONTEXT, charts), out)
    return out
