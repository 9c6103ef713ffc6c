"""The pages of text and data: what they say, that it is true, and how they look in a browser."""

from __future__ import annotations

import csv
import hashlib
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from functools import cache
from urllib.parse import unquote, urldefrag

import html5lib
import pytest

from leaderboard.entries.submission import Submission, SubmissionManifest
from leaderboard.errors import BoardError
from leaderboard.pages.build import rank_tracks, read_all
from leaderboard.pages.changes import CHANGELOG, changes, feed, read_news
from leaderboard.pages.data import SUMS, data_files, data_page, write_sums
from leaderboard.pages.entries.pages import run_path
from leaderboard.pages.methods import assumptions, linear
from leaderboard.pages.methods_example import example_of
from leaderboard.pages.text import files, pages
from leaderboard.places import SUBMISSIONS
from leaderboard.ranking.csv_columns import TABLES
from leaderboard.ranking.csv_tables import tables
from leaderboard.ranking.examination import examine
from leaderboard.ranking.iohanalyzer import incumbents_csv
from leaderboard.ranking.references import read_references
from leaderboard.ranking.scores import anytime_score
from leaderboard.rendering.content import Site
from leaderboard.rendering.described import comments, constants, record_keys
from leaderboard.rendering.markdown import sections
from leaderboard.rendering.page import NAVIGATION, write_page
from leaderboard.rendering.render import SITE
from leaderboard.runs.record import Run
from leaderboard.sandbox.messages import Verdict
from nb301.files import write_text
from nb301.truth import emulated

HOSTILE = "<script>alert(1)</script>\u202etxet\x0b" + "W" * 300
ATOM = "{http://www.w3.org/2005/Atom}"
PAGES = ("submit.html", "methods.html", "data.html", "changes.html", "404.html")


def make_site(runs, references, slugs=()):
    rankings = rank_tracks(runs, references)
    return Site(
        rankings=tuple(rankings),
        judgements={each.track: tuple(examine(each.runs)) for each in rankings},
        references=references,
        submissions={slug: Submission(SUBMISSIONS / slug) for slug in slugs},
        report=None,
    )


def write_site(site, out):
    """Write what the build would, as far as these pages need it."""
    shutil.copytree(SITE / "static", out / "static")
    for path, content in files(site):
        (out / path).parent.mkdir(parents=True, exist_ok=True)
        (out / path).write_bytes(content if isinstance(content, bytes) else content.encode())
    for name, text in tables(site.rankings, site.references).items():
        write_text(out / f"data/{name}.csv", text)
    for ranking in site.rankings:
        for run in ranking.runs:
            write_text(out / run_path(run), run.model_dump_json(indent=1) + "\n")
    write_text(out / "data/results/rs.parquet", "as if")
    write_text(out / "data/some-chart.csv", "x\n1\n")
    for page in pages(site):
        write_page(page, out)
    write_page(data_page(site, out), out)
    write_sums(out)
    return out


@pytest.fixture(scope="module")
def site(runs_folder):
    return make_site(read_all(runs_folder, None), read_references(), ("rs", "re"))


@pytest.fixture(scope="module")
def out(site, tmp_path_factory):
    return write_site(site, tmp_path_factory.mktemp("text"))


@pytest.fixture(scope="module")
def hostile_site(make_run, references):
    """An entry whose name is an attack, on two tracks."""
    runs = [
        make_run(entry, seed, 5.0 + seed / 10, name=HOSTILE, cell={"workers": workers})
        for entry in ("rs", "x")
        for seed in range(3)
        for workers in (1, 30)
    ]
    return make_site(runs, references)


@pytest.fixture(scope="module")
def hostile(hostile_site, tmp_path_factory):
    return write_site(hostile_site, tmp_path_factory.mktemp("hostile"))


