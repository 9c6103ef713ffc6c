"""The project as pages cite it."""

from __future__ import annotations

from importlib.metadata import version

from leaderboard.rendering.project import Project, project


def test_project_is_what_is_installed():
    """The version of the checkout is that of the distribution."""
    assert project().version == version("nb301")


def test_pull_requests_are_where_the_repository_is():
    """Nobody invents a host: without an address there is no link."""
    assert Project("1.0", None).pull_requests is None
    assert Project("1.0", "https://example.org/nb301/").pull_requests == "https://example.org/nb301/pulls"


def test_entries_of_bibtex_are_balanced():
    """The paper by its arXiv number, and this version; the address where there is one."""
    text = Project("1.2", "https://example.org/nb301").bibtex

    assert text.count("{") == text.count("}")
    assert text.count("\n@") == 1
    for part in ("@misc{", "{2008.09777}", "@software{nb301,", "{1.2}", "{https://example.org/nb301}"):
        assert part in text
    assert "url" not in Project("1.2", None).bibtex
