"""What tests of releases share: the committed report, and pages of two releases with their charts."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from leaderboard.pages.releases.pages import release_pages
from leaderboard.places import REPORT, SITE
from leaderboard.rendering.content import read_report
from leaderboard.rendering.page import Page, write_page
from nb301.releases.report import ValidationReport

NAMES = ("emulated-xgb-v2.0", "emulated-gin-rand-v2.0")


@pytest.fixture(scope="session")
def report() -> ValidationReport:
    """The committed report."""
    return read_report(REPORT)


@pytest.fixture(scope="session")
def pages(report: ValidationReport) -> dict[str, Page]:
    """The list, and the pages of two releases, by path."""
    return {page.path: page for page in release_pages(NAMES, report)}


@pytest.fixture(scope="session")
def site(pages: dict[str, Page], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a site with these pages alone."""
    out = tmp_path_factory.mktemp("releases")
    shutil.copytree(SITE / "static", out / "static")
    for page in pages.values():
        write_page(page, out)
    return out


@pytest.fixture
def without_charts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make pages without figures, which take seconds."""
    monkeypatch.setattr("leaderboard.pages.releases.pages.release_charts", lambda *_: [])
