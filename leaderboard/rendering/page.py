"""A page of the site before it is written: a template, what it shows, and its charts."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from leaderboard.drawing.vega import Chart, Table, write_chart
from leaderboard.rendering.render import render
from nb301.files import write_text

#: Address of the front page.
FRONT = "index.html"
#: Titles and paths of what every page leads to.
NAVIGATION = (
    ("Ranking", FRONT),
    ("Curves", "curves/index.html"),
    ("Compare", "compare.html"),
    ("Cross-examination", "examination/index.html"),
    ("Releases", "releases/index.html"),
    ("Landscape", "landscape/index.html"),
    ("Submit", "submit.html"),
    ("Methods", "methods.html"),
    ("Data", "data.html"),
)


@dataclass(frozen=True, slots=True)
class ChartSection:
    """A part of a page of charts."""

    title: str
    text: str
    #: Names of the page's charts, in order.
    charts: tuple[str, ...] = ()
    table: Table | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A page."""

    #: In the site's folder, such as `landscape/emulated-v2.0.html`.
    path: str
    #: In `site/templates`; it extends `base.html.j2`.
    template: str
    context: dict[str, Any]
    charts: tuple[Chart, ...] = ()

    @property
    def root(self) -> str:
        """Relative prefix from the page to the site's folder, such as `../`."""
        return "../" * (len(PurePosixPath(self.path).parts) - 1)


def write_page(page: Page, out: Path, paths: Collection[str] = ()) -> Path:
    """Write a page's charts, then the page; each file whole or not at all.

    Args:
        page: What to write.
        out: The site's folder.
        paths: Of all of the site's pages: what is not among them is not linked.

    Returns:
        Where the page is.
    """
    for chart in page.charts:
        write_chart(chart, out)
    shared = {
        "root": page.root,
        "page_path": page.path,
        "paths": paths,
        "navigation": [(title, path) for title, path in NAVIGATION if path in paths],
        "charts": {chart.name: chart for chart in page.charts},
    }
    write_text(out / page.path, render(page.template, page.context | shared))
    return out / page.path
