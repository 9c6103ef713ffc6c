"""Entries that readers choose in plots: `site/static/plots.js` in a real browser."""

from __future__ import annotations

import csv

import pytest

from leaderboard.drawing.plots import apart

pytestmark = pytest.mark.browser

TRACK = "1e6-seconds-1-worker"
LIT = "paths => paths.map(path => path.dataset.entry)"


def lit(page):
    """Entries that are in colour, by the name of the plot."""
    found = {}
    for figure in page.locator("figure.plot").all():
        entries = figure.locator("path.entry.lit").evaluate_all(LIT)
        names = figure.locator(".name.lit[data-entry]:visible").evaluate_all(LIT)
        assert sorted(entries) == sorted(names)
        found[figure.get_attribute("id")] = set(entries)
    return found


def choose(page, entry):
    """By keyboard alone."""
    page.locator(f"button[data-choose={entry}]").focus()
    page.keyboard.press("Enter")


def test_choice_by_keyboard_stands_in_the_address(opened_published):
    """Every entry that is drawn can be chosen, and no longer; the back button undoes it."""
    page = opened_published()
    first = lit(page)
    assert first["regret"] >= {"rs"}
    assert len(first["regret"]) == 6

    choose(page, "bohb")
    assert lit(page) == {"regret": {"bohb"}}
    assert page.url.endswith("index.html#entries=bohb")
    choose(page, "asha")
    assert lit(page) == {"regret": {"bohb", "asha"}}
    assert page.url.endswith("#entries=bohb,asha")
    pressed = page.locator("button[aria-pressed=true]")
    assert {*pressed.evaluate_all("all => all.map(one => one.dataset.choose)")} == {"bohb", "asha"}
    choose(page, "bohb")
    assert page.url.endswith("#entries=asha")
    page.go_back()
    assert lit(page) == {"regret": {"bohb", "asha"}}
    page.go_back()
    page.go_back()
    assert page.url.endswith("index.html")
    assert lit(page) == first


def test_address_opens_the_choice(opened_published):
    """On the front page, on another track's, and on an entry's own, whose plots have few."""
    choice = "#entries=rs,re"
    for path in ("index.html", "boards/1e6-seconds-30-workers/all-releases.html", "entries/re-lce.html"):
        for name, entries in lit(opened_published(path + choice)).items():
            assert entries == {"rs", "re"} & entries != set(), (path, name)


def test_choice_and_order_of_a_table_share_the_address(opened_published):
    """Neither takes the other's place."""
    page = opened_published()
    choose(page, "bohb")
    page.locator("#ranking th[data-column=cpu] button").click()
    assert "entries=bohb" in page.url
    assert "sort=ranking.cpu.asc" in page.url
    choose(page, "asha")
    assert "entries=bohb,asha" in page.url
    assert "sort=ranking.cpu.asc" in page.url
    assert lit(page) == {"regret": {"bohb", "asha"}}


def test_most_are_six(opened_published):
    """A seventh takes the place of the first."""
    page = opened_published()
    entries = ("rs", "re", "ls", "de", "tpe", "smac", "bohb")
    for entry in entries:
        choose(page, entry)
    assert lit(page) == {"regret": {*entries[1:]}}


def test_plots_of_a_page_choose_together(opened_published):
    """Whatever is drawn in them."""
    shown = lit(opened_published("compare/index.html#entries=bohb,rs"))
    assert {*shown} >= {"regret", "places", "reached", "running-times", "costs"}
    assert any(name.startswith("own-") for name in shown)
    assert all(entries == {"bohb", "rs"} for entries in shown.values())


def test_names_do_not_lie_on_each_other(opened_published):
    """Where the page has put them, the script leaves them."""
    without = opened_published(java_script_enabled=False)
    page = opened_published()
    tops = "names => names.map(name => parseFloat(name.style.top))"
    written, moved = (each.locator("#regret .name.lit").evaluate_all(tops) for each in (without, page))
    assert sorted(moved) == pytest.approx(sorted(written), abs=0.1)
    assert sorted(moved) == pytest.approx(apart(sorted(moved)), abs=0.1)


def test_pointer_is_told_the_values_of_those_chosen(opened_published, published):
    """At the right end, the regrets of the CSV, the highest first."""
    page = opened_published("index.html#entries=bohb,asha,rs")
    box = page.locator("#regret .plot-area").bounding_box()
    page.mouse.move(box["x"] + box["width"] - 1, box["y"] + box["height"] / 2)
    told = page.locator(".chart-tooltip:visible").locator("div").all_inner_texts()

    with (published / f"data/{TRACK}/overall.csv").open(encoding="utf-8") as file:
        ends = {row["entry"]: float(row["regret"]) for row in csv.DictReader(file)}
    expected = sorted([(ends["bohb"], "BOHB"), (ends["asha"], "ASHA"), (ends["rs"], "Random search")])[::-1]
    assert "Simulated seconds" in told[0]
    assert [line.split(maxsplit=1)[1] for line in told[1:]] == [name for _, name in expected]
    values = [float(line.split()[0]) for line in told[1:]]
    assert values == pytest.approx([value for value, _ in expected], abs=0.002)
    page.mouse.move(box["x"] - 200, 5)
    assert page.locator(".chart-tooltip:visible").count() == 0


def test_plots_are_complete_without_javascript(opened_published):
    """Lines, names and numbers are there; what would not answer is not."""
    page = opened_published("compare/index.html", java_script_enabled=False)
    assert page.locator("figure.plot:visible").count() > 7
    for figure in page.locator("figure.plot").all():
        assert figure.locator("path.entry").count() == 20
        assert figure.locator(".name.lit[data-entry]:visible").count() == 6
        assert figure.locator(".tick-x:visible").count() > 1
        assert figure.locator(".tick-y:visible").count() > 1
    assert page.locator("button:visible").count() == 0