@cache
def parsed(path):
    """The page's elements, by a parser that lets no error of HTML pass."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    return parser.parse(path.read_text(encoding="utf-8"))


def text_of(element):
    return " ".join("".join(element.itertext()).split())


def by_id(page, name):
    return next(each for each in page.iter() if each.get("id") == name)


def parse_xml(data):
    return ET.fromstring(data)  # noqa: S314 - our own


class TestDescribed:
    """What is read from the source."""

    def test_every_key_of_the_manifest_is_explained(self):
        """Each has a meaning, and bounds where its type has some."""
        keys = {key.name: key for record in record_keys(SubmissionManifest) for key in record.keys}

        assert [name for name, key in keys.items() if not key.meaning] == []
        assert keys["memory_mb"].allowed == "whole number, at least 64, at most 4,096"
        assert keys["memory_mb"].default == "1024"
        assert keys["name"].default == ""
        assert "one of none, xgboost" in keys["families"].allowed
        assert set(SubmissionManifest.model_fields) <= set(keys)

    def test_every_verdict_is_explained(self):
        """Each of the closed vocabulary has a meaning of its own."""
        meanings = comments(Verdict)

        assert list(meanings) == [verdict.name for verdict in Verdict]
        assert len(set(meanings.values())) == len(Verdict)

    def test_every_constant_of_the_truth_says_where_it_is_from(self):
        """No number of the emulated truth is left out, and each is published, assumed, or both."""
        shown = {name.partition("[")[0]: value for a in assumptions() for name, value in a.constants.values}
        of_module = {
            name
            for name, value in vars(emulated).items()
            if re.fullmatch("_[A-Z_]+", name) and isinstance(value, float | int | dict)
        }

        assert of_module
        assert of_module == set(shown)
        assert {name: float(value) for name, value in shown.items() if name == "_CEILING"} == {
            "_CEILING": emulated._CEILING
        }
        assert {a.origin for a in assumptions()} == {"published", "assumed", "published and assumed"}

    def test_constants_on_following_lines_share_a_comment(self):
        """A blank line ends what a comment explains; tuples and dicts are taken apart."""
        source = "# Both. Assumed.\nA, B = 1, 2\nC = {x: 3}\n\nD = 4\n# Other\nE = 5\n"

        assert [(c.comment, c.values) for c in constants(source)] == [
            ("Both. Assumed.", (("A", "1"), ("B", "2"), ("C[x]", "3"))),
            ("Other", (("E", "5"),)),
        ]

    def test_weights_of_the_linear_description_are_all_shown(self):
        """Two cells of single features, and three features by op for each."""
        found = linear()

        assert found.intercept == 93.310993
        assert found.single["depth"] == (0.009598, -0.077449)
        assert len(found.by_op) == 6
        assert "R2 = 0.888" in found.comment

    def test_html_in_markdown_is_text(self):
        """What is rendered cannot bring elements of its own."""
        (section,) = sections(
            "lost\n## A title, *so*\n<script>x</script> [l](javascript:x)\n\n|a|\n|-|\n|b|\n"
        )

        assert section.slug == "a-title-so"
        assert "<script>" not in section.html
        assert "href" not in section.html
        assert '<div class="scrolls" tabindex="0"' in section.html


class TestSubmit:
    """The page on how to submit."""

    def test_is_the_readme_with_tables_of_the_code(self, out):
        """All of the README's sections, the manifest's keys, limits, verdicts, notations and examples."""
        page = parsed(out / "submit.html")
        text = text_of(page)

        titles = [each.title for each in sections((SUBMISSIONS / "README.md").read_text("utf-8"))]
        assert [text_of(each) for each in page.iter("h2")] == titles
        for verdict in Verdict:
            assert comments(Verdict)[verdict.name].replace("`", "") in text_of(by_id(page, verdict.value))
        for expected in (
            "prior_knowledge",
            "whole number, at least 64, at most 4,096",
            "wall_seconds",
            "Genotype(normal=[('sep_conv_3x3', 0)",
            "Regularized evolution",
            'name = "NAME"',
            "other-gbdt",
        ):
            assert expected in text

    def test_readme_names_the_commands_that_there_are(self):
        """Each `python -m leaderboard ...` of the text is a command."""
        from leaderboard.cli import app

        commands = {command.callback.__name__ for command in app.registered_commands}
        named = re.findall(r"python -m leaderboard ([a-z]+)", (SUBMISSIONS / "README.md").read_text("utf-8"))
        assert {"new", "check", "lock", "run", "verify", "build"} <= set(named) <= commands


class TestMethods:
    """The page on methods."""

    def test_example_is_the_score_of_the_ranking(self, site, out):
        """Step by step it comes to what `measures` gives, and the mean to what the table has."""
        example = example_of(site.rankings[0], site.references)
        page = parsed(out / "methods.html")
        track = site.rankings[0].track.slug
        rows = csv.DictReader((out / f"data/{track}/ranking.csv").read_text("utf-8").splitlines())
        (row,) = (
            row
            for row in rows
            if (row["entry"], row["release"]) == (example.run.cell.submission, example.run.release.name)
        )

        assert example.score == pytest.approx(anytime_score(example.run, example.reference), abs=1e-9)
        assert example.scores[example.run.cell.seed] == pytest.approx(example.score, abs=1e-9)
        assert sum(example.scores.values()) / len(example.scores) == pytest.approx(example.row.score.value)
        assert text_of(by_id(page, "example-score")) == f"{example.score:.4f}"
        assert text_of(by_id(page, "example-mean")) == row["score"]

    def test_no_run_that_counts_gives_no_example(self, make_run, references):
        """A board on which nothing counts is no place for one."""
        runs = [make_run("rs", seed, conflicts=("xgboost",)) for seed in range(2)]
        site = make_site(runs, references)

        assert example_of(site.rankings[0], references) is None
        (methods,) = (page for page in pages(site) if page.path == "methods.html")
        assert methods.context["example"] is None

    def test_references_are_the_frozen_ones(self, site, out):
        """Each release of the site with its hash, its truth and both errors."""
        text = text_of(by_id(parsed(out / "methods.html"), "references"))

        for board in site.rankings[0].boards:
            reference = site.references[board.release.release_hash]
            assert reference.release_hash in text
            assert f"{100 - 100 * reference.best_accuracy:.4f}" in text
            assert board.release.truth in text

    def test_all_guidelines_are_answered(self, out):
        """Four of Section 7 and ten of Appendix F."""
        tables = by_id(parsed(out / "methods.html"), "guidelines").iter("tbody")

        assert [len(table.findall("tr")) for table in tables] == [4, 10]


class TestData:
    """The page on data and the files."""

    def test_every_column_of_every_table_is_described(self, site, out):
        """Also none that there is no more, and each with words."""
        for ranking in site.rankings:
            for path in (out / "data" / ranking.track.slug).glob("*.csv"):
                header = path.read_text("utf-8").splitlines()[0].split(",")
                assert header == list(TABLES[path.stem].columns), path
        assert {path.stem for path in (out / "data" / site.rankings[0].track.slug).glob("*.csv")} == set(
            TABLES
        )
        assert all(text for table in TABLES.values() for text in table.columns.values())

    def test_every_file_is_listed(self, out):
        """From the page, or from that of a track's runs, a link leads to each file."""
        linked = set()
        for path in (out / "data.html", *(out / "runs").glob("*.html")):
            linked |= {(path.parent / unquote(a.get("href"))).resolve() for a in parsed(path).iter("a")}

        assert {path.resolve() for path in data_files(out)} <= linked
        assert (out / SUMS).resolve() in linked

    def test_sums_are_those_of_the_files(self, out):
        """`sha256sum --check` agrees, and no file is missing."""
        subprocess.run(
            ["/usr/bin/env", "sha256sum", "--check", "--quiet", "--strict", "SHA256SUMS"],
            cwd=out / "data",
            check=True,
        )
        lines = (out / SUMS).read_text("utf-8").splitlines()
        assert len(lines) == len(data_files(out))
        (line,) = (line for line in lines if line.endswith("  results/rs.parquet"))
        assert line.split()[0] == hashlib.sha256(b"as if").hexdigest()

    def test_snippet_runs(self, out, monkeypatch, tmp_path):
        """What the page tells readers to try works in the site's folder, and fails on a changed record."""
        (shown,) = parsed(out / "data.html").iter("pre")
        snippet = "".join(shown.itertext())
        path = re.search(r'"(data/runs/.*json)"', snippet)[1]
        run = Run.model_validate_json((out / path).read_bytes())
        means = tuple(mean - 1e-6 for mean in run.incumbents.mean)
        changed = run.model_copy(update={"incumbents": run.incumbents.model_copy(update={"mean": means})})
        write_text(tmp_path / path, changed.model_dump_json())

        monkeypatch.chdir(out)
        exec(snippet, {})  # noqa: S102 - the page's own
        monkeypatch.chdir(tmp_path)
        with pytest.raises(AssertionError):
            exec(snippet, {})  # noqa: S102

    def test_export_has_incumbents_and_ends(self, make_run):
        """A row for each incumbent, and one that carries the last to the end; runs without any have none."""
        text = incumbents_csv([make_run("rs", 3, 5.0, evaluations=7), make_run("re", 0, evaluations=0)])
        rows = [*csv.DictReader(text.splitlines())]

        assert [(row["evaluations"], row["raw_y"], row["seconds"]) for row in rows] == [
            ("1", "6.0000", "10000"),
            ("4", "5.0000", "316228"),
            ("7", "5.0000", "1e+07"),
        ]
        assert {(row["algorithm_name"], row["run_id"], row["function_name"]) for row in rows} == {
            ("rs", "3", "emulated-xgb-v1.0")
        }


