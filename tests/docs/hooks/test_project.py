"""Links of pages to files of the repository, and the site's addresses."""

from __future__ import annotations

import pytest
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from docs.hooks import project as hook
from leaderboard.rendering.project import Project

ADDRESS = "https://example.org/nb301"


@pytest.fixture
def config():
    loaded = MkDocsConfig()
    loaded.load_dict({"site_name": "nb301", "nav": [{"Start": "index.md"}]})
    loaded.validate()
    return loaded


@pytest.fixture
def of_address(monkeypatch):
    """A project of some addresses."""

    def set_project(*addresses):
        monkeypatch.setattr(hook, "project", lambda: Project("1.0", *addresses))

    return set_project


def linked(config, text):
    """A page of `docs/` with a text, as the site has it."""
    files = Files([File(name, "docs", "build", use_directory_urls=False) for name in ("a.md", "b.md")])
    page = Page("A", files.get_file_from_path("a.md"), config)
    return hook.on_page_markdown(text, page=page, files=files)


def test_files_of_the_repository_are_there(config, of_address):
    """Files and folders that are no pages lead to the repository, at their place in a line."""
    of_address(f"{ADDRESS}/")

    assert linked(config, "[x](../nb301/exact.py#L1)") == f"[x]({ADDRESS}/blob/main/nb301/exact.py#L1)"
    assert linked(config, "[x](studies)") == f"[x]({ADDRESS}/tree/main/docs/studies)"


@pytest.mark.parametrize(
    "text", ["[b](b.md)", "[b](b.md#x)", "[x](lost.md)", "[x](#a)", "[x](https://a.b/c)"]
)
def test_other_links_stay(config, of_address, text):
    """Pages are on the site, what is lost is for MkDocs to tell."""
    of_address(ADDRESS)

    assert linked(config, text) == text


def test_nobody_invents_an_address(config, of_address):
    """Without a repository's address there is no link, and no icon; without the board's no tab."""
    of_address(None)

    assert linked(config, "see [`exact`](../nb301/exact.py).") == "see `exact`."
    assert hook.on_config(config).nav == [{"Start": "index.md"}]
    assert "social" not in config.extra


def test_addresses_come_from_the_project(config, of_address):
    """The site's own, the repository's and the board's."""
    of_address(ADDRESS, f"{ADDRESS}/docs/", f"{ADDRESS}/board/")

    assert hook.on_config(config).nav[-1] == {"Leaderboard": f"{ADDRESS}/board/"}
    assert config.site_url == f"{ADDRESS}/docs/"
    assert config.extra["social"][0]["link"] == ADDRESS
