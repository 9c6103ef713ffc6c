"""Hook of MkDocs: what pages share with the repository and the leaderboard's site.

Addresses are those of `[project.urls]` in pyproject.toml. Pages link to files of the repository as GitHub has
it, `../nb301/exact.py`; on the site such links lead to the repository. The mark is the leaderboard's.
"""

from __future__ import annotations

import posixpath
import re
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from leaderboard.places import ROOT, SITE
from leaderboard.rendering.project import project

#: A link in Markdown, no picture, whose target is no address with a scheme and no place on the page itself.
_RELATIVE = re.compile(r"(?<!!)\[([^\]]*)\]\((?![a-z]+:|#)([^)\s#]+)(#[^)\s]*)?\)")
_BRANCH = "main"


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Set the addresses."""
    here = project()
    config.site_url = here.documentation
    if here.leaderboard:
        (config.nav or []).append({"Leaderboard": here.leaderboard})
    if here.repository:
        link = {"icon": "fontawesome/brands/github", "link": here.repository, "name": "Code"}
        config.extra["social"] = [link]
    return config


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Add the leaderboard's mark."""
    files.append(File.generated(config, "assets/icon.svg", abs_src_path=str(SITE / "static" / "icon.svg")))
    return files


def on_page_markdown(text: str, *, page: Page, files: Files, **_: Any) -> str:
    """Turn links to files that the site has not into links to the repository, or text where none is known."""
    folder = posixpath.dirname(page.file.src_uri)

    def linked(match: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join("docs", folder, match[2]))
        on_site = files.get_file_from_path(posixpath.relpath(target, "docs"))
        if (on_site is not None and on_site.inclusion.is_included()) or not (ROOT / target).exists():
            return match[0]
        address = in_repository(target)
        return f"[{match[1]}]({address}{match[3] or ''})" if address else match[1]

    return _RELATIVE.sub(linked, text)


def in_repository(path: str) -> str | None:
    """Address of a file or folder, given from the root of the repository; None where that has none."""
    kind = "tree" if (ROOT / path).is_dir() else "blob"
    repository = project().repository
    return repository and f"{repository.rstrip('/')}/{kind}/{_BRANCH}/{path}"
