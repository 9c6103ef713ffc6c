"""The release pages: the committed report, the figures' numbers, and the pages in a browser."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest

from leaderboard.pages.releases.pages import release_pages
from leaderboard.places import REPORT
from leaderboard.rendering import wording
from leaderboard.rendering.page import write_page
from nb301.errors import UnknownRelease
from nb301.official.importing import import_official
from nb301.releases import find, names
from tests.official_archives import ensemble, write_folder

NAMES = ("emulated-xgb-v2.0", "emulated-gin-rand-v2.0")
REAL = "cifar10-xgb-rand-v1.0"


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
    assert all("hold" in row[-1] for row in rows)


def test_page_tells_the_manifest(pages):
    """Numbers and hashes are the manifest's."""
    release = find(NAMES[0])
    context = pages[f"releases/{NAMES[0]}.html"].context
    facts = dict(context["facts"])

    assert facts["Release hash"] == release.release_hash
    assert facts["R² on test rows"] == f"{release.manifest.metrics.r2:.4f}"
    assert facts["Ground truth"] == "emulated 2.0"
    assert facts["KL(truth || prediction), five-seed study"].endswith(" nats")
    hashes = {name: value for name, _, value in context["files"].rows}
    assert hashes["member-3.ubj"] == release.manifest.files["member-3.ubj"].sha256
    assert hashes["manifest.json"] == release.release_hash
    assert {*hashes} == {*release.files}


def test_an_imported_release_has_a_page(tmp_path, monkeypatch):
    """With what it was imported from in the place of what was measured; it can be rendered."""
    monkeypatch.setenv("NB301_HOME", str(tmp_path / "home"))
    import_official(write_folder(tmp_path / "xgb_v1.0", ensemble()))
    written = {page.path: page for page in release_pages(["nb301-xgb-v1.0"], None)}
    [row] = written["releases/index.html"].context["table"].rows
    assert row[5:7] == (wording.NONE, wording.NONE)
    page = written["releases/nb301-xgb-v1.0.html"]
    facts = dict(page.context["facts"])
    assert facts["Imported from"] == "xgb_v1.0, 3 members of xgb"
    assert facts["Table"] == "cifar10-v1.0, which is not here, ground truth: CIFAR-10 training"
    assert "R² on test rows" not in facts
    write_page(page, tmp_path)
    text = (tmp_path / page.path).read_text()
    assert "They were imported, and do not come with nb301." in text
    assert "of an older format" not in text


@pytest.fixture
def real_pages(monkeypatch):
    """The list and the pages of an emulated, a tiny and a real release, without figures, by path."""
    monkeypatch.setattr("leaderboard.pages.releases.pages.release_charts", lambda *_: [])
    return {page.path: page for page in release_pages([NAMES[0], "fashion-mnist-tiny-xgb-v1.0", REAL], None)}


def test_releases_on_real_cifar_10_trainings_come_first(real_pages):
    """And say in their first words what they rest on."""
    rows = real_pages["releases/index.html"].context["table"].rows

    assert [row[:3] for row in rows] == [
        (REAL, "real CIFAR-10 trainings, last epoch", "random search alone"),
        (NAMES[0], "an emulation", "all optimizers"),
        (
            "fashion-mnist-tiny-xgb-v1.0",
            "real trainings of tiny networks on fashion-mnist",
            "all optimizers",
        ),
    ]


def test_page_tells_what_the_release_rests_on(real_pages, read_page, tmp_path):
    """Only a real release looks like CIFAR-10; it says what a prediction is, and whom to thank."""
    text = {}
    for path, page in real_pages.items():
        write_page(page, tmp_path)
        text[path] = read_page(tmp_path / path).plain

    real, credit = text[f"releases/{REAL}.html"], find(REAL).manifest.credit
    assert "Real CIFAR-10 trainings, last epoch, rows of random search alone." in real
    assert "What the release answers is a prediction" in real
    assert "No number here is one of CIFAR-10" not in real
    assert credit in real
    assert "nb301 does not hold cifar10-random-search-v1.0" in real
    for name, words in (
        (NAMES[0], "An emulation,"),
        ("fashion-mnist-tiny-xgb-v1.0", "Real trainings of tiny"),
    ):
        other = text[f"releases/{name}.html"]
        assert f"{name} {words}" in other
        assert "No number here is one of CIFAR-10" in other
        assert "Credit" not in other


def test_training_noise_is_the_manifests(real_pages, read_page, tmp_path):
    """What draws come from, in points, and what two of them differ by; older manifests have no such."""
    noise = find(REAL).manifest.noise
    rows = [tuple(map(float, row)) for row in real_pages[f"releases/{REAL}.html"].context["noise"].rows]

    assert [row[0] for row in rows] == pytest.approx(
        [100 * noise.low, 50 * (noise.low + noise.high), 100 * noise.high], abs=5e-3
    )
    stds = [noise.std_at_low, (noise.std_at_low * noise.std_at_high) ** 0.5, noise.std_at_high]
    assert [row[1] for row in rows] == pytest.approx([100 * std for std in stds], abs=6e-4)
    draws = np.random.default_rng(0).normal(scale=noise.std_at_low, size=(2, 100_000))
    assert rows[0][2] == pytest.approx(100 * np.abs(draws[0] - draws[1]).mean(), rel=0.01)
    page = real_pages["releases/fashion-mnist-tiny-xgb-v1.0.html"]
    assert page.context["noise"] is None
    text = read_page(write_page(page, tmp_path)).plain
    assert "a normal draw with the standard deviation between the members" in text


def test_runtimes_of_another_table_are_told(real_pages):
    """Its name, rows and ground truth, and that R² is of rows left out there; else of the test rows."""
    facts = dict(real_pages[f"releases/{REAL}.html"].context["facts"])
    manifest = find(REAL).manifest

    table, shown = manifest.runtime_table, facts["Runtimes fitted on"]
    assert shown.startswith(
        f"{table.name}-v{table.version}, {table.rows:,} rows, ground truth: {table.truth}"
    )
    assert facts["R² of the runtime on rows left out there"] == f"{manifest.metrics.runtime_r2:.4f}"
    others = dict(real_pages[f"releases/{NAMES[0]}.html"].context["facts"])
    assert "Runtimes fitted on" not in others
    assert others["R² of the runtime on test rows"]


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
