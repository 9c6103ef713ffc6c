"""The release pages: the committed report, the figures' numbers, and the pages in a browser."""

from __future__ import annotations

import json
import shutil

import pytest

from leaderboard.pages.releases.pages import release_pages
from leaderboard.places import REPORT
from leaderboard.rendering import wording
from leaderboard.rendering.content import Choice
from leaderboard.rendering.page import write_page
from nb301.errors import UnknownRelease
from nb301.official.importing import import_official
from nb301.releases import find, names
from tests.official_archives import ensemble, write_folder

NAMES = ("emulated-xgb-v2.0", "emulated-gin-rand-v2.0")
REAL = "cifar10-xgb-rand-v1.0"
#: Sums up how far what is seen moves, in the browser.
WATCH_SHIFTS = """() => { window.shifted = 0; new PerformanceObserver(list =>
    list.getEntries().forEach(shift => { window.shifted += shift.value; })
).observe({type: "layout-shift", buffered: true}); }"""


def test_committed_report_is_of_the_embedded_releases(report):
    """Verdicts that the site shows are about the releases that are shipped, all of them."""
    assert {release.name: release.release_hash for release in report.releases} == {
        name: find(name).release_hash for name in names()
    }
    assert REPORT.stat().st_size <= 75_000 * len(report.releases)


def test_list_leads_to_every_page(pages):
    """The list has each release with its gates, and a page for each."""
    rows = pages["releases/index.html"].context["table"].rows

    assert [row[0] for row in rows] == [*NAMES]
    assert {f"releases/{row[0]}.html" for row in rows} == {*pages} - {"releases/index.html"}
    assert [row[5] for row in rows] == ["91 / 1 / 1", "63 / 1 / 3"]


def test_an_imported_release_has_a_page(tmp_path, monkeypatch):
    """With what it was imported from in the place of what was measured; it can be rendered."""
    monkeypatch.setenv("NB301_HOME", str(tmp_path / "home"))
    import_official(write_folder(tmp_path / "xgb_v1.0", ensemble()))
    written = {page.path: page for page in release_pages(["nb301-xgb-v1.0"], None)}
    [row] = written["releases/index.html"].context["table"].rows
    assert row[3:7] == ("not known of all optimizers", wording.NONE, "not validated", wording.NONE)
    page = written["releases/nb301-xgb-v1.0.html"]
    facts = dict(page.context["facts"])
    assert facts["Imported from"] == "xgb_v1.0, 3 members of xgb"
    assert facts["Table"] == "cifar10-v1.0, which is not here, ground truth: CIFAR-10 training"
    assert "R² on test rows" not in facts
    write_page(page, tmp_path)
    text = (tmp_path / page.path).read_text()
    assert "Its files were imported, and do not come with nb301." in text
    assert "Not validated" in text
    assert "of an older format" not in text


@pytest.fixture
def real_pages(monkeypatch):
    """The list and the pages of an emulated, a tiny and a real release, without figures, by path."""
    monkeypatch.setattr("leaderboard.pages.releases.pages.release_charts", lambda *_: [])
    return {page.path: page for page in release_pages([NAMES[0], "fashion-mnist-tiny-xgb-v1.0", REAL], None)}


def test_releases_on_real_cifar_10_trainings_come_first(real_pages):
    """And say in their first words what they rest on."""
    rows = real_pages["releases/index.html"].context["table"].rows

    assert [(*row[:2], row[3]) for row in rows] == [
        (REAL, "real CIFAR-10 trainings, last epoch", "7,075 of random search alone"),
        (NAMES[0], "an emulation", "44,959 of all optimizers"),
        (
            "fashion-mnist-tiny-xgb-v1.0",
            "real trainings of tiny networks on fashion-mnist",
            "824 of all optimizers",
        ),
    ]


