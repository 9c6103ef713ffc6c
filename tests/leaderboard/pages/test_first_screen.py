"""A site as large as the published one as readers meet it: what the first screen has, and at what cost."""

from __future__ import annotations

import re

import pytest

#: One page of each kind that shows numbers.
PAGES = (
    "index.html",
    "compare/index.html",
    "compare/index.html#entries=re,bohb",
    "entries/re-lce.html",
    "runs/1e6-seconds-1-worker/re-lce.html",
    "pairs/1e6-seconds-1-worker.html",
    "examination/index.html",
)
#: Shifts and long tasks since the page was asked for.
OBSERVE = """() => new Promise(resolve => {
  const found = {shift: 0, longest: 0};
  new PerformanceObserver(list => list.getEntries().forEach(entry => { found.shift += entry.value; }))
    .observe({type: "layout-shift", buffered: true});
  new PerformanceObserver(list => list.getEntries().forEach(entry => {
    found.longest = Math.max(found.longest, entry.duration);
  })).observe({type: "longtask", buffered: true});
  setTimeout(() => resolve(found), 500);
})"""


def bottom(locator):
    """Where an element ends, pixels from the top of the page."""
    box = locator.bounding_box()
    return box["y"] + box["height"]


def weight(folder, path, read_page):
    """Bytes of a page with its style sheets and scripts."""
    page = folder / path.partition("#")[0]
    resources = [page.parent / name for name in read_page(page).resources if name.endswith((".css", ".js"))]
    return page.stat().st_size + sum(file.stat().st_size for file in resources)


def test_entries_look_alike_everywhere(published):
    """One hue and one dash on all plots and swatches of the site, in scripts, too."""
    looks = {}
    for path in (*published.rglob("*.html"), *published.rglob("compare.js")):
        text = path.read_text(encoding="utf-8")
        found = re.findall(r'(hue-\d dash-\d)[^"]*" data-(?:entry|choose)="([^"]+)"', text)
        if path.name == "compare.js" and path.parent.name != "static":
            found = [each[::-1] for each in re.findall(r'\["([^"]+)","[^"]+","(hue-\d dash-\d)"\]', text)]
            assert found, path
        for classes, entry in found:
            assert looks.setdefault(entry, classes) == classes, (path, entry)
    assert len(set(looks.values())) == len(looks) == 20


def test_pages_are_light(published, read_page):
    """The front page below 110 kB, all others below 300 kB, with style sheets and scripts."""
    assert weight(published, "index.html", read_page) < 110_000
    for path in published.rglob("*.html"):
        name = path.relative_to(published).as_posix()
        assert weight(published, name, read_page) < 300_000, name


@pytest.mark.browser
class TestInBrowser:
    """In Debian's Chromium, opened from disk."""

    @pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
    def test_first_screen_has_the_answer(self, opened_published, width, height):
        """Title, budgets, and all entries; the plot where there is room beside them."""
        page = opened_published(width=width, height=height)
        rows = page.locator("#ranking tbody tr")

        assert rows.count() == 21  # one of them needs no search
        assert page.locator("h1").bounding_box()["y"] >= 0
        assert bottom(page.get_by_label("Track")) < rows.first.bounding_box()["y"]
        assert bottom(rows.last) <= height
        if width == 1440:
            assert bottom(page.locator(".answer-plot figure")) <= height

    def test_table_has_few_columns_and_fits(self, opened_published):
        """Seven, none of which is cut off; names are not cut off, either."""
        page = opened_published(width=1440)
        assert page.locator("#ranking thead th").count() <= 7
        box = page.locator("#ranking").locator("xpath=..")
        assert box.evaluate("box => box.scrollWidth <= box.clientWidth")
        assert page.locator("#ranking tbody th").evaluate_all(
            "cells => cells.every(cell => cell.scrollWidth <= cell.clientWidth)"
        )

    def test_known_architecture_stands_where_its_score_is(self, opened_published):
        """Between entries that are better and those that are worse, with no place."""
        page = opened_published()
        scores = [float(text) for text in page.locator("#ranking tbody td b").all_inner_texts()]
        assert scores == sorted(scores, reverse=True)
        assert page.locator("#ranking tr.known .place").inner_text() == "no place"

    def test_names_of_the_numbers_stay(self, opened_published):
        """While a reader scrolls through the columns."""
        page = opened_published(width=390)
        name = page.locator("#numbers tbody th").first
        box = page.locator("#numbers").locator("xpath=..")
        before = name.bounding_box()["x"]
        box.evaluate("box => { box.scrollLeft = 300 }")
        assert box.evaluate("box => box.scrollLeft") == 300
        assert name.bounding_box()["x"] == pytest.approx(before, abs=1)

    @pytest.mark.parametrize("path", PAGES)
    @pytest.mark.parametrize("width", [320, 768, 2000])
    def test_nothing_sticks_out(self, opened_published, overflow, path, width):
        """But tables, in boxes that scroll."""
        assert overflow(opened_published(path, width=width)) == 0

    @pytest.mark.parametrize("path", PAGES)
    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_pages_are_accessible(self, opened_published, accessible, path, scheme):
        """Axe has nothing to say, and headings begin with the page's own."""
        page = opened_published(path, scheme=scheme)
        accessible(page)
        assert page.locator("h1").count() == 1

    @pytest.mark.parametrize(
        "path", ["index.html", "compare/index.html", "compare/index.html#entries=re,bohb"]
    )
    def test_pages_are_quick_and_still(self, opened_published, path):
        """Nothing moves, and no task is long; on a shared machine the best of three is told."""
        found = [opened_published(path, width=1440).evaluate(OBSERVE) for _ in range(3)]
        assert min(each["shift"] for each in found) < 0.02
        assert min(each["longest"] for each in found) < 200

    @pytest.mark.parametrize("width", [1440, 390])
    def test_paper_has_all_columns(self, opened_published, width):
        """A table, whatever the screen is."""
        page = opened_published(width=width)
        page.emulate_media(media="print")
        row = page.locator("#ranking tbody tr").first
        assert page.locator("#ranking thead th:visible").count() == 7
        assert row.evaluate("row => getComputedStyle(row).display") == "table-row"
        assert (
            row.locator("th, td").evaluate_all("cells => cells.map(cell => getComputedStyle(cell).display)")
            == ["table-cell"] * 7
        )
        assert page.locator(".choices:visible, .ways:visible, form:visible").count() == 0
        assert page.locator("#regret path.entry.lit").count() == 6

    def test_paper_is_wide_enough(self, opened_published):
        """Nothing of what scrolls on a screen is cut off where A4 ends."""
        page = opened_published(width=717)
        page.emulate_media(media="print")
        assert page.evaluate("document.documentElement.scrollWidth") <= 717

    def test_phones_have_the_header(self, opened_published):
        """Of the columns that they show; the track that is chosen is in sight."""
        page = opened_published("boards/1e6-seconds-1-worker-multi-fidelity/all-releases.html", width=390)
        shown = page.locator("#ranking thead th:visible").all_inner_texts()
        assert [text.strip() for text in shown] == ["Place", "Entry", "Score", "Regret"]
        chosen = page.get_by_label("Track").locator("[aria-current]").bounding_box()
        assert chosen["x"] + chosen["width"] <= 390
