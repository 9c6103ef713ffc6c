"""The built site: complete, escaped, self-contained, and equal whenever its input is."""

from __future__ import annotations

import csv
import re
import sys
from itertools import product
from urllib.parse import unquote

import pytest

from leaderboard import cli
from leaderboard.errors import BoardError, ReportError
from leaderboard.legible import legible
from leaderboard.pages.build import build_site, missing_page, rank_tracks, read_all
from leaderboard.places import SUBMISSIONS
from leaderboard.rendering.page import write_page
from leaderboard.rendering.project import LICENCE, PAPER, project
from leaderboard.runs.packed import write_results
from leaderboard.runs.record import Run
from leaderboard.runs.store import Store
from nb301.errors import OutputError

RELEASES = ("emulated-xgb-v2.0", "emulated-xgb-rand-v2.0")
TRACK = "5e4-seconds-1-worker"
#: Pages outside that every page links: the paper, the licence, the project and its documentation.
FOOT = {PAPER, LICENCE, *filter(None, [project().repository, project().documentation])}
#: Those that readers may follow a link to; nothing is loaded from them.
OUTSIDE = FOOT | {project().pull_requests}
#: Pages that a site without runs has, too; all but the methods are without results.
TEXT_PAGES = ("submit.html", "methods.html", "data.html", "changes.html", "404.html")