def test_page_tells_what_the_release_rests_on(real_pages, read_page, tmp_path):
    """Only a real release looks like CIFAR-10; it says what a prediction is, and whom to thank."""
    text = {}
    for path, page in real_pages.items():
        write_page(page, tmp_path)
        text[path] = read_page(tmp_path / path).plain

    real, credit = text[f"releases/{REAL}.html"], find(REAL).manifest.credit
    assert "Rests on real CIFAR-10 trainings, last epoch. What it answers is a prediction" in real
    assert "No number here is one of CIFAR-10" not in real
    assert credit in real
    for name, words in (
        (NAMES[0], "Rests on an emulation. No"),
        ("fashion-mnist-tiny-xgb-v1.0", "Rests on real trainings of tiny"),
    ):
        other = text[f"releases/{name}.html"]
        assert f"{name} {words}" in other
        assert "No number here is one of CIFAR-10" in other
        assert "Credit" not in other


def test_older_manifests_do_not_tell_training_noise(real_pages, read_page, tmp_path):
    """The page says what draws come from then."""
    page = real_pages["releases/fashion-mnist-tiny-xgb-v1.0.html"]
    text = read_page(write_page(page, tmp_path)).plain

    assert page.context["noise"] is None
    assert "a normal draw with the standard deviation between the members" in text


@pytest.mark.usefixtures("without_charts")
def test_claims_of_another_hash_are_not_shown(report):
    """A report about other bytes under the same name says nothing about this release."""
    others = [release.model_copy(update={"release_hash": "0" * 64}) for release in report.releases]
    _, page = release_pages([NAMES[0]], report.model_copy(update={"releases": tuple(others)}))

    assert not page.context["gates"]
    assert page.context["cards"] == []


@pytest.mark.usefixtures("without_charts")
def test_rankings_are_linked(report, read_page, tmp_path):
    """Those on its hash; the list has their number."""
    link = Choice("10⁶ s, 1 worker", "index.html", is_current=False)
    listed, page = release_pages([REAL], report, {find(REAL).release_hash: [link]})
    written = read_page(write_page(page, tmp_path))

    assert listed.context["table"].rows[0][6] == "1 track"
    assert "../index.html" in written.links
    assert "Ranked on 10⁶ s, 1 worker" in written.plain


@pytest.mark.usefixtures("without_charts")
def test_gates_that_do_not_hold_are_shown_and_explained(report, read_page, tmp_path):
    """No page says that a release with failed gates could not be there."""
    text = {}
    for page in release_pages([*NAMES, REAL], report)[1:]:
        text[page.path] = read_page(write_page(page, tmp_path)).plain

    assert "28 of 28 gates hold" in text[f"releases/{REAL}.html"]
    for name in NAMES:
        assert "comes with nb301 all the same" in text[f"releases/{name}.html"]
    assert "91 of 93 gates hold, 1 fails, 1 is undecided" in text[f"releases/{NAMES[0]}.html"]
    assert all("has to hold before" not in told for told in text.values())


def test_unknown_release_is_refused():
    """The error lists those there are."""
    with pytest.raises(UnknownRelease, match=r"emulated-xgb-v2\.0"):
        release_pages(["nothing"], None)


@pytest.mark.usefixtures("without_charts")
def test_changes_are_those_to_the_version_before(report, tmp_path, monkeypatch):
    """A later version of a line is compared with the newest before it; a first version with none."""
    import nb301.releases.load as loading  # its folder of embedded releases is replaced

    folder = tmp_path / "data"
    for version in ("2.0", "2.1"):
        shutil.copytree(find("emulated-lgb-v2.0").folder, folder / f"emulated-lgb-v{version}")
        path = folder / f"emulated-lgb-v{version}" / "manifest.json"
        manifest = json.loads(path.read_text()) | {"name": f"emulated-lgb-v{version}", "version": version}
        path.write_text(json.dumps(manifest))
    monkeypatch.setattr(loading, "RELEASES", folder)
    _, first, second = release_pages(["emulated-lgb-v2.0", "emulated-lgb-v2.1"], report)

    assert first.context["changes"] is None
    changes = second.context["changes"]
    assert (changes.a, changes.b) == ("emulated-lgb-v2.0", "emulated-lgb-v2.1")
    assert changes.agreement["all"].largest_difference == 0
    assert changes.manifest["version"] == ("2.0", "2.1")
    text = write_page(second, tmp_path).read_text(encoding="utf-8")
    assert "<dd>2.0 → 2.1</dd>" in text


