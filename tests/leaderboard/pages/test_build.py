"""The built site: complete, escaped, self-contained, and equal whenever its input is."""

from __future__ import annotations

import csv
import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest
from jinja2 import UndefinedError

from leaderboard import cli
from leaderboard.errors import BoardError, ReportError
from leaderboard.legible import legible
from leaderboard.pages.build import build_site
from leaderboard.places import SUBMISSIONS
from leaderboard.rendering import render
from leaderboard.runs.packed import write_results
from leaderboard.runs.record import Run
from leaderboard.runs.store import Store
from nb301.errors import OutputError

RELEASES = ("emulated-xgb-v1.0", "emulated-xgb-rand-v1.0")
#: Of the made-up runs with one worker and with several, and of the short real ones.
TRACKS = ("1e7-seconds-1-worker", "1e7-seconds-30-workers")
TRACK = "5e4-seconds-1-worker"


class Page(HTMLParser):
    """Collects ids, links and resources, and the text of the page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.resources: list[str] = []
        self.tags: list[str] = []
        self.text = ""
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.tags.append(tag)
        if "id" in found:
            assert found["id"] not in self.ids
            self.ids.add(found["id"])
        if tag == "a":
            self.links.append(found["href"])
        elif "href" in found:
            self.resources.append(found["href"])
        self.resources += [found[key] for key in ("src", "srcset") if key in found]

    def handle_data(self, data):
        self.text += data


def contents(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def built_of(make_run, references, tmp_path, monkeypatch):
    """Build the site of made-up results, without charts, and read its front page."""
    monkeypatch.setattr("leaderboard.rendering.page.write_chart", lambda *_: None)

    def build(runs=None, report=None):
        write_results(runs or [make_run()], {}, tmp_path / "results")
        nowhere, results = tmp_path / "runs", tmp_path / "results"
        return Page(build_site(nowhere, tmp_path / "site", report, results=results, references=references))

    return build


def test_every_link_resolves(built):
    """Links and resources are relative, lead to files of the site, and fragments to ids of the page."""
    for path in built.parent.rglob("*.html"):
        page = Page(path)
        assert len(page.links) > 6
        assert len(page.resources) > 4
        for target in page.links + page.resources:
            file, _, fragment = target.partition("#")
            assert not file.startswith(("http:", "https:", "//", "/", "data:")), (path, target)
            assert not file or (path.parent / unquote(file)).is_file(), (path, target)
            if fragment and "=" not in fragment:  # those with = are states that scripts read
                assert fragment in (Page(path.parent / unquote(file)) if file else page).ids, (path, target)


def test_no_file_loads_anything_from_outside(built):
    """Neither style sheet nor script nor drawing names another host."""
    for path in built.parent.rglob("*"):
        # Vega can load data by address, and nothing asks it to
        if path.suffix in {".css", ".js", ".svg"} and path.name != "vega.js":
            text = path.read_text(encoding="utf-8").replace("http://www.w3.org/", "")
            assert "http:" not in text, path
            assert "https:" not in text, path
            assert "@import" not in text, path


def test_two_builds_are_equal(runs_folder, report, built, tmp_path):
    """Equal runs give equal bytes in every file."""
    again = build_site(runs_folder, tmp_path, report, submissions=SUBMISSIONS)

    assert contents(again.parent) == contents(built.parent)


def test_every_page_says_what_its_numbers_rest_on(built):
    """Wherever there are numbers, the emulated ground truth is named, and that it is no training."""
    for path in built.parent.rglob("*.html"):
        page = Page(path)
        if "table" in page.tags and path.name not in {"data.html", "submit.html", "404.html", "changes.html"}:
            assert "emulated 1.0" in page.text, path
            assert "not CIFAR-10" in page.text, path


def test_other_ground_truths_are_not_called_emulated(built_of, make_run):
    """A release fitted on real trainings gets no such notice."""
    text = built_of([make_run(truth="CIFAR-10 training")]).text

    assert "ground truth: CIFAR-10 training" in text
    assert "not CIFAR-10" not in text


def test_page_says_that_few_seeds_prove_nothing(built_of, make_run):
    """With five paired runs no test can reach 5 %; overlapping entries share their places and a letter."""
    luck = {"rs": (0, 1, 2, 3, 4), "re": (1, 0, 3, 2, 5)}
    runs = [make_run(entry, s, 5 + each[s] / 10) for entry, each in luck.items() for s in range(5)]
    text = " ".join(built_of(runs).text.split())

    assert "smallest p-value that a signed-rank test can reach is 0.0625" in text
    assert text.count("1\N{EN DASH}2") == 2


def test_hostile_names_are_escaped_everywhere(built_of, make_run, tmp_path):
    """A name is text and nothing else, however it looks."""
    hostile = "=1+1;@x</td><script>alert(1)</script><img src=x onerror=alert(1)>{{ 7 * 7 }}\u202e"
    runs = [make_run(entry, s, 5 + s / 10, name=hostile) for entry in ("one", "two") for s in range(2)]
    built_of(runs)
    pages = {path: Page(path) for path in (tmp_path / "site").rglob("*.html")}
    scripts = [path for path, page in pages.items() for _ in range(page.tags.count("script"))]
    ours = [path for path, page in pages.items() for each in page.resources if each.endswith(".js")]

    assert sum(legible(hostile) in page.text for page in pages.values()) >= 3
    assert scripts == ours
    assert not any("x" in page.resources for page in pages.values())
    written = [
        path for path in (tmp_path / "site").rglob("*") if path.suffix in {".html", ".csv", ".xml", ".json"}
    ]
    texts = {path: path.read_text(encoding="utf-8") for path in written}
    assert {path.suffix for path in written} >= {".html", ".csv", ".xml", ".json"}
    assert not [path for path, text in texts.items() if "\u202e" in text]
    # as JSON, too, which scripts read and show
    assert not [
        path for path, text in texts.items() if path.suffix == ".json" and re.search(r"[^\\]\\u202e", text)
    ]
    for path in (path for path in written if path.suffix == ".csv"):
        for row in csv.reader(path.read_text().splitlines()):
            assert not any(cell.startswith("=") for cell in row)
    assert sum("'=1+1;'@x" in texts[path] for path in written if path.suffix == ".csv") >= 2


@pytest.mark.parametrize(
    "text", ["", "{}", '{"format": 3, "releases": []}', '{"format": 2, "releases": [{}]}']
)
def test_unreadable_report_is_named(built_of, tmp_path, text):
    """A damaged or newer report is an error that names the file, and nothing is built."""
    path = tmp_path / "report.json"
    path.write_text(text)

    with pytest.raises(ReportError, match=r"report\.json"):
        built_of(report=path)
    assert not (tmp_path / "site").exists()


def test_csv_has_the_numbers_of_the_pages(built):
    """The ranking as data: one line for each entry and release, as that release's page shows it."""
    folder = built.parent / "data" / TRACK
    with (folder / "ranking.csv").open(encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    kinds = {RELEASES[0]: "all-data", RELEASES[1]: "random-only"}

    assert len(lines) == 4
    for line in lines:
        text = Page(built.parent / f"boards/{TRACK}/{kinds[line['release']]}.html").text
        assert line["truth"] == "emulated 1.0"
        assert f"{float(line['error_percent']):.2f}" in text
        assert f"{float(line['score']):.2f}" in text


def test_runs_are_part_of_the_site(runs_folder, built):
    """Every run's record can be downloaded as it was stored."""
    paths = (built.parent / "data" / "runs").rglob("*.json")
    records = [Run.model_validate_json(path.read_bytes()) for path in paths]

    assert sorted(records, key=lambda run: run.cell.id) == Store(runs_folder).runs()


def test_missing_name_in_a_template_is_an_error(tmp_path, monkeypatch):
    """A typo in a template does not become an empty place on the page."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "t.html.j2").write_text("{{ known }}{{ unknown }}")
    monkeypatch.setattr(render, "SITE", tmp_path)

    with pytest.raises(UndefinedError, match="unknown"):
        render.render("t.html.j2", {"known": 1})


def test_site_holds_no_python():
    """`import site` is Python's own."""
    assert not list(render.SITE.rglob("*.py"))


def test_command_line_prints_the_page(runs_folder, tmp_path, monkeypatch, capsys):
    """`build` tells where the page is, as an absolute path."""
    for pages in ("releases", "tables"):  # theirs have tests of their own
        monkeypatch.setattr(f"nb301.{pages}.names", list)
    monkeypatch.setattr("leaderboard.rendering.page.write_chart", lambda *_: None)
    arguments = [
        "leaderboard",
        "build",
        "--runs",
        str(runs_folder),
        "--results",
        "none",
        "--out",
        str(tmp_path),
    ]
    monkeypatch.setattr(sys, "argv", arguments)

    with pytest.raises(SystemExit) as stopped:
        cli.main()

    assert stopped.value.code == 0
    assert str(tmp_path / "index.html") in capsys.readouterr().out


def test_a_site_without_runs_says_so(tmp_path):
    """Where nothing was run, and that is meant, there are no rankings, and no links to any."""
    front = build_site(tmp_path / "nowhere", tmp_path / "site", without_runs=True)

    assert "There is no ranking yet" in Page(front).text
    names = {path.name for path in front.parent.glob("*.html")}
    assert names == {"index.html", "submit.html", "methods.html", "changes.html", "data.html", "404.html"}
    test_every_link_resolves(front)
    test_no_file_loads_anything_from_outside(front)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["build", "--runs", "nowhere", "--results", "nowhere"], "none of 0 runs was sealed off"),
        (["run", "--release", "emulated-xgb-v9.9"], "emulated-xgb-v1.0"),
    ],
)
def test_command_line_errors_have_no_traceback(arguments, message, tmp_path, monkeypatch, capsys):
    """Errors of the package end the command with code 1 and a sentence."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["leaderboard", *arguments, "--out", "out"])

    with pytest.raises(SystemExit) as stopped:
        cli.main()

    assert stopped.value.code == 1
    captured = capsys.readouterr().err
    assert captured.startswith("error: ")
    assert message in captured


def test_conflicted_entries_are_shown_and_not_counted(built_of, make_run):
    """An entry that fits the surrogate's own family has no place, and says why."""
    text = built_of([make_run("rs"), make_run("gbdt", conflicts=("xgboost",))]).text

    assert "not counted: fits xgboost as the release does" in text


