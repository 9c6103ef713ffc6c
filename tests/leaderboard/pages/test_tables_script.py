"""Tables that `site/static/tables.js` sorts and filters, in a real browser under the pages' CSP."""

from __future__ import annotations

import re
import shutil

import pytest

from leaderboard.places import SITE
from leaderboard.rendering.project import project
from leaderboard.rendering.render import render

pytestmark = pytest.mark.browser

#: Name, score, families of models, whether it counts.
ROWS = (
    ("BANANAS", "9.5", "mlp", "yes"),
    ("Random search", "10", "none", "yes"),
    ("COMBO", "", "gp linear", "no"),
    ("de 10", "9.5", "none", "yes"),
    ("de 9", "-1e2", "none", "no"),
)
WRITTEN = [row[0] for row in ROWS]


def page_text():
    context = {"base": None, "page_path": "404.html", "navigation": (), "stamp": "nb301", "charts": {}}
    rendered = render("404.html.j2", context | {"project": project(), "paper": "", "licence": ""})
    policy = re.search(r"<meta http-equiv=.*>", rendered)[0]
    rows = "\n".join(
        f'<tr data-name="{name}" data-family="{family}" data-counts="{counts}"><th scope="row">{name}</th>'
        f'<td data-value="{score}">{score or "unknown"}</td><td>{family}</td></tr>'
        for name, score, family, counts in ROWS
    )
    boxes = "".join(
        f'<label><input type="checkbox" name="family" value="{word}"> {word}</label>'
        for word in ("none", "mlp", "linear")
    )
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">{policy}<title>Tables</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="static/style.css">
<script src="static/tables.js" defer></script></head>
<body><a class="skip" href="#main">Skip to the content</a><main id="main"><h1>Tables</h1>
<form class="filters" data-filters="v1.0" hidden>
<label>Name <input type="search" name="name"></label>
<fieldset><legend>Model</legend>{boxes}</fieldset>
<label><input type="checkbox" name="counts" value="yes" checked> Counted ones only</label>
<label>Shown <select name="shown"><option value="">all</option><option>none</option></select></label>
<button type="reset">As written</button> <output data-unit="entries"></output>
</form>
<table id="v1.0" data-sortable><caption>Entries</caption>
<thead><tr><th scope="col" data-column="name">Entry</th>
<th scope="col" data-first="desc">Score, <small>mean</small></th>
<th scope="col" data-column="">Model</th></tr></thead>
<tbody>{rows}</tbody></table>
<table id="other" data-sortable><caption>Two</caption><thead><tr>
<th scope="col" data-column="n" aria-sort="ascending">n</th></tr></thead>
<tbody><tr><td>1</td></tr><tr><td>2</td></tr></tbody></table>
</main></body></html>"""


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    out = tmp_path_factory.mktemp("tables")
    shutil.copytree(SITE / "static", out / "static")
    (out / "page.html").write_text(page_text(), encoding="utf-8")
    return out / "page.html"


@pytest.fixture
def opened(open_page, path):
    """The page with all rows, of which those that do not count were hidden."""

    def opened(**options):
        page = open_page(path, **options)
        if options.get("java_script_enabled", True):
            page.get_by_label("Counted ones only").uncheck()
        return page

    return opened


def names(page):
    return page.locator("[id='v1.0'] tbody tr:visible th").all_text_contents()


def states(page):
    return page.locator("[id='v1.0'] thead th").evaluate_all("cells => cells.map(c => c.ariaSort)")


def press(page, name):
    page.locator("[id='v1.0']").get_by_role("button", name=name).click()


def fragment(page):
    return page.url.partition("#")[2]


def reopened(page, address):
    page.goto("about:blank")
    page.goto(address)
    return page


def test_numbers_are_sorted_as_numbers(opened):
    """The first press does what the column asks for, the second the opposite; the unknown is last in both."""
    page = opened()

    press(page, "Score")
    assert names(page) == ["Random search", "BANANAS", "de 10", "de 9", "COMBO"]
    assert states(page) == [None, "descending", None]
    press(page, "Score")
    assert names(page) == ["de 9", "BANANAS", "de 10", "Random search", "COMBO"]
    assert states(page) == [None, "ascending", None]


def test_texts_are_sorted_as_people_do(opened):
    """Case does not matter, and numbers in texts count."""
    page = opened()

    press(page, "Entry")
    assert names(page) == ["BANANAS", "COMBO", "de 9", "de 10", "Random search"]
    assert states(page) == ["ascending", None, None]


def test_sorting_needs_no_mouse(opened):
    """Headers are buttons in the order of the page."""
    page = opened()
    page.locator("[id='v1.0']").get_by_role("button", name="Entry").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    assert states(page)[1] == "descending"
    assert page.evaluate("document.activeElement.textContent") == "Score, mean"


def test_columns_without_a_name_are_no_buttons(opened):
    """What cannot be sorted does not look as if it could."""
    assert opened().locator("th button").all_text_contents() == ["Entry", "Score, mean", "n"]


def test_order_that_a_page_was_written_in_is_told(opened):
    """A column that is sorted already says so, and its first press turns it round."""
    page = opened()
    header = page.locator("#other th")

    assert header.get_attribute("aria-sort") == "ascending"
    header.get_by_role("button").click()
    assert header.get_attribute("aria-sort") == "descending"
    assert page.locator("#other td").all_text_contents() == ["2", "1"]
    page.go_back()
    assert header.get_attribute("aria-sort") == "ascending"


def test_filters_hide_rows_and_count_the_rest(opened):
    """Ticks of one name are any of; filters of different names are all of."""
    page = opened()
    count = page.locator("output")

    assert count.text_content() == "5 of 5 entries"
    page.get_by_label("none", exact=True).check()
    page.get_by_label("linear").check()
    assert names(page) == ["Random search", "COMBO", "de 10", "de 9"]
    page.get_by_label("Name").fill("DE")
    assert names(page) == ["de 10", "de 9"]
    assert count.text_content() == "2 of 5 entries"
    page.get_by_label("Name").fill("no such")
    assert names(page) == []
    assert count.text_content() == "0 of 5 entries"


def test_filters_start_as_written(open_page, path):
    """What is ticked in the page hides rows at once, and is not in the address until it is changed."""
    page = open_page(path)

    assert names(page) == ["BANANAS", "Random search", "de 10"]
    assert fragment(page) == ""
    page.get_by_label("Counted ones only").uncheck()
    assert fragment(page) == "v1.0.counts="
    assert names(reopened(page, page.url)) == WRITTEN


def test_reset_shows_the_page_as_written(opened):
    """The button clears filters, not the order."""
    page = opened()
    press(page, "Entry")
    page.get_by_label("Name").fill("de")
    page.get_by_role("button", name="As written").click()

    assert names(page) == ["BANANAS", "de 10", "Random search"]
    assert fragment(page) == "sort=v1.0.name.asc"


def test_every_state_has_an_address(opened):
    """Whoever opens it sees the same rows in the same order, and the same fields filled."""
    page = opened()
    press(page, "Score")
    page.get_by_label("none", exact=True).check()
    page.get_by_label("mlp").check()
    page.get_by_label("Name").fill("a & b=c#")
    page.get_by_label("Name").fill("n")
    page.locator("#other button").click()
    address, seen = page.url, names(page)

    assert fragment(page) == (
        "sort=v1.0.score-mean.desc&v1.0.name=n&v1.0.family=none&v1.0.family=mlp&v1.0.counts=&sort=other.n.desc"
    )
    reopened(page, address)
    assert names(page) == seen == ["Random search", "BANANAS"]
    assert states(page) == [None, "descending", None]
    assert page.get_by_label("Name").input_value() == "n"
    assert page.locator("input:checked").evaluate_all("boxes => boxes.map(b => b.value)") == ["none", "mlp"]
    assert page.locator("#other td").all_text_contents() == ["2", "1"]


def test_text_of_any_kind_survives_the_address(opened):
    """What is typed is escaped in the address."""
    page = opened()
    page.get_by_label("Name").fill("a & b=c# \N{SNOWMAN}+%")
    reopened(page, page.evaluate("location.href"))

    assert page.get_by_label("Name").input_value() == "a & b=c# \N{SNOWMAN}+%"


def test_back_button_leads_to_the_state_before(opened):
    """Each press and tick is a step; letters typed one after the other are one together."""
    page = opened()
    press(page, "Score")
    page.get_by_label("Name").press_sequentially("de")
    page.get_by_label("none", exact=True).check()
    assert names(page) == ["de 10", "de 9"]

    page.go_back()
    assert not page.get_by_label("none", exact=True).is_checked()
    assert page.get_by_label("Name").input_value() == "de"
    page.go_back()
    assert page.get_by_label("Name").input_value() == ""
    assert names(page)[0] == "Random search"
    page.go_back()
    assert names(page) == WRITTEN
    assert states(page) == [None, None, None]
    page.go_forward()
    assert names(page)[0] == "Random search"


def test_anchors_leave_the_state_alone(opened):
    """To skip to the content is no way to lose one's filters."""
    page = opened()
    press(page, "Entry")
    before = names(page)
    page.locator(".skip").focus()
    page.keyboard.press("Enter")
    page.wait_for_function("location.hash === '#main'")  # the key is answered when the browser comes to it

    assert fragment(page) == "main"
    assert names(page) == before
    press(page, "Entry")
    assert fragment(page) == "sort=v1.0.name.desc&v1.0.counts="


