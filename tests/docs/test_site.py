"""The documentation's site and the leaderboard's are siblings."""

from __future__ import annotations

import re

from leaderboard.places import ROOT, SITE

COLOUR = re.compile(r"(--[\w-]+): (#[0-9a-f]{6});")


def colours(path, beginning):
    """Colours of the block that begins so."""
    block = path.read_text(encoding="utf-8").partition(beginning)[2].partition("}")[0]
    return dict(COLOUR.findall(block))


def test_colours_are_the_leaderboards():
    """In both themes."""
    ours, theirs = ROOT / "docs" / "assets" / "site.css", SITE / "static" / "style.css"
    for scheme, beginning in [("default", ":root {"), ("slate", "dark) {\n  :root {")]:
        here = colours(ours, f'[data-md-color-scheme="{scheme}"] {{')
        assert here
        assert here.items() <= colours(theirs, beginning).items()
