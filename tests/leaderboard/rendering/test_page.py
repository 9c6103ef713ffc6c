"""Pages before they are written."""

from __future__ import annotations

import pytest

from leaderboard.drawing.vega import Table
from leaderboard.rendering import page as rendering
from leaderboard.rendering.page import NAVIGATION, Page, write_page
from leaderboard.rendering.project import Project

_WORDS = {"title": "T", "lead": "L", "note": "N", "more": ("M", "m.html")}


@pytest.mark.parametrize(
    ("path", "root"), [("index.html", ""), ("a/b.html", "../"), ("a/b/c.html", "../../")]
)
def test_root_leads_to_the_sites_folder(path, root):
    """From any depth."""
    assert Page(path, "list.html.j2", {}).root == root


def test_navigation_has_what_is_there(tmp_path):
    """Pages that a build leaves out are not linked; that of the page's own folder is marked."""
    listed = Table(("name",), (("one",),))
    page = Page("releases/one.html", "list.html.j2", {**_WORDS, "table": listed})
    text = write_page(page, tmp_path, ["index.html", "releases/index.html"]).read_text(encoding="utf-8")

    assert '<a href="../index.html">Ranking</a>' in text
    assert '<a href="../releases/index.html" aria-current="true">Releases</a>' in text
    assert [title for title, *_ in NAVIGATION if f">{title}</a>" in text] == ["Ranking", "Releases"]


def test_documentation_is_linked_where_it_has_an_address(tmp_path, monkeypatch):
    """From all pages."""
    page = Page("one.html", "list.html.j2", {**_WORDS, "table": Table(("name",), (("one",),))})
    for address, count in [(None, 0), ("https://example.org/docs/", 1)]:
        monkeypatch.setattr(rendering, "project", lambda address=address: Project("1.0", None, address))
        text = write_page(page, tmp_path, []).read_text(encoding="utf-8")
        assert text.count('<a href="https://example.org/docs/" rel="noreferrer">Documentation</a>') == count
