"""The feed of changes, and the page that says the same."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import UTC, datetime

import pytest

from leaderboard.errors import BoardError
from leaderboard.pages.build import make_site, rank_tracks
from leaderboard.pages.changes import changes, feed, read_news
from leaderboard.places import CHANGELOG
from leaderboard.rendering.content import Site

ATOM = "{http://www.w3.org/2005/Atom}"


def parse_xml(data):
    return ET.fromstring(data)  # noqa: S314 - our own


def test_feed_is_atom(site):
    """What RFC 4287 demands of a feed and its entries is there, once each."""
    news = changes(site)
    root = parse_xml(feed(news))

    entries = root.findall(f"{ATOM}entry")
    assert root.tag == f"{ATOM}feed"
    assert len(entries) == len(news) > 2
    for element in (root, *entries):
        for name in ("id", "title", "updated"):
            assert len(element.findall(ATOM + name)) == 1
        stamp = datetime.fromisoformat(element.findtext(f"{ATOM}updated"))
        assert stamp.tzinfo == UTC
        assert element.findtext(f"{ATOM}id").startswith("tag:nb301.invalid,2026:")
    assert root.findtext(f"{ATOM}author/{ATOM}name")
    identifiers = [entry.findtext(f"{ATOM}id") for entry in entries]
    assert len(set(identifiers)) == len(identifiers)
    assert root.findtext(f"{ATOM}updated") == max(e.findtext(f"{ATOM}updated") for e in entries)
    (ranked,) = (
        e for e in entries if e.findtext(f"{ATOM}title").startswith("Regularized evolution 1.0 ranked")
    )
    assert ranked.findtext(f"{ATOM}updated") == "2020-01-01T00:00:01Z"
    assert "emulated 2.0" in ranked.findtext(f"{ATOM}content")
    assert ranked.find(f"{ATOM}content").get("type") == "html"


def test_same_changes_give_the_same_bytes(site):
    """In whatever order tracks come."""
    again = Site(site.rankings[::-1], site.judgements, site.references, {}, None)

    assert feed(changes(site)) == feed(changes(again))


@pytest.mark.parametrize("base", ["https://example.org/a", "https://example.org/a/"])
def test_links_follow_the_address(site, base):
    """Relative without an address, absolute with one; identifiers stay."""
    relative, absolute = (parse_xml(feed(changes(site), address)) for address in (None, base))
    hrefs = [link.get("href") for link in relative.iter(f"{ATOM}link")]
    others = [link.get("href") for link in absolute.iter(f"{ATOM}link") if link.get("rel") != "self"]

    assert others == [f"https://example.org/a/{href}" for href in hrefs]
    assert [e.text for e in relative.iter(f"{ATOM}id")] == [e.text for e in absolute.iter(f"{ATOM}id")]
    assert absolute.find(f"{ATOM}link[@rel='self']").get("href") == "https://example.org/a/feed.xml"


def test_page_says_what_the_feed_says(site, out, parsed, text_of):
    """Each title, latest first."""
    titles = [text_of(heading) for heading in parsed(out / "changes.html").iter("h2")]

    news = changes(site)
    assert titles == [change.title for change in news]
    assert [change.when for change in news] == sorted((change.when for change in news), reverse=True)


def test_hostile_names_are_text(hostile_runs, references):
    """Markup is escaped, and what turns text around or is no XML stands there as what it is."""
    hostile_site = make_site(rank_tracks(hostile_runs, references), references)
    root = parse_xml(feed(changes(hostile_site)))
    titles = [entry.findtext(f"{ATOM}title") for entry in root.iter(f"{ATOM}entry")]

    assert sum(title.startswith("<script>alert(1)</script>\\u202etxet\\x0bW") for title in titles) == 4


def test_wrong_news_are_refused():
    """A heading without a date names its line."""
    with pytest.raises(BoardError, match=r"C\.md:3: '### Soon it comes' is no heading of news"):
        list(read_news("## News\n\n### Soon it comes\n", "C.md"))
    with pytest.raises(BoardError, match="has no section"):
        list(read_news("# Changelog\n", "C.md"))


def test_committed_news_can_be_read():
    """They have titles and texts, and end where the next section begins."""
    news = list(read_news(CHANGELOG.read_text("utf-8"), "CHANGELOG.md"))

    assert news
    assert all(change.title and change.html for change in news)
    assert not any("Unreleased" in change.html for change in news)
