"""What tests of pages share: pages as they are read, a site of short real runs, one of hostile names."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import pytest

from leaderboard.drawing.vega import Chart
from leaderboard.pages.build import build_site, make_site, rank_tracks, read_all
from leaderboard.places import SUBMISSIONS
from leaderboard.ranking.references import Reference, read_references
from leaderboard.rendering.content import Site
from leaderboard.runs.packed import write_results
from leaderboard.runs.record import Run
from nb301.files import write_text

HOSTILE = "<script>alert(1)</script>\u202etxet\x0b" + "W" * 300


class ReadPage(HTMLParser):
    """Collects ids, links and resources, and the text of the page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.resources: list[str] = []
        self.tags: list[str] = []
        self.text = ""
        self.feed(path.read_text(encoding="utf-8"))

    @property
    def plain(self) -> str:
        """The text with single spaces."""
        return " ".join(self.text.split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        if "id" in attributes:
            assert attributes["id"] not in self.ids
            self.ids.add(attributes["id"])
        if tag == "a":
            self.links.append(attributes["href"])
        elif "href" in attributes:
            self.resources.append(attributes["href"])
        self.resources += [attributes[key] for key in ("src", "srcset") if key in attributes]

    def handle_data(self, data: str) -> None:
        self.text += data


class ParsedPage:
    """A page's elements, by a parser that lets no error of HTML pass."""

    def __init__(self, path: Path) -> None:
        parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
        self.root: Element = parser.parse(path.read_text(encoding="utf-8"))

    def iter(self, tag: str | None = None) -> Iterator[Element]:
        """All elements, or those of a kind."""
        return self.root.iter(tag)

    def by_id(self, name: str) -> Element:
        """The element of an identifier."""
        return next(element for element in self.root.iter() if element.get("id") == name)

    @property
    def ids(self) -> list[str]:
        """All identifiers."""
        return [name for element in self.root.iter() if (name := element.get("id"))]


@pytest.fixture(scope="session")
def read_page() -> Callable[[Path], ReadPage]:
    """Read a page's links, resources and text."""
    return ReadPage


@pytest.fixture(scope="session")
def parsed() -> Callable[[Path], ParsedPage]:
    """Parse a page strictly, each once."""
    return cache(ParsedPage)


@pytest.fixture(scope="session")
def text_of() -> Callable[[Any], str]:
    """The text of an element or a page, with single spaces."""

    def text_of(part: Any) -> str:
        element = part.root if isinstance(part, ParsedPage) else part
        return " ".join("".join(element.itertext()).split())

    return text_of


@pytest.fixture
def built_of(
    make_run: Callable[..., Run],
    references: dict[str, Reference],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., ReadPage]:
    """Build the site of made-up results in `tmp_path / "site"`, without charts, and read its front page."""
    monkeypatch.setattr("leaderboard.rendering.page.write_chart", lambda *_: None)

    def build(runs: list[Run] | None = None, report: Path | None = None) -> ReadPage:
        write_results(runs or [make_run()], {}, tmp_path / "results")
        nowhere, results = tmp_path / "runs", tmp_path / "results"
        front = build_site(nowhere, tmp_path / "site", report, results=results, references=references)
        return ReadPage(front)

    return build


@pytest.fixture(scope="session")
def site(runs_folder: Path) -> Site:
    """What the built site of the short real runs shows."""
    references = read_references()
    return make_site(rank_tracks(read_all(runs_folder, None), references), references, SUBMISSIONS)


@pytest.fixture(scope="session")
def out(built: Path) -> Path:
    """The folder of the built site of the short real runs."""
    return built.parent


def _write_empty(chart: Chart, out: Path) -> None:
    """Write a chart's numbers, and drawings of nothing, which takes no time."""
    write_text(out / f"data/{chart.name}.csv", chart.data.to_csv())
    for kind in ("js", "light.svg", "dark.svg"):
        write_text(out / f"charts/{chart.name}.{kind}", "")


@pytest.fixture(scope="session")
def hostile_runs(make_run: Callable[..., Run]) -> list[Run]:
    """Entries whose name is an attack, on two tracks."""
    runs = []
    for entry in ("rs", "x"):
        for seed in range(3):
            for workers in (1, 30):
                error, cell = 5.0 + seed / 10, {"workers": workers}
                runs.append(make_run(entry, seed, error, name=HOSTILE, cell=cell))
    return runs


@pytest.fixture(scope="session")
def build_hostile(
    hostile_runs: list[Run], references: dict[str, Reference], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[], Path]:
    """Build a site of the hostile names, with empty drawings, in a folder of its own."""
    results = tmp_path_factory.mktemp("hostile") / "results"
    write_results(hostile_runs, {}, results)

    def build() -> Path:
        folder = tmp_path_factory.mktemp("hostile")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("leaderboard.rendering.page.write_chart", _write_empty)
            build_site(folder / "runs", folder / "site", results=results, references=references)
        return folder / "site"

    return build


@pytest.fixture(scope="session")
def hostile(build_hostile: Callable[[], Path]) -> Path:
    """The folder of a site of hostile names."""
    return build_hostile()


@pytest.fixture
def opened(open_page: Callable[..., Any], out: Path) -> Callable[..., Any]:
    """Open a page of the built site of the short real runs in a browser."""

    def opened(path: str = "index.html", **options: Any) -> Any:
        name, _, fragment = path.partition("#")
        page = open_page(out / name, **options)
        if fragment:
            page.evaluate("hash => { location.hash = hash }", fragment)
            page.locator("#compare table").first.wait_for()
        return page

    return opened


@pytest.fixture(scope="session")
def overflow() -> Callable[[Any], int]:
    """How many pixels of a page stick out sideways."""

    def overflow(page: Any) -> int:
        wide: int = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        return wide

    return overflow
