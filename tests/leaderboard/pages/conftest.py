"""What tests of pages share: pages as they are read, a site of short real runs, one of hostile names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import numpy as np
import pytest

from leaderboard.drawing.vega import Chart
from leaderboard.entries.submission import Submission
from leaderboard.pages.build import build_site, make_site, rank_tracks, read_all
from leaderboard.places import SUBMISSIONS
from leaderboard.ranking.references import Reference, read_references
from leaderboard.rendering.content import Site
from leaderboard.runs.packed import write_results
from leaderboard.runs.record import Run
from leaderboard.runs.releases import loaded, release_reference
from nb301.files import write_text

#: Releases of the large site.
PUBLISHED = ("cifar10-gin-rand-v1.0", "cifar10-xgb-rand-v1.0", "emulated-gin-v2.0")
#: What cells of its runs have beside the plain short budget.
TRACKS_BESIDE = (
    {"budget_seconds": 1e6, "blind": True},
    {"budget_seconds": 1e6, "workers": 30},
    {"budget_seconds": 1e6, "problem": "multi-fidelity"},
    {"budget_seconds": 1e7},
)
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


def _incumbents(seed: int, skill: float, reference: Reference, budget: float) -> dict[str, Any]:
    """Ever better architectures of one run."""
    generator = np.random.default_rng([seed, round(1000 * skill)])
    seconds = np.sort(budget ** generator.uniform(0.6, 1, 25)) * 0.99
    regrets = np.sort(generator.uniform(0.4, 1, 25) * (seconds / seconds[0]) ** -skill)[::-1]
    accuracies = reference.best_accuracy - regrets * (reference.best_accuracy - reference.random_accuracy)
    return {
        "evaluation": tuple(range(25)),
        "clock_seconds": tuple(seconds.tolist()),
        "val_accuracy": tuple(accuracies.tolist()),
        "mean": tuple(accuracies.tolist()),
        "judged": tuple(accuracies.tolist()),
        "multiply_adds": (10**8,) * 25,
        "genotype": (reference.best_genotype,) * 25,
    }


@pytest.fixture(scope="session")
def published_runs(make_run: Callable[..., Run]) -> list[Run]:
    """Made-up runs of all submissions on real and emulated releases, and of three on other tracks."""
    submissions = [Submission(path) for path in sorted(SUBMISSIONS.iterdir()) if path.is_dir()]
    submissions.sort(key=lambda submission: submission.slug != "rs")
    few = [submission for submission in submissions if submission.slug in {"rs", "re", "re-lce"}]
    runs = list(_runs_on(submissions, {"budget_seconds": 1e6}, make_run))
    for cell in TRACKS_BESIDE:
        runs += _runs_on(few, cell, make_run)
    return runs


def _runs_on(
    submissions: Sequence[Submission], cell: dict[str, Any], make_run: Callable[..., Run]
) -> Iterator[Run]:
    """Ten seeds on each release; random search is the worst, and every entry is worse where it is blind."""
    references, budget = read_references(), cell["budget_seconds"]
    for number, submission in enumerate(submissions):
        skill = 0.1 + 0.04 * number - 0.05 * cell.get("blind", False)
        for name in PUBLISHED:
            release = release_reference(loaded(name).release.manifest)
            about = {"release": name, **release.model_dump(exclude={"name"})}
            about |= {"name": submission.manifest.name, "evaluations": 400, "ended_seconds": 0.99 * budget}
            for seed in range(10):
                found = _incumbents(seed, skill, references[release.release_hash], budget)
                failed = submission.slug == "re-lce" and seed == 0
                verdict = "timeout" if failed else "completed"
                yield make_run(submission.slug, seed, cell=cell, incumbents=found, verdict=verdict, **about)


@pytest.fixture(scope="session")
def published(published_runs: list[Run], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a site as large as the published one, without charts of releases."""
    folder = tmp_path_factory.mktemp("published")
    write_results(published_runs, {}, folder / "results")
    front = build_site(folder / "runs", folder / "site", results=folder / "results", submissions=SUBMISSIONS)
    return front.parent


def _open_in(open_page: Callable[..., Any], folder: Path) -> Callable[..., Any]:
    def opened(path: str = "index.html", **options: Any) -> Any:
        name, _, fragment = path.partition("#")
        page = open_page(folder / name, fragment=fragment, **options)
        if "entries=" in fragment and name.startswith("compare/"):
            page.locator("#compare table").first.wait_for()
        return page

    return opened


@pytest.fixture
def opened(open_page: Callable[..., Any], out: Path) -> Callable[..., Any]:
    """Open a page of the built site of the short real runs in a browser, such as `index.html#entries=re`."""
    return _open_in(open_page, out)


@pytest.fixture
def opened_published(open_page: Callable[..., Any], published: Path) -> Callable[..., Any]:
    """Open a page of the large site in a browser."""
    return _open_in(open_page, published)


@pytest.fixture(scope="session")
def overflow() -> Callable[[Any], int]:
    """How many pixels of a page stick out sideways."""

    def overflow(page: Any) -> int:
        wide: int = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        return wide

    return overflow