def test_figures_and_code_are_valid(site, parsed):
    """A caption is its figure's last child, and a name needs a role."""
    page = parsed(site / f"releases/{NAMES[0]}.html")

    assert [[*figure][-1].tag for figure in page.iter("figure")] == ["figcaption"] * 3
    assert all(code.get("role") for code in page.iter("pre") if code.get("aria-label"))


def test_pages_are_light_before_their_data(site):
    """Below 300 kB, with all that is loaded before a chart is reached."""
    static = ("style.css", "charts.css", "release.css", "charts.js", "claims.js", "copy.js", "icon.svg")
    shared = sum((site / "static" / name).stat().st_size for name in static)

    for path in (site / "releases").iterdir():
        assert path.stat().st_size + shared < 300_000, path


@pytest.mark.browser
class TestInBrowser:
    """The pages as readers see them."""

    @pytest.mark.parametrize(("scheme", "width"), [("light", 1200), ("dark", 320)])
    @pytest.mark.parametrize("name", [*NAMES, "index"])
    def test_page_is_drawn_and_accessible(self, open_page, drawn, accessible, site, name, scheme, width):
        """Unfolded, every figure is a view, nothing sticks out, and axe has nothing to say."""
        page = open_page(site / f"releases/{name}.html", scheme=scheme, width=width)
        unfold(page)

        assert set(drawn(page)) <= {scheme}
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        accessible(page)

    @pytest.mark.parametrize("name", NAMES)
    def test_page_is_short_until_it_is_unfolded(self, open_page, site, name):
        """What it means, its gates and how to load it are on four screens and a half."""
        page = open_page(site / f"releases/{name}.html", width=1440)

        assert page.evaluate("document.documentElement.scrollHeight") < 4000
        assert page.locator("#load:visible, #figures:visible").count() == 2

    def test_nothing_moves_when_figures_are_drawn(self, open_page, drawn, site):
        """Their heights are reserved."""
        page = open_page(site / f"releases/{NAMES[0]}.html", width=390)
        page.evaluate(WATCH_SHIFTS)
        unfold(page)
        page.wait_for_timeout(100)
        before = page.evaluate("shifted")
        drawn(page)
        page.wait_for_timeout(100)

        assert page.evaluate("shifted") - before < 0.02

    def test_card_is_filtered_by_verdict(self, open_page, site):
        """Unticked verdicts disappear from their card alone, and come back."""
        page = open_page(site / f"releases/{NAMES[0]}.html")
        unfold(page)
        card, other = page.locator("#card-gate"), page.locator("#card-comparison tr[data-verdict]:visible")
        rows, others = card.locator("tr[data-verdict]:visible"), other.count()
        total, failing = rows.count(), card.locator("tr[data-verdict=fails]:visible").count()

        card.get_by_label("fails").uncheck()
        assert failing > 0
        assert rows.count() == total - failing
        assert other.count() == others
        card.get_by_label("fails").check()
        assert rows.count() == total

    def test_card_is_complete_without_javascript(self, open_page, site, pages):
        """All claims and drawings are there, and no filter that would do nothing."""
        page = open_page(site / f"releases/{NAMES[0]}.html", java_script_enabled=False)
        for summary in page.locator("section > details > summary").all():
            summary.click()
        context = pages[f"releases/{NAMES[0]}.html"].context

        for card in context["cards"]:
            assert page.locator(f"#card-{card.kind} tr[data-verdict]:visible").count() == len(card.rows)
        assert page.locator("#gates tr[data-verdict]:visible").count() == len(context["unmet"])
        assert page.locator("fieldset:visible, button:visible").count() == 0
        assert page.locator("figure picture img:visible").count() == 3


def unfold(page):
    """Open all that is folded up."""
    page.evaluate("document.querySelectorAll('section > details').forEach(each => { each.open = true; })")
