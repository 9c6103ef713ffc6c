"""A page of the site before it is written: a template, what it shows, and its charts."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from leaderboard.drawing.vega import Chart, Table, write_chart
from leaderboard.rendering.project import LICENCE, PAPER, project
from leaderboard.rendering.render import render

#: Address of the front page.
FRONT = "index.html"
#: Titles and paths of what every page leads to, and the folders of the pages that are part of it.
NAVIGATION = (
    ("Ranking", FRONT, ("boards/", "pairs/", "examination/", "entries/")),
    ("Compare", "compare/index.html", ("compare/",)),
    ("Releases", "releases/index.html", ("releases/", "landscape/")),
    ("Methods", "methods.html", ()),
    ("Submit", "submit.html", ()),
    ("Data", "data.html", ("runs/",)),
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
    #: What is written beside it: addresses in the site, and texts.
    files: tuple[tuple[str, str], ...] = ()

    @property
    def root(self) -> str:
        """Relative prefix from the page to the site's folder, such as `../`."""
        return "../" * (len(PurePosixPath(self.path).parts) - 1)


def write_page(page: Page, out: Path, paths: Collection[str] = (), stamp: str = "nb301") -> Path:
    """Write a page's charts and files, then the page.

    Args:
        page: What to write.
        out: The site's folder.
        paths: Of all of the site's pages: what is not among them is not linked.
        stamp: What the site was made of, for its foot.

    Returns:
        Where the page is.
    """
    for chart in page.charts:
        write_chart(chart, out)
    for name, text in page.files:
        write_bytes(out / name, text.encode())
    shared = {
        "root": page.root,
        "page_path": page.path,
        "paths": paths,
        "stamp": stamp,
        "project": project(),
        "paper": PAPER,
        "licence": LICENCE,
        "navigation": [item for item in NAVIGATION if item[1] in paths],
        "charts": {chart.name: chart for chart in page.charts},
    }
    write_bytes(out / page.path, render(page.template, page.context | shared).encode())
    return out / page.path


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file of a folder that appears as a whole: the file need not."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
