"""Changes: news of CHANGELOG.md and entries that were ranked, as an Atom feed and as a page."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from urllib.parse import urljoin

from markupsafe import Markup

from leaderboard.errors import BoardError
from leaderboard.legible import legible
from leaderboard.places import CHANGELOG
from leaderboard.ranking.standings import Ranking
from leaderboard.rendering.content import Site, entry_path, names_by_entry
from leaderboard.rendering.markdown import rendered, slug_of
from leaderboard.rendering.page import Page
from leaderboard.runs.record import Run

_NEWS = "## News"
#: Changes that a reader is told.
_MOST = 200
_ATOM = "http://www.w3.org/2005/Atom"
#: No name on the network, so that an identifier is nobody else's and stays when the site moves (RFC 4151).
_TAG = "tag:nb301.invalid,2026:"


@dataclass(frozen=True, slots=True)
class Change:
    """Something that changed."""

    #: What tells it from all others, for good.
    slug: str
    title: str
    #: UTC.
    when: datetime
    html: Markup
    #: What it leads to, in the site.
    path: str


def changes(site: Site, changelog: Path = CHANGELOG) -> list[Change]:
    """The latest changes, at most `_MOST`, the last of them first.

    Raises:
        BoardError: The news cannot be read; names the line.
    """
    news = list(read_news(changelog.read_text(encoding="utf-8"), str(changelog)))
    for ranking in site.rankings:
        news += _ranked(ranking)
    return sorted(news, key=lambda change: (-change.when.timestamp(), change.slug))[:_MOST]


def read_news(text: str, place: str) -> Iterator[Change]:
    """Read the section `News` of a changelog, where each heading is `### YYYY-MM-DD Title`.

    Args:
        text: The changelog.
        place: Its name, for messages.

    Raises:
        BoardError: There is no such section, or a heading is another.
    """
    lines = text.splitlines()
    if _NEWS not in lines:
        raise BoardError(
            f"{place}: has no section {_NEWS!r}; write one, with headings '### YYYY-MM-DD Title'"
        )
    heads, end = [], len(lines)
    for number in range(lines.index(_NEWS) + 1, len(lines)):
        if lines[number].startswith("### "):
            heads.append(number)
        elif lines[number].startswith("## "):
            end = number
            break
    for head, after in zip(heads, [*heads[1:], end], strict=True):
        yield _news(lines[head], "\n".join(lines[head + 1 : after]), f"{place}:{head + 1}")


def _news(heading: str, text: str, place: str) -> Change:
    """One piece of news, of its heading and the Markdown below."""
    day, _, title = heading.removeprefix("### ").partition(" ")
    try:
        when = datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise BoardError(
            f"{place}: {heading!r} is no heading of news: write '### YYYY-MM-DD Title'"
        ) from None
    return Change(f"news/{day}/{slug_of(title)}", title, when, rendered(text), "changes.html")


def changes_page(news: Sequence[Change]) -> Page:
    """Make `changes.html`."""
    return Page("changes.html", "changes.html.j2", {"changes": news})


def feed(news: Sequence[Change], base: str | None = None) -> bytes:
    """Write an Atom feed (RFC 4287); equal changes give equal bytes.

    Args:
        news: Latest first, one at least: the changelog has news of releases.
        base: Address of the site's folder; without one links are relative to the feed.
    """
    root = ET.Element("feed", {"xmlns": _ATOM, "xml:lang": "en"})
    _add(root, "id", f"{_TAG}changes")
    _add(root, "title", "Changes of the nb301 leaderboard")
    _add(
        root,
        "subtitle",
        "Results rest on what their release names: those of an emulation are not CIFAR-10 results.",
    )
    _add(root, "updated", _stamp(max(change.when for change in news)))
    _add(ET.SubElement(root, "author"), "name", "nb301 leaderboard")
    _link(root, "alternate", "changes.html", base, "text/html")
    if base is not None:
        _link(root, "self", "feed.xml", base, "application/atom+xml")
    for change in news:
        entry = ET.SubElement(root, "entry")
        _add(entry, "id", f"{_TAG}{change.slug}")
        _add(entry, "title", change.title)
        _add(entry, "updated", _stamp(change.when))
        _link(entry, "alternate", change.path, base, "text/html")
        _add(entry, "content", str(change.html)).set("type", "html")
    ET.indent(root)
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _ranked(ranking: Ranking) -> Iterator[Change]:
    """Each version of an entry that is ranked, when the last of its runs had ended."""
    names = names_by_entry(ranking.whole.standings)
    versions: dict[tuple[str, str], list[Run]] = {}
    for run in ranking.runs:
        versions.setdefault((run.cell.submission, run.entry.version), []).append(run)
    for (entry, version), runs in sorted(versions.items()):
        releases, ends = set(), []
        for run in runs:
            releases.add(f"{run.release.name} ({run.release.truth})")
            ends.append(datetime.fromisoformat(run.origin.ended))
        where = f"{len(runs)} runs on the track {ranking.track.slug}, on {', '.join(sorted(releases))}."
        yield Change(
            slug=f"entries/{entry}/{version}/{ranking.track.slug}",
            title=f"{names[entry]} {version} ranked on {ranking.track.slug}",
            when=max(ends).astimezone(UTC),
            html=Markup(f"<p>{escape(where)}</p>"),  # noqa: S704 - escaped
            path=entry_path(entry),
        )


def _add(parent: ET.Element, name: str, text: str) -> ET.Element:
    element = ET.SubElement(parent, name)
    element.text = legible(text)
    return element


def _link(parent: ET.Element, relation: str, path: str, base: str | None, kind: str) -> None:
    address = path if base is None else urljoin(base.rstrip("/") + "/", path)
    ET.SubElement(parent, "link", {"rel": relation, "type": kind, "href": address})


def _stamp(when: datetime) -> str:
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")
