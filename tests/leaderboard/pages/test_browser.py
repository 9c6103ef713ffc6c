"""The site in a real browser: Debian's Chromium, opened from disk."""

from __future__ import annotations

import shutil

import numpy as np
import pytest

from leaderboard.pages import boards
from leaderboard.pages.build import rank_tracks
from leaderboard.rendering.content import Site
from leaderboard.rendering.page import write_page
from leaderboard.rendering.render import SITE

pytestmark = pytest.mark.browser

TRACK = "5e4-seconds-1-worker"
#: One page of each kind that this file's modules write; charts, tables, entries, releases and texts have
#: tests of their own.
PAGES = (
    "index.html",
    f"boards/{TRACK}/random-only.html",
    "curves/index.html",
    f"compare.html#track={TRACK}&entries=rs,re",
    f"pairs/{TRACK}.html",
    "examination/index.html",
)


@pytest.fixture
def opened(open_page, built):
    """Open a page of the short real runs' site."""

    def open_it(path="index.html", **options):
        name, _, fragment = path.partition("#")
        page = open_page(built.parent / name, **options)
        if fragment:
            page.evaluate("hash => { location.hash = hash }", fragment)
            page.locator("#compare table").first.wait_for()
        return page

    return open_it


def overflow(page):
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_are_accessible(opened, accessible, path, scheme):
    """Axe finds nothing, and headings begin with the page's own."""
    page = opened(path, scheme=scheme)

    accessible(page)
    assert page.locator("h1").count() == 1


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("width", [320, 768, 2000])
def test_pages_fit_every_screen(opened, path, width):
    """Nothing but tables scrolls sideways."""
    assert overflow(opened(path, width=width)) == 0


def test_background_follows_the_scheme(opened):
    """Dark is dark, light is light."""
    colours = [
        opened(scheme=scheme).evaluate("getComputedStyle(document.body).backgroundColor")
        for scheme in ("light", "dark")
    ]
    assert colours == ["rgb(255, 255, 255)", "rgb(18, 22, 29)"]


def test_boards_are_links(opened):
    """From all releases to random-only ones and back, and the address says where."""
    page = opened()
    page.get_by_role("link", name="random search alone").click()
    assert page.url.endswith(f"boards/{TRACK}/random-only.html")
    assert page.locator("#ranking tbody tr").count() == 2
    page.get_by_label("Fitted on").get_by_role("link", name="both").click()
    assert page.url.endswith("index.html")


def test_ranking_is_sorted_and_filtered(opened):
    """By name, and the address holds the state for another reader."""
    page = opened()
    page.locator("th[data-column=entry] button").click()
    first = page.locator("#ranking tbody tr").first
    assert "Random search" in first.inner_text()
    page.get_by_role("searchbox", name="Name").fill("evolution")
    assert page.locator("#ranking tbody tr:visible").count() == 1
    page.goto(page.evaluate("location.href"))
    page.reload()
    assert page.locator("#ranking tbody tr:visible").count() == 1


def test_curves_are_drawn(opened, drawn):
    """By the release, and by the ground truth."""
    assert drawn(opened("curves/index.html")) == ["light"] * 4


def test_comparison_is_in_the_address(opened, drawn):
    """Choosing changes the address, and going back goes back; charts hold the chosen alone."""
    page = opened(f"compare.html#track={TRACK}&entries=re")
    assert page.locator("#compare thead").first.inner_text().strip().split("\n") == [
        "Releases\tRegularized evolution"
    ]
    page.get_by_role("checkbox", name="Random search").check()
    page.locator("#compare table").nth(1).wait_for()
    assert page.url.endswith("entries=re,rs")
    assert "Random search" in page.locator("#compare table").nth(1).inner_text()
    assert drawn(page)[0] == "light"
    page.go_back()
    page.wait_for_function("document.querySelectorAll('#compare table').length === 1")
    assert page.url.endswith("entries=re")


def test_site_is_complete_without_javascript(opened):
    """Tables and drawings need no script, and the comparison says what there is instead."""
    page = opened(java_script_enabled=False)
    assert page.locator("#ranking tbody tr:visible").count() == 2
    assert page.locator("button:visible, form:visible").count() == 0
    curves = opened("curves/index.html", java_script_enabled=False)
    assert curves.locator("figure img:visible").count() == 4
    assert opened("compare.html", java_script_enabled=False).get_by_role("link", name=TRACK).count() == 1


def test_keyboard_reaches_content_and_tables(opened):
    """The first stop skips the navigation; tables that scroll can be reached."""
    page = opened()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")
    assert page.locator("div.scrolls:not([tabindex])").count() == 0


@pytest.mark.parametrize("path", PAGES)
def test_pages_are_light(built, path):
    """Below 300 kB before data: a page with its style sheets and scripts, but for Vega, which waits."""
    folder = built.parent
    page = folder / path.partition("#")[0]
    static = [each for each in (folder / "static").iterdir() if not each.name.startswith("vega")]
    assert page.stat().st_size + sum(each.stat().st_size for each in static) < 300_000


@pytest.fixture(scope="module")
def crowded(make_run, references, tmp_path_factory):
    """The front page of 400 entries with ten seeds each, on one release."""
    luck = np.random.default_rng(0).normal(0, 0.05, (400, 10))
    runs = [
        make_run(f"entry-{number}", seed, 5.5 + number / 1000 + luck[number, seed], name=f"Entry {number}")
        for number in range(400)
        for seed in range(10)
    ]
    rankings = tuple(rank_tracks(runs, references))
    found = Site(rankings, {each.track: () for each in rankings}, references, {}, None)
    folder = tmp_path_factory.mktemp("crowded")
    shutil.copytree(SITE / "static", folder / "static")
    (page,) = boards.pages(found)
    return write_page(page, folder)


def test_hundreds_of_entries_stay_usable(open_page, crowded):
    """They are sorted and filtered, places are intervals, and nothing but the table scrolls sideways."""
    page = open_page(crowded)
    rows = page.locator("#ranking tbody tr")
    assert rows.count() == 400
    page.get_by_role("searchbox", name="Name").fill("entry 39")
    assert page.locator("#ranking tbody tr:visible").count() == 11
    page.get_by_role("button", name="Reset").click()
    page.locator("th[data-column=score] button").click()
    scores = [float(text) for text in page.locator("#ranking td b").all_inner_texts()]
    assert scores == sorted(scores, reverse=True)
    assert "\N{EN DASH}" in rows.first.locator(".place").inner_text()
    assert overflow(page) == 0