class TestChanges:
    """The feed, and the page that says the same."""

    def test_feed_is_atom(self, site):
        """What RFC 4287 demands of a feed and its entries is there, once each."""
        found = changes(site)
        root = parse_xml(feed(found))

        entries = root.findall(f"{ATOM}entry")
        assert root.tag == f"{ATOM}feed"
        assert len(entries) == len(found) > 2
        for element in (root, *entries):
            for name in ("id", "title", "updated"):
                assert len(element.findall(ATOM + name)) == 1
            stamp = datetime.fromisoformat(element.findtext(f"{ATOM}updated"))
            assert stamp.tzinfo == UTC
            assert element.findtext(f"{ATOM}id").startswith("tag:nb301.invalid,2026:")
        assert root.findtext(f"{ATOM}author/{ATOM}name")
        identifiers = [entry.findtext(f"{ATOM}id") for entry in entries]
        assert len(set(identifiers)) == len(identifiers)
        assert root.findtext(f"{ATOM}updated") == max(e.findtext(f"{ATOM}updated") for e in entries)
        (ranked,) = (
            e for e in entries if e.findtext(f"{ATOM}title").startswith("Regularized evolution 1.0 ranked")
        )
        assert ranked.findtext(f"{ATOM}updated") == "2020-01-01T00:00:01Z"
        assert "emulated 1.0" in ranked.findtext(f"{ATOM}content")
        assert ranked.find(f"{ATOM}content").get("type") == "html"

    def test_same_changes_give_the_same_bytes(self, site):
        """In whatever order tracks come."""
        again = Site(site.rankings[::-1], site.judgements, site.references, {}, None)

        assert feed(changes(site)) == feed(changes(again))

    @pytest.mark.parametrize("base", ["https://example.org/a", "https://example.org/a/"])
    def test_links_follow_the_address(self, site, base):
        """Relative without an address, absolute with one; identifiers stay."""
        relative, absolute = (parse_xml(feed(changes(site), each)) for each in (None, base))
        hrefs = [link.get("href") for link in relative.iter(f"{ATOM}link")]
        others = [link.get("href") for link in absolute.iter(f"{ATOM}link") if link.get("rel") != "self"]

        assert others == [f"https://example.org/a/{href}" for href in hrefs]
        assert [e.text for e in relative.iter(f"{ATOM}id")] == [e.text for e in absolute.iter(f"{ATOM}id")]
        assert absolute.find(f"{ATOM}link[@rel='self']").get("href") == "https://example.org/a/feed.xml"

    def test_page_says_what_the_feed_says(self, site, out):
        """Each title, latest first."""
        titles = [text_of(each) for each in parsed(out / "changes.html").iter("h2")]

        assert titles == [each.title for each in changes(site)]
        assert [each.when for each in changes(site)] == sorted((c.when for c in changes(site)), reverse=True)

    def test_hostile_names_are_text(self, hostile_site):
        """Markup is escaped, and what turns text around or is no XML stands there as what it is."""
        root = parse_xml(feed(changes(hostile_site)))
        titles = [entry.findtext(f"{ATOM}title") for entry in root.iter(f"{ATOM}entry")]

        assert sum(title.startswith("<script>alert(1)</script>\\u202etxet\\x0bW") for title in titles) == 4

    def test_wrong_news_are_refused(self):
        """A heading without a date names its line."""
        with pytest.raises(BoardError, match=r"C\.md:3: '### Soon it comes' is no heading of news"):
            list(read_news("## News\n\n### Soon it comes\n", "C.md"))
        with pytest.raises(BoardError, match="has no section"):
            list(read_news("# Changelog\n", "C.md"))

    def test_committed_news_can_be_read(self):
        """They have titles and texts, and end where the next section begins."""
        found = list(read_news(CHANGELOG.read_text("utf-8"), "CHANGELOG.md"))

        assert found
        assert all(each.title and each.html for each in found)
        assert not any("Unreleased" in each.html for each in found)


