"""What tests of the landscape share: the embedded table, a small one, and the page with its charts."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from leaderboard.drawing.vega import Chart
from leaderboard.pages.landscape.pages import landscape_pages
from leaderboard.places import SITE
from leaderboard.rendering.page import Page, write_page
from nb301.tables.schema import EvaluationTable

NAME = "emulated-v2.0"


@pytest.fixture(scope="session")
def table(embedded_table: EvaluationTable) -> EvaluationTable:
    """The embedded table."""
    return embedded_table


@pytest.fixture(scope="session")
def small(table: EvaluationTable) -> EvaluationTable:
    """Some rows of two optimizers, and no probe."""
    rows = table.rows
    chosen = rows[rows["optimizer"].isin(["rs", "de"])].iloc[::300]
    return EvaluationTable("small", "1.0", "emulated 2.0", chosen)


@pytest.fixture(scope="session")
def page() -> Page:
    """The page of the embedded table."""
    listed, page = landscape_pages([NAME])
    assert listed.context["table"].rows[0][:3] == (NAME, "an emulation", "61,089 emulated evaluations")
    return page


@pytest.fixture(scope="session")
def charts(page: Page) -> dict[str, Chart]:
    """Its charts, by the end of their names."""
    return {chart.name.removeprefix(f"landscape-{NAME}-"): chart for chart in page.charts}


@pytest.fixture(scope="session")
def site(page: Page, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a site with that page alone."""
    out = tmp_path_factory.mktemp("landscape")
    shutil.copytree(SITE / "static", out / "static")
    write_page(page, out)
    return out
