"""Entry pages: what they tell, that hostile entries harm nobody, and how they answer in a real browser."""

from __future__ import annotations

import shutil

import pytest

from leaderboard.entries.submission import Submission
from leaderboard.pages.build import rank_tracks
from leaderboard.pages.entries import pages as entry_pages
from leaderboard.places import SITE, SUBMISSIONS
from leaderboard.ranking.references import read_references
from leaderboard.rendering.content import Site
from leaderboard.rendering.page import write_page
from leaderboard.runs.store import Store
from leaderboard.sandbox.messages import Verdict

#: The page of an entry's runs.
RUNS = "runs/1e7-seconds-1-worker/{}"
#: In the site of short real runs.
RUNS_OF_HOSTILE = "runs/5e4-seconds-1-worker/re.html"
HOSTILE = '</td><script>alert(1)</script>\N{RIGHT-TO-LEFT OVERRIDE}<img src=x onerror="alert(1)">' + "W" * 300


def test_every_entry_has_a_page(pages_of, make_run):
    """Entries of any track, each once, with links to their runs, a page for each track."""
    many = {"cell": {"workers": 30}}
    pages = pages_of([make_run("rs"), make_run("re"), make_run("re", **many), make_run("b", **many)])

    one, parallel = "runs/1e7-seconds-1-worker", "runs/1e7-seconds-30-workers"
    assert [*pages] == ["b", f"{parallel}/b", "re", f"{one}/re", f"{parallel}/re", "rs", f"{one}/rs"]
    text = pages["re"].plain
    assert "Results: 10⁷ s (116 GPU days) On" in text
    assert "Results: 10⁷ s (116 GPU days), 30 workers On" in text
    assert {f"../{one}/re.html", f"../{parallel}/re.html"} <= {*pages["re"].links}
    record = "../../data/runs/re/1e7-seconds-30-workers/emulated-xgb-v2.0-0.json"
    assert record in pages[f"{parallel}/re"].links


def test_numbers_say_what_they_rest_on(pages_of, make_run):
    """Release and ground truth stand beside results and runs."""
    pages = pages_of([make_run()])
    for page in (pages["rs"], pages[RUNS.format("rs")]):
        assert "These are not CIFAR-10 results." in page.text
        assert "ground truth: emulated 2.0, not CIFAR-10" in page.text
    real = pages_of([make_run(truth="CIFAR-10 training")])["rs"]
    assert "not CIFAR-10" not in real.text
    assert "ground truth: CIFAR-10 training" in real.text
    small = pages_of([make_run(truth="fashion-mnist-tiny 1.0")])["rs"]
    assert "ground truth: fashion-mnist-tiny 1.0, not CIFAR-10" in small.text


def test_hostile_texts_are_text(pages_of, make_run, submit):
    """Whatever a submission or its output says is shown, and nothing of it is markup or an address."""
    code = f"# {HOSTILE}\nimport socket\ndef xgb_{'a' * 50}(): pass\n"
    runs = [make_run("mine", name=HOSTILE, verdict=Verdict.crash_ask, detail=HOSTILE, output=HOSTILE)]
    pages = pages_of(runs, submit(optimizer=code))

    for read, scripts in ((pages["mine"], 3), (pages[RUNS.format("mine")], 2)):
        assert read.tags.count("script") == scripts  # our own
        assert not {"img", "b"} & {*read.tags}
        assert not any(link.startswith("javascript") for link in read.links)
        assert "\\u202e" in read.text
    page = pages["mine"]
    assert "imports socket: there is no network" in page.text
    assert "<b>A</b>" in page.text


def test_addresses_are_links(pages_of, make_run):
    """A reference that is an address can be followed, any other is text."""

    def links(reference):
        run = make_run()
        entry = run.entry.model_copy(update={"reference": reference})
        return pages_of([run.model_copy(update={"entry": entry})])["rs"].links

    assert "https://example.org/a?b=1" in links("https://example.org/a?b=1")
    assert not any("example.org" in link for link in links('https://example.org/"onclick="x'))
    assert not any("example.org" in link for link in links("See https://example.org"))


