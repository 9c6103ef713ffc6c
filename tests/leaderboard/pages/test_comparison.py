"""The comparison of entries, and the pages of all pairs."""

from __future__ import annotations

import json
import re

import pytest

from leaderboard.pages.build import rank_tracks
from leaderboard.pages.comparison import Order, files, pages
from leaderboard.rendering.content import Site

TRACK = "5e4-seconds-1-worker"


@pytest.fixture(scope="module")
def apart(make_run, references):
    """Two entries that ten runs tell apart, and a third as good as the second."""
    errors = {"best": 5.0, "mid": 5.5, "twin": 5.5}
    runs = [make_run(entry, seed, errors[entry] + seed / 100) for entry in errors for seed in range(10)]
    rankings = tuple(rank_tracks(runs, references))
    return Site(rankings, {ranking.track: () for ranking in rankings}, references, {}, None)


def test_pairs_are_seen_from_both_sides(apart):
    """What is above the one is below the other, with the opposite difference."""
    _, page = pages(apart)
    cells = page.context["cells"]

    assert len(cells) == 6
    one, other = cells["best", "mid"], cells["mid", "best"]
    assert (one.order, other.order) == (Order.ABOVE, Order.BELOW)
    assert (one.order.sign, other.order.sign) == ("▲", "▼")
    assert one.score.replace("+", "-") == other.score
    assert one.are_told_apart
    equal = cells["mid", "twin"]
    assert (equal.order, equal.are_told_apart, equal.order.sign) == (Order.OPEN, False, "=")
    assert equal.score == "+0.00"


def test_scripts_hold_what_the_pages_say(apart):
    """The index lists all entries and releases; each entry has a script with its pairs and curves."""
    scripts = dict(files(apart))
    (index,) = json.loads("[" + re.fullmatch(r"nb301Compare\((.*)\);\n", scripts["data/compare.js"])[1] + "]")
    assert [entry for entry, _ in index[0]["entries"]] == ["best", "mid", "twin"]
    track = index[0]["slug"]

    text = scripts[f"data/{track}/entries/best.js"]
    slug, entry, content = json.loads("[" + re.fullmatch(r"nb301Entry\((.*)\);\n", text)[1] + "]")
    assert (slug, entry) == (track, "best")
    assert content["pairs"]["mid"][-1] == "above"
    (release,) = index[0]["releases"]
    assert set(content["curves"]) <= set(release["charts"])
    assert content["releases"][release["name"]] == content["all"]


def test_no_rankings_have_no_comparison(references):
    """A site without runs has neither pages nor scripts of it."""
    empty = Site((), {}, references, {}, None)
    assert list(pages(empty)) == list(files(empty)) == []


@pytest.mark.browser
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
