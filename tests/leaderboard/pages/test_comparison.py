"""The comparison of entries, and the pages of all pairs."""

from __future__ import annotations

import json
import re

import pytest

from leaderboard.drawing.plots import MOST
from leaderboard.pages.comparison import Order, pages

TRACK = "1e7-seconds-1-worker"


@pytest.fixture(scope="module")
def apart(site_of, make_run):
    """Two entries that ten runs tell apart, and a third as good as the second."""
    errors = {"best": 5.0, "mid": 5.5, "twin": 5.5}
    runs = [make_run(entry, seed, errors[entry] + seed / 100) for entry in errors for seed in range(10)]
    return site_of(runs)


def scripts_of(page):
    """What the scripts beside a page hand over, by their paths."""
    scripts = {}
    for path, text in page.files:
        function, arguments = re.fullmatch(r"(\w+)\((.*)\);\n", text).groups()
        scripts[path] = (function, json.loads(f"[{arguments}]"))
    return scripts


def test_pairs_are_seen_from_both_sides(apart):
    """What is above the one is below the other, with the opposite difference."""
    _, page = pages(apart)
    cells = page.context["cells"]

    assert len(cells) == 6
    one, other = cells["best", "mid"], cells["mid", "best"]
    assert (one.order, other.order) == (Order.ABOVE, Order.BELOW)
    assert (one.order.sign, other.order.sign) == ("▲", "▼")
    assert one.score.replace("+", "\N{MINUS SIGN}") == other.score
    assert (one.verdict, other.verdict) == ("the first is better", "the second is better")
    assert one.p == "< 0.0001"
    equal = cells["mid", "twin"]
    assert (equal.order, equal.verdict, equal.order.sign) == (Order.OPEN, "not told apart", "=")
    assert equal.score == "+0.00"


def test_index_lists_entries_in_their_looks(apart):
    """In the order of the ranking, with what the numbers rest on."""
    page, _ = pages(apart)
    function, (index,) = scripts_of(page)[f"data/{TRACK}/compare.js"]

    assert function == "nb301Compare"
    assert [entry for entry, _, _ in index["entries"]] == ["best", "mid", "twin"]
    assert all(re.fullmatch(r"hue-[1-7] dash-[0-3]", classes) for _, _, classes in index["entries"])
    assert (index["slug"], index["seeds"]) == (TRACK, 10)
    assert index["truths"] == ["ground truth: emulated 2.0, not CIFAR-10"]


def test_scripts_hold_what_the_pages_say(apart):
    """Each entry has a script with its scores, its pairs and its lines in all plots."""
    page, _ = pages(apart)
    function, (entry, content) = scripts_of(page)[f"data/{TRACK}/entries/best.js"]
    plots = {plot.name: plot for plot in page.context["overall"]}
    for _, of_release in page.context["releases"]:
        plots |= {plot.name: plot for plot in of_release}

    assert (function, entry, content["name"]) == ("nb301Entry", "best", "BEST")
    assert content["pairs"]["mid"][-1] == "above"
    assert content["releases"] == {"emulated-xgb-v2.0": content["all"]}
    assert {*content["plots"]} == {*plots} >= {"regret", "places", "on-emulated-xgb-v2.0"}
    for name, (path, band, *_) in content["plots"].items():
        (drawn,) = (one for one in plots[name].drawn if one.entry == "best")
        assert (path, band) == (drawn.path, drawn.band)
        assert bool(band) == (name in {"on-emulated-xgb-v2.0", "own-emulated-xgb-v2.0"})


def test_entries_beyond_those_drawn_have_scripts(site_of, make_run):
    """The page draws so many, and says so; the others can be chosen."""
    number = MOST + 2
    runs = [make_run(f"e{k}", seed, 5.1 + k / 20) for k in range(number) for seed in range(2)]
    page, _ = pages(site_of(runs))

    assert page.context["most"] == MOST
    scripts = scripts_of(page)
    assert len(scripts) == number + 1
    assert all(scripts[f"data/{TRACK}/entries/e{k}.js"][1][1]["plots"] for k in range(number))


def test_no_rankings_have_no_comparison(site_of):
    """A site without runs has no page of it."""
    assert list(pages(site_of([]))) == []
