"""The release pages: the committed report, the figures' numbers, and the pages in a browser."""

from __future__ import annotations

import json
import shutil

import pytest

from leaderboard.pages.releases.pages import release_pages
from leaderboard.places import REPORT
from leaderboard.rendering.page import write_page
from nb301.errors import UnknownRelease
from nb301.releases import find, names

NAMES = ("emulated-xgb-v1.0", "emulated-gin-rand-v1.0")


def test_committed_report_is_of_the_embedded_releases(report):
    """Verdicts that the site shows are about the releases that are shipped, all of them."""
    assert {release.name: release.release_hash for release in report.releases} == {
        name: find(name).release_hash for name in names()
    }
    assert REPORT.stat().st_size <= 50_000 * len(report.releases)


def test_list_leads_to_every_page(pages):
    """The list has each release with its gates, and a page for each."""
    rows = pages["releases/index.html"].context["table"].rows

    assert [row[0] for row in rows] == [*NAMES]
    assert {f"releases/{row[0]}.html" for row in rows} == {*pages} - {"releases/index.html"}
    assert all("hold" in row[-1] for row in rows)


def test_page_tells_the_manifest(pages):
    """Numbers and hashes are the manifest's."""
    release = find(NAMES[0])
    context = pages[f"releases/{NAMES[0]}.html"].context
    facts = dict(context["facts"])

    assert facts["Release hash"] == release.release_hash
    assert facts["R² on test rows"] == f"{release.manifest.metrics.r2:.4f}"
    assert facts["Ground truth"] == "emulated 1.0"
    assert facts["KL(truth || prediction), five-seed study"].endswith(" nats")
    hashes = {name: value for name, _, value in context["files"].rows}
    assert hashes["member-3.ubj"] == release.manifest.files["member-3.ubj"].sha256
    assert hashes["manifest.json"] == release.release_hash
    assert {*hashes} == {*release.files}


def test_report_card_has_every_claim_gates_first(pages, report):
    """All claims of the report are on the page, with their verdicts."""
    (release,) = (release for release in report.releases if release.name == NAMES[0])
    kinds = pages[f"releases/{NAMES[0]}.html"].context["kinds"]

    assert [kind for kind, _, _ in kinds] == ["gate", "comparison"]
    shown = [row.claim for _, rows, _ in kinds for row in rows]
    assert sorted(claim.id for claim in shown) == sorted(claim.id for claim in release.claims)


@pytest.mark.usefixtures("without_charts")
def test_claims_of_another_hash_are_not_shown(report):
    """A report about other bytes under the same name says nothing about this release."""
    others = [release.model_copy(update={"release_hash": "0" * 64}) for release in report.releases]
    _, page = release_pages([NAMES[0]], report.model_copy(update={"releases": tuple(others)}))

    assert not page.context["is_validated"]
    assert page.context["signs"] == {}


def test_unknown_release_is_refused():
    """The error lists those there are."""
    with pytest.raises(UnknownRelease, match=r"emulated-xgb-v1\.0"):
        release_pages(["nothing"], None)


@pytest.mark.usefixtures("without_charts")
def test_changes_are_those_to_the_version_before(report, tmp_path, monkeypatch):
    """A later version of a line is compared with the newest before it; a first version with none."""
    import nb301.releases.load as loading  # its folder of embedded releases is replaced

    folder = tmp_path / "data"
    for version in ("1.0", "1.1"):
        shutil.copytree(find("emulated-lgb-v1.0").folder, folder / f"emulated-lgb-v{version}")
        path = folder / f"emulated-lgb-v{version}" / "manifest.json"
        manifest = json.loads(path.read_text()) | {"name": f"emulated-lgb-v{version}", "version": version}
        path.write_text(json.dumps(manifest))
    monkeypatch.setattr(loading, "RELEASES", folder)
    _, first, second = release_pages(["emulated-lgb-v1.0", "emulated-lgb-v1.1"], report)

    assert first.context["changes"] is None
    changes = second.context["changes"]
    assert (changes.a, changes.b) == ("emulated-lgb-v1.0", "emulated-lgb-v1.1")
    assert changes.agreement["all"].largest_difference == 0
    assert changes.manifest["version"] == ("1.0", "1.1")
    text = write_page(second, tmp_path).read_text(encoding="utf-8")
    assert "<dd>1.0 → 1.1</dd>" in text


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
        """Every figure is a view, nothing sticks out, and axe has nothing to say."""
        page = open_page(site / f"releases/{name}.html", scheme=scheme, width=width)

        assert set(drawn(page)) <= {scheme}
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        accessible(page)

    def test_card_is_filtered_by_verdict(self, open_page, site):
        """Unticked verdicts disappear, and come back."""
        page = open_page(site / f"releases/{NAMES[0]}.html")
        rows = page.locator("tr[data-verdict]:visible")
        total, failing = rows.count(), page.locator("tr[data-verdict=fails]:visible").count()

        page.get_by_label("fails").uncheck()
        assert failing > 0
        assert rows.count() == total - failing
        page.get_by_label("fails").check()
        assert rows.count() == total

    def test_card_is_complete_without_javascript(self, open_page, site, pages):
        """All claims and drawings are there, and no filter that would do nothing."""
        page = open_page(site / f"releases/{NAMES[0]}.html", java_script_enabled=False)
        kinds = pages[f"releases/{NAMES[0]}.html"].context["kinds"]

        assert page.locator("tr[data-verdict]:visible").count() == sum(len(rows) for _, rows, _ in kinds)
        assert page.locator("fieldset:visible, button:visible").count() == 0
        assert page.locator("figure picture img:visible").count() == 3
