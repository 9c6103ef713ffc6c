"""The pages of text and data, and the plain files that belong to them."""

from __future__ import annotations

from collections.abc import Iterator

from leaderboard.pages.changes import changes, changes_page, feed
from leaderboard.pages.data import DATA, runs_pages
from leaderboard.pages.methods import methods_page
from leaderboard.pages.submit import submit_page
from leaderboard.ranking.iohanalyzer import incumbents_csv
from leaderboard.rendering.content import Site
from leaderboard.rendering.page import Page


def pages(site: Site, base: str | None = None) -> Iterator[Page]:
    """Make all pages of text; that of the data comes last of all, see `data_page.data_page`.

    Args:
        site: What they show.
        base: Address of the site's folder, for the page of addresses that do not exist.
    """
    yield submit_page(site.submissions)
    yield methods_page(site)
    yield changes_page(changes(site))
    yield from runs_pages(site)
    yield Page("404.html", "404.html.j2", {"base": base and base.rstrip("/") + "/"})


def files(site: Site, base: str | None = None) -> Iterator[tuple[str, str | bytes]]:
    """Make the plain files: paths in the site, and contents.

    Args:
        site: What they hold.
        base: Address of the site's folder, for the feed's links; without one they are relative.
    """
    yield "feed.xml", feed(changes(site), base)
    for ranking in site.rankings:
        yield f"{DATA}/{ranking.track.slug}/iohanalyzer.csv", incumbents_csv(ranking.runs)
