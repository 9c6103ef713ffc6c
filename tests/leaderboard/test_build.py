"""The built site: complete, escaped, self-contained, and equal whenever its input is."""

from __future__ import annotations

import csv
import json
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest
from jinja2 import UndefinedError

from leaderboard import cli, render
from leaderboard.build import build_site
from leaderboard.errors import BoardError, ReportError
from leaderboard.results import write_results
from leaderboard.store import Run, Store

HASH = "a" * 64


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


def write_report(path, *releases):
    path.write_text(json.dumps({"format": 2, "releases": list(releases), "libraries": {}}))
    return path


def release(claims, release_hash=HASH):
    return {"name": "r", "release_hash": release_hash, "truth": "emulated 1.0", "claims": claims}


@pytest.fixture
def built_of(make_run, references, tmp_path, monkeypatch):
    """Build the page of made-up results, without plots, and read it."""
    monkeypatch.setattr("leaderboard.build._write_charts", lambda *_: None)

    def build(runs=None, report=None):
        write_results(runs or [make_run()], {}, tmp_path / "results")
        nowhere, results = tmp_path / "runs", tmp_path / "results"
        return Page(build_site(nowhere, tmp_path / "site", report, results=results, references=references))

    return build


def test_every_link_resolves(built):
    """Links and resources are relative, lead to files of the site, and fragments to ids of the page."""
    page = Page(built)

    assert len(page.links) > 8
    assert len(page.resources) > 8
    for target in page.links + page.resources:
        path, _, fragment = target.partition("#")
        assert not path.startswith(("http:", "https:", "//", "/", "data:"))
        assert not path or (built.parent / unquote(path)).is_file(), target
        assert not fragment or fragment in page.ids, target


def test_no_file_loads_anything_from_outside(built):
    """Neither style sheet nor script nor drawing names another host."""
    for path in built.parent.rglob("*"):
        if path.suffix in {".css", ".js", ".svg"}:
            text = path.read_text(encoding="utf-8").replace("http://www.w3.org/", "")
            assert "http:" not in text, path
            assert "https:" not in text, path
            assert "@import" not in text, path


def test_two_builds_are_equal(runs_folder, report, built, tmp_path):
    """Equal runs give equal bytes in every file."""
    again = build_site(runs_folder, tmp_path, report)

    assert contents(again.parent) == contents(built.parent)


def test_page_says_what_its_numbers_rest_on(built):
    """Every table, plot and architecture of a release names the emulated ground truth."""
    text = Page(built).text

    assert "These are not CIFAR-10 results." in text
    # ranking, plot, architecture, claims and release card, on two boards
    assert text.count("ground truth: emulated 1.0, not CIFAR-10") == 10


def test_other_ground_truths_are_not_called_emulated(built_of, make_run):
    """A release fitted on real trainings gets no such notice."""
    text = built_of([make_run(truth="cifar10 1.0")]).text

    assert "ground truth: cifar10 1.0" in text
    assert "not CIFAR-10" not in text


def test_page_says_that_few_seeds_prove_nothing(built_of, make_run):
    """With five paired runs no test can reach 5 %; overlapping entries share their places."""
    luck = {"rs": (0, 1, 2, 3, 4), "re": (1, 0, 3, 2, 5)}
    runs = [make_run(entry, s, 5 + each[s] / 10) for entry, each in luck.items() for s in range(5)]
    page = built_of(runs)

    assert "smallest p-value that a two-sided signed-rank test can\n      reach is 0.0625" in page.text
    # on the board, and over all releases
    assert page.text.count("1\N{EN DASH}2") == 4
    assert "not told apart" in page.text


def test_hostile_names_are_escaped(built_of, make_run):
    """A name is text and nothing else, however it looks."""
    hostile = "</td><script>alert(1)</script><img src=x onerror=alert(1)>{{ 7 * 7 }}"
    page = built_of([make_run(name=hostile)])

    assert hostile in page.text
    assert page.tags.count("script") == 1  # our own
    assert page.tags.count("img") == 1  # the plot


