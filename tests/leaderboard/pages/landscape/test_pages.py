"""The landscape pages: numbers of the charts against the table, and the page in a browser."""

from __future__ import annotations

import pytest

from leaderboard.pages.landscape.scatters import scatters
from leaderboard.pages.landscape.table import Landscape
from leaderboard.pages.landscape.violins import violins

NAME = "emulated-v2.0"


def test_every_chart_names_table_truth_and_what_it_mirrors(charts):
    """No number can be taken for one of CIFAR-10."""
    for chart in charts.values():
        assert "Table emulated-v2.0, ground truth: emulated 2.0." in chart.caption
        assert "ground truth: emulated 2.0" in chart.alt
        assert "Figure" in chart.caption or "no figure" in chart.caption


def test_emulated_evaluations_are_never_called_trainings(page, charts):
    """Not where the page says what it shows."""
    assert page.context["lead"].startswith("What 61,089 emulated evaluations show")
    assert "no number here is of CIFAR-10" in page.context["lead"]
    assert not any("trained with" in chart.caption for chart in charts.values())


def test_page_is_light_before_its_data(site):
    """Below 300 kB, with all that is loaded before a chart is reached."""
    page = (site / f"landscape/{NAME}.html").stat().st_size
    static = ("style.css", "charts.css", "charts.js", "icon.svg")

    assert page + sum((site / "static" / name).stat().st_size for name in static) < 300_000


def test_tables_without_probes_have_fewer_charts(small, charts):
    """What a table has no rows for is not drawn."""
    names = {chart.name for chart in (*violins(Landscape(small)), *scatters(Landscape(small)))}

    drawn = {name.removeprefix("landscape-small-v1.0-") for name in names}
    assert drawn == {name for name in charts if not name.startswith("map")} - {"topology", "noise"}


@pytest.mark.browser
@pytest.mark.parametrize(("scheme", "width"), [("light", 320), ("dark", 1200)])
def test_every_chart_is_drawn(open_page, drawn, accessible, site, charts, scheme, width):
    """All views are drawn from disk, nothing sticks out, and axe has nothing to say."""
    page = open_page(site / f"landscape/{NAME}.html", width=width, scheme=scheme)
    page.evaluate("document.querySelectorAll('section > details').forEach(each => { each.open = true; })")

    assert drawn(page) == [scheme] * len(charts)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    accessible(page)


@pytest.mark.browser
def test_page_is_complete_without_javascript(open_page, site, charts):
    """All drawings are there."""
    page = open_page(site / f"landscape/{NAME}.html", java_script_enabled=False)
    for summary in page.locator("section > details > summary").all():
        summary.click()

    assert page.locator("figure picture img:visible").count() == len(charts)
