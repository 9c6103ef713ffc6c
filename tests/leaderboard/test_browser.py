"""The page in a real browser: Debian's Chromium, opened from disk."""

from __future__ import annotations

from itertools import pairwise

import pytest

pytestmark = pytest.mark.browser


@pytest.fixture
def opened(open_page, built):
    """Open the page at a width and in a colour scheme."""

    def opened(width=1200, scheme="light", **options):
        return open_page(built, width=width, scheme=scheme, **options)

    return opened


def overflow(page):
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def loaded_plots(page):
    return page.eval_on_selector_all(
        "img.plot", "images => images.map(i => i.complete && i.naturalWidth > 0 ? i.currentSrc : null)"
    )


def test_rankings_and_plots_are_visible(opened):
    """Both boards show their tables and plots, loaded from disk alone and without a complaint."""
    page = opened()

    assert page.locator("#ranking table:visible").count() == 2
    assert page.locator("#ranking tbody tr").count() == 4
    assert [source.rsplit("/", 1)[1] for source in loaded_plots(page)] == [
        "emulated-xgb-v1.0-light-wide.svg",
        "emulated-xgb-rand-v1.0-light-wide.svg",
    ]
    assert page.locator("svg.cell:visible").count() == 4
    assert page.locator("#claims .verdict.holds:visible").count() == 1


def test_dark_mode_switches_page_and_plots(opened):
    """A reader who prefers dark gets a dark page with plots drawn for it."""
    light, dark = opened(), opened(scheme="dark")
    background = "getComputedStyle(document.body).backgroundColor"

    assert light.evaluate(background) == "rgb(255, 255, 255)"
    assert dark.evaluate(background) == "rgb(18, 22, 29)"
    assert all("-dark-" in source for source in loaded_plots(dark))


@pytest.mark.parametrize("width", [320, 390, 768, 1200, 2560])
def test_nothing_sticks_out(opened, width):
    """From phone to wide screen the page never scrolls sideways."""
    page = opened(width)

    assert overflow(page) == 0
    narrow = width <= 480
    assert all(("-narrow" in source) == narrow for source in loaded_plots(page))


def test_copy_button_copies_the_genotype(opened):
    """What is copied is the exact text form, without the line breaks of the page."""
    page = opened(permissions=["clipboard-read", "clipboard-write"])
    page.locator("button[data-copies=genotype-1]").click()
    page.get_by_role("button", name="Copied").wait_for()

    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.locator("#genotype-1").text_content()
    assert copied.startswith("normal:")
    assert not set(copied) & set(" \n")


def test_page_is_complete_without_javascript(opened):
    """Tables, plots and cells need no script; only the copy buttons stay away."""
    page = opened(java_script_enabled=False)

    assert page.locator("#ranking tbody tr:visible").count() == 4
    assert page.locator("img.plot:visible").count() == 2
    assert page.locator("button:visible").count() == 0


def test_everything_has_a_name_for_screen_readers(opened):
    """Images have texts, tables captions, headings no gaps, and the page a language."""
    page = opened()

    assert page.locator("html").get_attribute("lang") == "en"
    assert page.locator("table:not(:has(caption))").count() == 0
    assert page.locator("img:not([alt]), img[alt='']").count() == 0
    assert page.locator("svg:not([role=img][aria-label])").count() == 0
    levels = page.eval_on_selector_all("h1, h2, h3", "found => found.map(h => Number(h.tagName[1]))")
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
