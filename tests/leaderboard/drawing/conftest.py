"""Charts to be drawn, and a site of one page that shows them."""

from __future__ import annotations

import shutil
from pathlib import Path

import altair as alt
import numpy as np
import pytest

from leaderboard.drawing.anytime import anytime_chart
from leaderboard.drawing.vega import Chart, Table, inline, signal
from leaderboard.ranking.curves import Curve
from leaderboard.rendering.page import ChartSection, Page, write_page
from leaderboard.rendering.render import SITE

NAMES = ("Random search", "BANANAS", "<script>alert(1)</script>")
CONTEXT = {
    "title": "Charts",
    "lead": "Three of them.",
    "sections": (ChartSection("All", "Here they are.", ("error", "regret", "plain")),),
}


def make_curve(name: str, end: float) -> Curve:
    """An entry whose error falls from `end` + 2 to `end`, percent."""
    seconds = np.geomspace(1e4, 1e7, 150)
    median = end + 2 * np.geomspace(1, 0.01, 150)
    return Curve(name, name, seconds, median, median - 0.1, median + 0.1)


@pytest.fixture(scope="session")
def curves() -> list[Curve]:
    """Of three entries, the last of which has a hostile name."""
    return [make_curve(name, 5 + number / 4) for number, name in enumerate(NAMES)]


@pytest.fixture(scope="session")
def charts(curves: list[Curve]) -> tuple[Chart, ...]:
    """The curves' error and regret, and two points."""
    about = {"release": "emulated-xgb-v2.0", "truth": "emulated 2.0"}
    plain = Table(("x", "y"), ((1, 2.5), (2, 3.5)))
    marks = alt.Chart(inline(plain.records())).mark_point(color=signal("accent"))
    return (
        anytime_chart(curves, 1e7, name="error", **about),
        anytime_chart(curves, 1e7, name="regret", best_error=5.0, **about),
        Chart(
            name="plain",
            title="Plain",
            caption="Two points of the emulated truth.",
            alt="Two points.",
            spec=marks.encode(x="x:Q", y="y:Q"),
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
