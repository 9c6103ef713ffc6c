"""The page on data, and the files that it lists."""

from __future__ import annotations

import hashlib
import re
import subprocess
from urllib.parse import unquote

import pytest

from leaderboard.pages.data import SUMS, all_runs_path, data_files, data_page, runs_pages, write_sums
from leaderboard.ranking.csv_columns import TABLES
from leaderboard.runs.record import Run
from nb301.files import write_text


@pytest.fixture
def folder(tmp_path):
    """Some data of a site: committed results, and numbers of a chart."""
    write_text(tmp_path / "data/results/rs.parquet", "as if")
    write_text(tmp_path / "data/some-chart.csv", "x\n1\n")
    return tmp_path


def test_every_column_of_every_table_is_described(site, out):
    """Also none that there is no more, and each with words."""
    for ranking in site.rankings:
        for path in (out / "data" / ranking.track.slug).glob("*.csv"):
            header = path.read_text("utf-8").splitlines()[0].split(",")
            assert header == list(TABLES[path.stem].columns), path
    assert {path.stem for path in (out / "data" / site.rankings[0].track.slug).glob("*.csv")} == set(TABLES)
    assert all(text for table in TABLES.values() for text in table.columns.values())


@pytest.mark.parametrize("which", ["out", "hostile"])
def test_every_file_is_listed(which, request, parsed):
    """From the page, or from those of runs, a link leads to each file."""
    out, linked = request.getfixturevalue(which), set()
    for path in (out / "data.html", *(out / "runs").rglob("*.html")):
        linked |= {(path.parent / unquote(a.get("href"))).resolve() for a in parsed(path).iter("a")}

    # scripts of the comparison, and code, which entries' pages link to
    assert {path.resolve() for path in data_files(out)} <= linked
    assert (out / SUMS).resolve() in linked


def test_files_are_told_by_their_kind(folder, site):
    """Results, tables of tracks, and all others; runs have pages of their own."""
    track = site.rankings[0].track.slug
    write_text(folder / f"data/{track}/ranking.csv", "entry\n")
    write_text(folder / f"data/runs/rs/{track}/r-0.json", "{}")
    write_text(folder / f"data/{track}/runs.jsonl", "{}\n" * 1_000_000)
    write_text(folder / "data/references.json", "{}")
    context = data_page(site, folder).context

    assert [file.name for file in context["results"]] == ["rs.parquet"]
    assert [file.name for file, _ in context["tracks"][0].tables] == ["ranking.csv"]
    assert context["tracks"][0].all_runs.about_size == "3.0\N{NO-BREAK SPACE}MB"
    assert context["references"].name == "references.json"
    assert [(file.path, file.about_size) for file in context["others"]] == [
        ("data/some-chart.csv", "0.0\N{NO-BREAK SPACE}kB")
    ]


def test_runs_are_counted_by_entry(site, out, read_page):
    """All of a track's, with links to the pages that list them."""
    (page,) = runs_pages(site)
    listed = read_page(out / page.path)

    assert [*page.context["counts"]] == ["re", "rs"]
    assert page.context["counts"].total() == len(site.rankings[0].runs)
    slug = site.rankings[0].track.slug
    assert {f"../runs/{slug}/{entry}.html" for entry in ("re", "rs")} <= {*listed.links}


def test_all_runs_of_a_track_are_one_file(site, out):
    """A record a line, those that each have a file of their own."""
    (ranking,) = site.rankings
    lines = (out / all_runs_path(ranking)).read_text("utf-8").splitlines()

    assert [Run.model_validate_json(line) for line in lines] == [*ranking.runs]


def test_sums_are_those_of_the_files(folder):
    """`sha256sum --check` agrees, and no file is missing."""
    write_sums(folder)
    subprocess.run(
        ["/usr/bin/env", "sha256sum", "--check", "--quiet", "--strict", "SHA256SUMS"],
        cwd=folder / "data",
        check=True,
    )
    lines = (folder / SUMS).read_text("utf-8").splitlines()
    assert len(lines) == len(data_files(folder)) == 2
    (line,) = (line for line in lines if line.endswith("  results/rs.parquet"))
    assert line.split()[0] == hashlib.sha256(b"as if").hexdigest()


def test_sums_of_a_site_are_complete(out):
    """The build writes them last."""
    subprocess.run(
        ["/usr/bin/env", "sha256sum", "--check", "--quiet", "--strict", "SHA256SUMS"],
        cwd=out / "data",
        check=True,
    )
    assert len((out / SUMS).read_text("utf-8").splitlines()) == len(data_files(out))


def test_snippet_runs(out, parsed, monkeypatch, tmp_path):
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


@pytest.mark.browser
def test_page_is_complete_without_javascript(open_page, out):
    """Details unfold, links of the contents lead to their sections."""
    page = open_page(out / "data.html", java_script_enabled=False)

    page.locator("#table-ranking summary").click()
    assert page.locator("#table-ranking td:visible").count() == len(TABLES["ranking"].columns)
    page.get_by_role("link", name="Checking").click()
    assert page.url.endswith("#check")
