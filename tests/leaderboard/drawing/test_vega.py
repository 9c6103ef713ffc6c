"""Charts: their files, and how they look and answer in a real browser under the pages' CSP."""

from __future__ import annotations

import hashlib
import json
import re

import pytest

from leaderboard.drawing.vega import Chart, write_chart
from leaderboard.rendering.render import SITE


def test_same_charts_give_the_same_bytes(charts, site, tmp_path):
    """What is built twice is equal, whatever was built between."""
    write_chart(charts[2], tmp_path)
    write_chart(charts[0], tmp_path)

    for path in sorted(path for path in tmp_path.rglob("*") if path.is_file()):
        assert path.read_bytes() == (site / path.relative_to(tmp_path)).read_bytes(), path


def test_drawings_are_the_same_but_for_colours(site):
    """Both themes draw the same shapes."""
    light, dark = ((site / f"charts/plain.{theme}.svg").read_text() for theme in ("light", "dark"))
    colours = re.compile(r"#[0-9a-fA-F]{6}")

    assert light != dark
    assert colours.sub("", light) == colours.sub("", dark)


def test_name_of_a_chart_must_be_a_file_name(charts):
    """A name with a slash would leave the folder."""
    with pytest.raises(ValueError, match=r"'\.\./x' is not lower-case letters"):
        Chart("../x", "", "", "", charts[2].spec, charts[2].data)


def test_vega_is_what_its_licence_file_says():
    """The vendored bundle has the hash that was written when it was built, and its licences with it."""
    text = (SITE / "static/vega.txt").read_text(encoding="utf-8")

    assert hashlib.sha256((SITE / "static/vega.js").read_bytes()).hexdigest() in text.splitlines()[0]
    versions = json.loads((SITE / "vega/package.json").read_text(encoding="utf-8"))["dependencies"]
    assert f"vega-interpreter {versions['vega-interpreter']}, BSD-3-Clause" in text
    assert "Copyright" in text


@pytest.mark.browser
class TestInBrowser:
    """The page of the three charts."""

    @pytest.fixture
    def opened(self, open_page, site):
        return lambda **options: open_page(site / "pages/charts.html", **options)

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    @pytest.mark.parametrize("width", [320, 1200])
    def test_views_take_the_place_of_drawings(self, opened, drawn, accessible, scheme, width):
        """Each chart is drawn as a view in the reader's colours, and axe has nothing to say."""
        page = opened(width=width, scheme=scheme)

        assert drawn(page) == [scheme] * 3
        assert page.locator("picture:visible").count() == 0
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        accessible(page)

    def test_drawings_stay_without_javascript(self, opened):
        """Drawings, captions and numbers need no script."""
        page = opened(java_script_enabled=False)

        assert page.locator("picture img:visible").count() == 3
        page.locator("#plain summary").click()
        assert page.locator("#plain td:visible").all_text_contents() == ["2.5", "3.5"]

    def test_drawings_stay_where_views_fail(self, opened, drawn, charts, site, tmp_path):
        """A damaged file costs a view, and no more."""
        path = site / "charts/plain.js"
        text = path.read_text()
        try:
            path.write_text('nb301Chart("plain", {"spec": {"marks": [{"type": "no such mark"}]}});')
            page = opened()
            assert drawn(page) == ["light", "light", "failed"]
            assert page.locator("picture:visible").count() == 1
        finally:
            path.write_text(text)

    def test_page_follows_the_theme(self, opened, drawn):
        """A chosen theme wins over the system's, which is followed when it changes."""
        page = opened()
        drawn(page)
        page.emulate_media(color_scheme="dark")
        page.locator("#plain[data-drawn=dark]").wait_for()
        page.evaluate("document.documentElement.dataset.theme = 'light'")

        page.locator("#plain[data-drawn=light]").wait_for()

    def test_legend_shows_the_entries_that_were_clicked(self, opened, drawn):
        """Clicks add entries, those that were not clicked fade; a second click takes one away."""
        page = opened()
        drawn(page)
        lines = page.locator("#error .mark-line path")
        faded = "paths => paths.map(p => Number(p.getAttribute('opacity') ?? 1) < 0.5)"
        legend = page.locator("#error .role-legend-label text")

        assert lines.evaluate_all(faded) == [False, False, False]
        legend.nth(0).click()
        assert lines.evaluate_all(faded) == [False, True, True]
        legend.nth(1).click()
        assert lines.evaluate_all(faded) == [False, False, True]
        legend.nth(0).click()
        assert lines.evaluate_all(faded) == [True, False, True]

    def test_axis_switches_between_linear_and_log(self, opened, drawn):
        """The button says where it leads, and the axis follows."""
        page = opened()
        drawn(page)
        button = page.locator("#regret").get_by_role("button", name="Linear y axis")
        before = page.locator("#regret .view svg").inner_html()

        button.click()
        page.locator("#regret").get_by_role("button", pressed=True).wait_for()
        page.wait_for_function(
            "before => document.querySelector('#regret .view svg').innerHTML !== before", arg=before
        )
        assert page.locator("#plain button").count() == 0

    def test_pointer_is_told_the_numbers(self, opened, drawn):
        """The tooltip names entry and values, and markup in a name stays text."""
        page = opened()
        drawn(page)
        page.locator("#plain").scroll_into_view_if_needed()
        page.locator("#plain .mark-symbol path").last.hover()

        shown = page.locator(".chart-tooltip")
        shown.wait_for()
        assert "entry: <script>alert(1)</script>" in shown.inner_text()
        assert "y: 3.5" in shown.inner_text()