def contents(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def check_links(folder, read_page):
    """All but a few lead to files of the site, by relative paths, and fragments to ids of the page."""
    for path in folder.rglob("*.html"):
        page = read_page(path)
        assert len(page.links) > 6
        assert len(page.resources) >= 4
        assert not OUTSIDE & {*page.resources}, path
        assert {*page.links} >= FOOT, path
        for target in page.links + page.resources:
            name, _, fragment = target.partition("#")
            file = path.parent / unquote(name)
            if target in page.links and target in OUTSIDE:
                continue
            assert not name.startswith(("http:", "https:", "//", "/", "data:")), (path, target)
            assert not name or file.is_file(), (path, target)
            if fragment and "=" not in fragment:  # those with = are states that scripts read
                assert fragment in (read_page(file) if name else page).ids, (path, target)


def check_nothing_is_loaded_from_outside(folder):
    """Neither style sheet nor script nor drawing names another host."""
    for path in folder.rglob("*"):
        # Vega can load data by address, and nothing asks it to
        if path.suffix in {".css", ".js", ".svg"} and path.name != "vega.js":
            text = path.read_text(encoding="utf-8").replace("http://www.w3.org/", "")
            assert "http:" not in text, path
            assert "https:" not in text, path
            assert "@import" not in text, path


@pytest.fixture(params=["out", "hostile"])
def folder(request):
    """A site of short real runs, and one of hostile names."""
    return request.getfixturevalue(request.param)


def test_every_link_resolves(folder, read_page):
    """To files that are there, and to what is on their pages."""
    check_links(folder, read_page)


def test_no_file_loads_anything_from_outside(folder):
    """Pages are read without a network."""
    check_nothing_is_loaded_from_outside(folder)


def test_html_is_valid_and_small(folder, parsed):
    """The strict parser accepts every page, identifiers are unique, and none is heavy."""
    for path in folder.rglob("*.html"):
        ids = parsed(path).ids
        assert len(ids) == len(set(ids)), path
        assert path.stat().st_size < 300_000, path


def test_two_builds_are_equal(runs_folder, report, out, build_hostile, hostile, tmp_path):
    """Equal runs give equal bytes in every file."""
    again = build_site(runs_folder, tmp_path, report, submissions=SUBMISSIONS)

    assert contents(again.parent) == contents(out)
    assert contents(build_hostile()) == contents(hostile)


def test_every_page_says_what_its_numbers_rest_on(out, read_page):
    """Wherever there are numbers, the emulated ground truth is named, and that it is no training."""
    for path in out.rglob("*.html"):
        page = read_page(path)
        if "table" in page.tags and path.name not in {*TEXT_PAGES} - {"methods.html"}:
            assert "emulated 2.0" in page.text, path
            assert "not CIFAR-10" in page.text, path
    for name in ("methods.html", "data.html"):
        assert "not CIFAR-10 results" in read_page(out / name).plain


def test_other_ground_truths_are_not_called_emulated(built_of, make_run):
    """A release fitted on real trainings gets no such notice."""
    text = built_of([make_run(truth="CIFAR-10 training")]).text

    assert "ground truth: CIFAR-10 training" in text
    assert "not CIFAR-10" not in text


def test_real_and_emulated_runs_make_one_site(simulated, read_page, tmp_path, monkeypatch):
    """What each release rests on is said; a ground truth that cannot be asked has no curve and no view."""
    monkeypatch.setattr("leaderboard.rendering.page.write_chart", lambda *_: None)
    runs = []
    for release in ("emulated-xgb-v2.0", "cifar10-xgb-rand-v1.0"):
        for slug, seed in product(("rs", "re"), range(2)):
            run, _ = simulated(slug, release, seed)
            runs.append(run)
    write_results(runs, {}, tmp_path / "results")
    folder = build_site(tmp_path / "none", tmp_path / "site", results=tmp_path / "results").parent
    front = read_page(folder / "index.html").plain

    assert "Only some of these are CIFAR-10 results." in front
    assert "On real CIFAR-10 trainings, last epoch: cifar10-xgb-rand-v1.0. On an emulation:" in front
    assert "Means are over all of them, whatever they rest on" in front
    real = read_page(folder / f"boards/{TRACK}/real-cifar-10-trainings-last-epoch.html").plain
    assert "These numbers rest on real CIFAR-10 trainings." in real
    assert "not CIFAR-10" not in real
    compared = read_page(folder / "compare/index.html").ids
    assert {"on-cifar10-xgb-rand-v1.0", "on-emulated-xgb-v2.0", "own-emulated-xgb-v2.0"} <= compared
    assert "own-cifar10-xgb-rand-v1.0" not in compared
    with (folder / f"data/{TRACK}/ranking.csv").open(encoding="utf-8") as file:
        words = {row["release"]: row["rests_on"] for row in csv.DictReader(file)}
    assert words == {
        "cifar10-xgb-rand-v1.0": "real CIFAR-10 trainings, last epoch",
        "emulated-xgb-v2.0": "an emulation",
    }


def test_hostile_names_are_escaped_everywhere(built_of, read_page, make_run, tmp_path):
    """A name is text and nothing else, however it looks."""
    hostile = "=1+1;@x</td><script>alert(1)</script><img src=x onerror=alert(1)>{{ 7 * 7 }}\u202e"
    runs = [make_run(entry, s, 5 + s / 10, name=hostile) for entry in ("one", "two") for s in range(2)]
    built_of(runs)
    pages = {path: read_page(path) for path in (tmp_path / "site").rglob("*.html")}
    scripts = [path for path, page in pages.items() for _ in range(page.tags.count("script"))]
    ours = [path for path, page in pages.items() for name in page.resources if name.endswith(".js")]

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


def test_text_pages_have_no_script(hostile, parsed):
    """Whatever entries are called."""
    for path in (*(hostile / name for name in TEXT_PAGES), *(hostile / "runs").glob("*.html")):
        scripts = list(parsed(path).iter("script"))
        assert scripts == []


def test_csv_has_the_numbers_of_the_pages(out, read_page):
    """The ranking as data: one line for each entry and release, as the front page and the entry's show it."""
    folder = out / "data" / TRACK
    with (folder / "ranking.csv").open(encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    front = read_page(out / "index.html").text

    assert {(line["release"], line["entry"]) for line in lines} == {*product(RELEASES, ("rs", "re"))}
    for line in lines:
        text = read_page(out / f"entries/{line['entry']}.html").text
        assert line["truth"] == "emulated 2.0"
        assert f"{float(line['error_percent']):.2f}" in text
        score = f"{float(line['score']):.2f}"
        assert score in text
        assert score in front


def test_runs_are_part_of_the_site(runs_folder, out):
    """Every run's record can be downloaded as it was stored."""
    paths = (out / "data" / "runs").rglob("*.json")
    records = [Run.model_validate_json(path.read_bytes()) for path in paths]

    assert sorted(records, key=lambda run: run.cell.id) == Store(runs_folder).runs()


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


def test_a_site_without_runs_says_so(tmp_path, read_page):
    """Where nothing was run, and that is meant, there are no rankings, and no links to any."""
    front = build_site(tmp_path / "nowhere", tmp_path / "site", without_runs=True)

    assert "There is no ranking yet" in read_page(front).text
    names = {path.name for path in front.parent.glob("*.html")}
    assert names == {"index.html", *TEXT_PAGES}
    check_links(front.parent, read_page)
    check_nothing_is_loaded_from_outside(front.parent)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["build", "--runs", "nowhere", "--results", "nowhere"], "none of 0 runs was sealed off"),
        (["run", "--release", "emulated-xgb-v9.9"], "emulated-xgb-v2.0"),
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


def test_tables_say_nothing_where_nothing_is_known(built_of, make_run, tmp_path):
    """One seed has no interval: its ends are empty, not numbers."""
    built_of([make_run()])
    with (tmp_path / "site" / "data" / "1e7-seconds-1-worker" / "standings.csv").open() as file:
        (line,) = csv.DictReader(file)

    assert (line["score_low"], line["score_high"], line["first_rank"]) == ("", "", "1")


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


def test_committed_runs_must_be_the_same(runs_folder, tmp_path):
    """A run that is also committed counts once; one that is committed with other evaluations is an error."""
    runs = Store(runs_folder).runs()
    write_results(runs[:2], {}, tmp_path / "same")
    write_results([runs[0].model_copy(update={"trace_hash": "0" * 64})], {}, tmp_path / "changed")

    assert len(read_all(runs_folder, tmp_path / "same")) == len(runs)
    with pytest.raises(BoardError, match="have different evaluations of it"):
        read_all(runs_folder, tmp_path / "changed")


def test_tracks_with_most_entries_come_first(make_run, references):
    """The front page is of the track that most are on."""
    many = {"workers": 30}
    runs = [make_run("rs"), make_run("rs", cell=many), make_run("re", cell=many)]

    assert [ranking.track.workers for ranking in rank_tracks(runs, references)] == [30, 1]


def test_missing_page_links_to_the_known_address(parsed, tmp_path):
    """At any depth the style and the links are found."""
    page = parsed(write_page(missing_page("https://example.org/a"), tmp_path))

    hrefs = [element.get("href") for element in page.iter() if element.get("href")]
    assert {*hrefs} >= FOOT
    assert all(href.startswith(("https://example.org/a/", "#")) for href in {*hrefs} - FOOT)


@pytest.mark.browser
class TestInBrowser:
    """The site in Debian's Chromium, opened from disk."""

    @pytest.mark.parametrize(("which", "scheme", "width"), [("out", "dark", 1200), ("hostile", "light", 320)])
    def test_text_pages_fit_and_can_be_used_by_all(
        self, open_page, accessible, request, which, width, scheme
    ):
        """Nothing sticks out and axe has nothing to say, everything unfolded."""
        folder = request.getfixturevalue(which)
        runs = [path.relative_to(folder).as_posix() for path in (folder / "runs").glob("*.html")]
        for name in (*TEXT_PAGES, *runs):
            page = open_page(folder / name, width=width, scheme=scheme)
            page.evaluate("document.querySelectorAll('details').forEach(details => { details.open = true })")
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
            accessible(page)

    def test_background_follows_the_scheme(self, opened):
        """Dark is dark, light is light."""
        colours = [
            opened(scheme=scheme).evaluate("getComputedStyle(document.body).backgroundColor")
            for scheme in ("light", "dark")
        ]
        assert colours == ["rgb(255, 255, 255)", "rgb(18, 22, 29)"]

    def test_site_is_complete_without_javascript(self, opened):
        """Tables and drawings need no script, and the comparison says what there is instead."""
        page = opened(java_script_enabled=False)
        assert page.locator("#ranking tbody tr:not(.known):visible").count() == 2
        assert page.locator("button:visible, form:visible").count() == 0
        compared = opened("compare/index.html", java_script_enabled=False)
        assert compared.get_by_role("link", name="all pairs").count() == 1

    def test_keyboard_reaches_content_and_tables(self, opened):
        """The first stop skips the navigation; tables that scroll can be reached."""
        page = opened()
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
        page.keyboard.press("Enter")
        assert page.url.endswith("#main")
        assert page.locator("div.scrolls:not([tabindex])").count() == 0
