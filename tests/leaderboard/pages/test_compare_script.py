"""The comparison's tables of entries that readers choose: `site/static/compare.js` in a real browser."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser


def has_tables(page, count):
    """Wait until there are so many."""
    expect = pytest.importorskip("playwright.sync_api").expect
    expect(page.locator("#compare table")).to_have_count(count)


def header(page, number=0):
    """The column titles of one of the tables."""
    return page.locator("#compare table").nth(number).locator("thead th").all_inner_texts()


def test_tables_are_of_those_chosen(opened_published):
    """Scores of each, and differences as soon as there are two; going back goes back."""
    page = opened_published("compare/index.html#entries=bohb")
    assert header(page) == ["Releases", "BOHB"]
    assert page.locator("#compare table").count() == 1
    page.get_by_role("button", name="Random search").click()
    has_tables(page, 2)

    assert page.url.endswith("#entries=bohb,rs")
    assert header(page) == ["Releases", "BOHB", "Random search"]
    assert header(page, 1) == ["Entry", "BOHB", "Random search"]
    rows = page.locator("#compare table").first.locator("tbody th").all_inner_texts()
    assert rows == ["All", "cifar10-gin-rand-v1.0", "cifar10-xgb-rand-v1.0", "emulated-gin-v2.0"]
    pairs = page.locator("#compare table").nth(1).locator("tbody tr").first.inner_text()
    assert "▲ above" in pairs
    page.go_back()
    has_tables(page, 1)
    assert page.url.endswith("#entries=bohb")
    page.get_by_role("button", name="Clear").click()
    has_tables(page, 0)


def test_numbers_are_those_of_the_ranking(opened_published):
    """The score over all releases, to its first digit."""
    front = opened_published()
    row = front.locator("#ranking tbody tr", has=front.locator("[data-choose=bohb]"))
    score = row.locator("td b").inner_text()
    page = opened_published("compare/index.html#entries=bohb")
    compared = page.locator("#compare table td b").first.inner_text()
    assert f"{float(compared.split()[0]):.1f}" == score


def test_chips_answer_to_keys(opened_published):
    """And tell whether their entry is chosen."""
    page = opened_published("compare/index.html")
    chip = page.get_by_role("button", name="BOHB")
    chip.focus()
    page.keyboard.press("Enter")
    has_tables(page, 1)
    assert chip.get_attribute("aria-pressed") == "true"
    page.keyboard.press("Enter")
    has_tables(page, 0)
    assert chip.get_attribute("aria-pressed") == "false"


def test_other_tracks_keep_the_choice(opened_published):
    """Who is not there is named, and stays in the address."""
    page = opened_published("compare/index.html#entries=bohb,rs")
    page.get_by_label("Track").get_by_role("link", name="on 30 GPUs").click()
    page.locator("#compare table").first.wait_for()

    assert page.url.endswith("compare/1e6-seconds-30-workers.html#entries=bohb,rs")
    assert header(page) == ["Releases", "Random search"]
    assert page.locator("#absent").inner_text() == "Not on this track: bohb."


def test_unknown_entries_are_named_as_text(opened_published):
    """Whatever they are."""
    page = opened_published("compare/index.html#entries=rs,%3Cimg%20src=x%3E")
    assert page.locator("#absent").inner_text() == "Not on this track: <img src=x>."
    assert page.locator("img").count() == 0
    page.get_by_role("button", name="Clear").click()
    page.locator("#absent").wait_for(state="hidden")


def test_bands_are_of_those_chosen(opened_published):
    """Quartiles on releases, in their hues; none before."""
    page = opened_published("compare/index.html")
    assert page.locator("path.band").count() == 0
    page = opened_published("compare/index.html#entries=bohb,rs")
    assert page.locator("#on-emulated-gin-v2\\.0 path.band").count() == 2
    assert page.locator("#regret path.band").count() == 0


def test_links_of_entries_and_ranking_lead_there(opened_published):
    """An entry's page compares it with random search."""
    page = opened_published("entries/bohb.html")
    page.get_by_role("link", name="compare with others").first.click()
    page.locator("#compare table").nth(1).wait_for()
    assert header(page) == ["Releases", "BOHB", "Random search"]