def test_keys_of_others_stay_in_the_address(open_page, path):
    """Only what is ours is written anew."""
    page = open_page(path)
    reopened(page, f"{path.as_uri()}#theirs=1&empty=&sort=x.y.asc&v1.0.name=de")
    press(page, "Entry")

    assert fragment(page) == "theirs=1&empty=&sort=v1.0.name.asc&v1.0.name=de"


@pytest.mark.parametrize(
    "wrong",
    [
        *("sort=v1.0.nothing.asc", "sort=v1.0.score-mean.up", "sort=score"),
        *("v1.0.family=unknown", "v1.0.shown=x", "="),
    ],
)
def test_addresses_that_mean_nothing_are_passed_over(open_page, path, wrong):
    """A permalink of another version of a page shows the page as written."""
    page = open_page(path)
    reopened(page, f"{path.as_uri()}#{wrong}")

    assert names(page) == ["BANANAS", "Random search", "de 10"]


def test_tables_are_complete_without_javascript(opened):
    """All rows, no buttons, no filters."""
    page = opened(java_script_enabled=False)

    assert names(page) == WRITTEN
    assert page.locator("button:visible, form:visible").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1200])
def test_tables_are_accessible_and_fit(opened, accessible, scheme, width):
    """Filters wrap, and axe has nothing to say, whatever is sorted."""
    page = opened(width=width, scheme=scheme)
    press(page, "Score")

    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    accessible(page)