class TestPages:
    """All pages."""

    @pytest.fixture(params=["out", "hostile"])
    def folder(self, request):
        return request.getfixturevalue(request.param)

    def test_html_is_valid_and_small(self, folder):
        """The strict parser accepts every page, identifiers are unique, and none is heavy."""
        for path in folder.rglob("*.html"):
            ids = [each.get("id") for each in parsed(path).iter() if each.get("id")]
            assert len(ids) == len(set(ids)), path
            assert path.stat().st_size < 300_000, path

    def test_links_resolve(self, folder):
        """To files that are there, or to what the other pages of the site are; fragments, too."""
        others = {path for _, path in NAVIGATION}
        others_of = re.compile(r"(entries|releases)/[^/]+\.html")
        for path in folder.rglob("*.html"):
            page = parsed(path)
            for element in page.iter():
                address = element.get("href") or element.get("src")
                if not address:
                    continue
                name, fragment = urldefrag(unquote(address))
                target = (path.parent / name).resolve() if name else path
                local = target.relative_to(folder.resolve() if name else folder).as_posix()
                if target.suffix == ".html" and target.is_file():
                    ids = {each.get("id") for each in parsed(target).iter()}
                    assert not fragment or fragment in ids, (path, address)
                else:
                    assert target.is_file() or local in others or others_of.fullmatch(local), (path, address)

    def test_hostile_names_are_text(self, hostile):
        """No script but the site's own."""
        for path in hostile.rglob("*.html"):
            scripts = list(parsed(path).iter("script"))
            assert [each.get("src").rpartition("/")[2] for each in scripts] == ["charts.js"]
        assert "<script>alert(1)</script>" in text_of(parsed(hostile / "methods.html"))

    def test_every_page_says_that_emulated_is_not_cifar10(self, out):
        """Those with numbers, in words."""
        for name in ("methods.html", "data.html"):
            assert "not CIFAR-10 results" in text_of(parsed(out / name))

    def test_same_site_gives_the_same_bytes(self, site, out, tmp_path):
        """Built twice, equal."""
        again = write_site(site, tmp_path / "again")

        for path in sorted(path for path in again.rglob("*") if path.is_file()):
            assert path.read_bytes() == (out / path.relative_to(again)).read_bytes(), path

    def test_missing_page_links_to_the_known_address(self, site, tmp_path):
        """At any depth the style and the links are found."""
        (page,) = (page for page in pages(site, "https://example.org/a") if page.path == "404.html")
        found = parsed(write_page(page, tmp_path))

        hrefs = [each.get("href") for each in found.iter() if each.get("href")]
        assert all(href.startswith(("https://example.org/a/", "#")) for href in hrefs)


@pytest.mark.browser
class TestInBrowser:
    """As readers see them."""

    @pytest.mark.parametrize(("which", "scheme", "width"), [("out", "dark", 1200), ("hostile", "light", 320)])
    def test_pages_fit_and_can_be_used_by_all(self, open_page, accessible, request, which, width, scheme):
        """Nothing sticks out and axe has nothing to say, everything unfolded."""
        folder = request.getfixturevalue(which)
        runs = [path.relative_to(folder).as_posix() for path in (folder / "runs").glob("*.html")]
        for name in (*PAGES, *runs):
            page = open_page(folder / name, width=width, scheme=scheme)
            page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
            accessible(page)

    def test_pages_are_complete_without_javascript(self, open_page, out):
        """Details unfold, links of the contents lead to their sections."""
        page = open_page(out / "data.html", java_script_enabled=False)

        page.locator("#table-ranking summary").click()
        assert page.locator("#table-ranking td:visible").count() == len(TABLES["ranking"].columns)
        page.get_by_role("link", name="Checking").click()
        assert page.url.endswith("#check")