def test_tables_say_nothing_where_nothing_is_known(built_of, make_run, tmp_path):
    """One seed has no interval: its ends are empty, not numbers."""
    built_of([make_run()])
    with (tmp_path / "site" / "data" / "1e7-seconds-1-worker" / "standings.csv").open() as file:
        (line,) = csv.DictReader(file)

    assert (line["score_low"], line["score_high"], line["first_rank"]) == ("", "", "1")


def test_tracks_are_boards_of_their_own(built_of, make_run, tmp_path):
    """Runs with more workers are in no table of those with one; a link leads from one to the other."""
    page = built_of([make_run(), make_run("re", cell={"workers": 30})])
    other = Page(tmp_path / "site" / "boards" / "1e7-seconds-30-workers" / "all-releases.html")
    one, many = ((tmp_path / "site" / "data" / each / "standings.csv").read_text() for each in TRACKS)

    assert ("rs,RS" in one, "re,RE" in one) == (True, False)
    assert ("rs,RS" in many, "re,RE" in many) == (False, True)
    assert ("entries/re.html" in page.links, "../../entries/re.html" in other.links) == (False, True)
    assert "boards/1e7-seconds-30-workers/all-releases.html" in page.links
    assert "../../index.html" in other.links


def test_scopes_are_a_click_apart(built_of, make_run, tmp_path):
    """A board for each family and for what releases were fitted on; what is not there has no link."""
    kinds = [("a", "xgb", False), ("b", "gin", True)]
    names = {"a": "emulated-xgb-v1.0", "b": "other"}
    runs = [
        make_run(release=names[letter], release_hash=letter * 64, family=family, random_only=rand)
        for letter, family, rand in kinds
    ]
    page = built_of(runs)
    found = {path.stem for path in (tmp_path / "site" / "boards").rglob("*.html")}

    assert {"xgb", "gin", "all-data", "random-only", "xgb-all-data", "gin-random-only"} == found
    assert {f"boards/1e7-seconds-1-worker/{each}.html" for each in ("xgb", "gin", "all-data")} <= set(
        page.links
    )