def test_hostile_report_is_escaped(built_of, make_claim, tmp_path):
    """Statements of a report are text, too."""
    path = write_report(tmp_path / "r.json", release([make_claim(statement="<script>x</script>")]))
    page = built_of(report=path)

    assert "<script>x</script>" in page.text
    assert page.tags.count("script") == 1


def test_claims_show_verdict_number_and_threshold(built_of, make_claim, tmp_path):
    """A verdict is told by a sign and a word, with what was measured and what was claimed."""
    claims = [
        make_claim(),
        make_claim(id="b", verdict="fails", value=0.5, ceiling=0.95),
        make_claim(id="c", verdict="undecided"),
        make_claim(id="d", verdict="not run", value=None, interval=None, n=None),
        make_claim(id="e", kind="comparison", statement="The paper's digits"),
    ]
    text = built_of(report=write_report(tmp_path / "r.json", release(claims))).text

    for verdict in ("✓ holds", "✗ fails", "? undecided", "○ not run"):
        assert verdict in text
    assert "R² 0.900 (0.880\N{EN DASH}0.920)" in text
    assert "claimed: R² ≥ 0.832" in text
    assert "a perfect model would reach 0.950" in text
    assert "The paper's digits" not in text


def test_claims_of_other_bytes_do_not_count(built_of, make_claim, make_run, tmp_path):
    """What was measured on another version of a release is not run for this one."""
    runs = [make_run(), make_run(release="other", release_hash="b" * 64)]
    page = built_of(runs, write_report(tmp_path / "r.json", release([make_claim()], "b" * 64)))

    assert "this release is not in the report" in page.text
    assert page.text.count("✓ holds") == 1
    assert page.text.count("○ not run") == 1


def test_without_a_report_no_claim_was_run(built_of):
    """The absence of a report is told, never passed over."""
    assert "○ not run This page was built without a validation report." in " ".join(built_of().text.split())


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


def test_csv_has_the_numbers_of_the_page(built):
    """The ranking as data: one line for each entry and release."""
    with (built.parent / "data" / "ranking.csv").open(encoding="utf-8") as file:
        lines = list(csv.DictReader(file))

    assert len(lines) == 4
    text = Page(built).text
    for line in lines:
        assert line["truth"] == "emulated 1.0"
        assert f"{float(line['error_percent']):.2f}" in text
        assert f"{float(line['score']):.2f}" in text
        assert line["release_hash"] in text


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
    monkeypatch.setattr("leaderboard.build._write_charts", lambda *_: None)
    arguments = ["leaderboard", "build", "--runs", str(runs_folder), "--out", str(tmp_path)]
    monkeypatch.setattr(sys, "argv", arguments)

    with pytest.raises(SystemExit) as stopped:
        cli.main()

    assert stopped.value.code == 0
    assert str(tmp_path / "index.html") in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["build", "--runs", "nowhere"], "there is no run to rank"),
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
    with (tmp_path / "site" / "data" / "standings.csv").open(encoding="utf-8") as file:
        (line,) = csv.DictReader(file)

    assert (line["score_low"], line["score_high"], line["first_rank"]) == ("", "", "1")


def test_tracks_have_tables_of_their_own(built_of, make_run, tmp_path):
    """Runs with more workers are in no table of those with one; the page is of the latter."""
    page = built_of([make_run(), make_run("re", cell={"workers": 30})])
    data = tmp_path / "site" / "data"

    assert "rs,RS" in (data / "standings.csv").read_text()
    assert "rs,RS" not in (data / "standings_30_workers.csv").read_text()
    assert "re,RE" in (data / "standings_30_workers.csv").read_text()
    assert "RE" not in page.text.split()


def test_no_runs_leave_the_old_site_alone(tmp_path):
    """A build that fails changes nothing."""
    (tmp_path / "index.html").write_text("old")

    with pytest.raises(BoardError):
        build_site(tmp_path / "nowhere", tmp_path)
    assert (tmp_path / "index.html").read_text() == "old"