def test_entry_without_a_folder_has_a_page(pages_of, make_run):
    """What its runs' records tell is enough."""
    page = pages_of([make_run()], packed={"rs"})["rs"]

    assert "Its folder was not at hand" in page.text
    assert "../data/results/rs.parquet" in page.links
    assert not any(link.endswith(".zip") for link in page.links)


def test_entry_that_found_nothing_has_a_page(pages_of, make_run):
    """A run that failed at once has no architecture, and its verdict is told with its detail."""
    runs = [make_run(evaluations=7), make_run("bad", evaluations=0, verdict=Verdict.timeout, detail="60 s")]
    pages = pages_of(runs)

    assert "None of its runs evaluated an architecture." in pages["bad"].text
    assert "1 of 1 runs failed: timeout (1)" in pages["bad"].text
    assert "60 s" in pages[RUNS.format("bad")].text


def test_conflicts_are_told(pages_of, make_run):
    """An entry that does not count somewhere has its reason there."""
    page = pages_of([make_run("rs"), make_run("gbdt", conflicts=("xgboost",))])["gbdt"]

    assert "not counted: fits xgboost as the release does" in page.text
    assert "it fits xgboost, as the surrogates of emulated-xgb-v2.0 do: not counted there" in page.text


@pytest.mark.browser
class TestInBrowser:
    """The pages of short real runs, one of them with a hostile name, opened from disk."""

    @pytest.fixture(scope="class")
    @classmethod
    def site(cls, runs_folder, tmp_path_factory):
        runs = [
            run.model_copy(update={"entry": run.entry.model_copy(update={"name": HOSTILE})})
            if run.cell.submission == "re"
            else run
            for run in Store(runs_folder).runs()
        ]
        references = read_references()
        folder = SUBMISSIONS / "rs"
        rankings = tuple(rank_tracks(runs, references))
        out = tmp_path_factory.mktemp("entries")
        shutil.copytree(SITE / "static", out / "static")
        for page in entry_pages.pages(Site(rankings, {}, references, {"rs": Submission(folder)}, None)):
            write_page(page, out)
        return out

    @pytest.fixture
    def opened(self, open_page, site):
        return lambda path="entries/rs.html", **options: open_page(site / path, **options)

    @pytest.mark.parametrize(("scheme", "width"), [("light", 320), ("dark", 1200)])
    @pytest.mark.parametrize("path", ["entries/rs.html", "entries/re.html", RUNS_OF_HOSTILE])
    def test_pages_are_accessible_and_fit(self, opened, accessible, path, width, scheme):
        """With everything unfolded nothing sticks out, and axe has nothing to say."""
        page = opened(path, width=width, scheme=scheme)
        page.evaluate("document.querySelectorAll('details').forEach(details => { details.open = true; })")

        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        accessible(page)

    def test_runs_are_sorted_and_filtered(self, opened, site):
        """From the entry's page; the address of a state opens it."""
        page = opened()
        page.get_by_role("link", name="All 4 runs, with").click()
        page.locator("select[name=release]").select_option("emulated-xgb-rand-v2.0")
        for _ in range(2):
            page.locator(".every-run").get_by_role("button", name="Seed").click()
        again = opened(RUNS_OF_HOSTILE.replace("/re.", "/rs."), fragment=page.url.partition("#")[2])

        for each in (page, again):
            assert each.locator("output").text_content() == "2 of 4 runs"
            seeds = each.locator(".every-run tbody tr:visible td:nth-child(2)")
            assert seeds.evaluate_all("cells => cells.map(cell => cell.dataset.value)") == ["1", "0"]
        assert "sort=runs-5e4-seconds-1-worker.seed.desc" in page.url

    def test_pages_are_complete_without_javascript(self, opened):
        """Drawings, tables, notations and code need no script."""
        page = opened(java_script_enabled=False)

        assert page.locator("button:visible, form:visible").count() == 0
        assert page.locator("figure.plot path.entry.lit:visible").count() == 2
        assert page.locator(".strip:visible, .cell:visible").count() == 3
        page.get_by_text("The same as").click()
        assert page.get_by_text("Genotype(normal=[").is_visible()
        page.get_by_role("link", name="All 4 runs, with").click()
        assert page.locator(".every-run tbody tr:visible").count() == 4