def test_unfinished_entries_are_named(built_of, make_run):
    """An entry with fewer seeds is not ranked, and the page says so."""
    text = " ".join(built_of([make_run("rs", 0), make_run("rs", 1), make_run("re", 0)]).text.split())

    assert "re on emulated-xgb-v1.0 (1 of 2)" in text


def test_no_runs_leave_the_old_site_alone(tmp_path):
    """A build that fails changes nothing."""
    site = tmp_path / "site"
    site.mkdir()
    (site / "index.html").write_text("old")
    (site / "files.txt").write_text("files.txt\nindex.html\n")

    with pytest.raises(BoardError):
        build_site(tmp_path / "nowhere", site)
    assert (site / "index.html").read_text() == "old"


def test_nothing_but_a_site_is_replaced(tmp_path):
    """A folder that holds what no build wrote is left alone, be it beside a site's own files."""
    build_site(tmp_path / "nowhere", tmp_path / "site", without_runs=True)
    build_site(tmp_path / "nowhere", tmp_path / "site", without_runs=True)
    (tmp_path / "site" / "data" / "notes.csv").write_text("kept")

    with pytest.raises(OutputError, match=r"site: holds 'data/notes\.csv', which would be lost"):
        build_site(tmp_path / "nowhere", tmp_path / "site", without_runs=True)
    assert (tmp_path / "site" / "data" / "notes.csv").read_text() == "kept"
