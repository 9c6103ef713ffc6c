"""Cards of HTML: a style of their own, which nothing else on the page takes."""

from __future__ import annotations

import re

import html5lib
import numpy as np

from nb301.display.html import card
from nb301.space import sample


def test_style_is_for_cards_alone():
    """Each selector is below the card's class, whatever else a notebook shows."""
    style = re.search("<style>(.*?)</style>", card("title"))[1]
    for selectors in re.findall(r"([^{}]+)\{", style):
        for selector in selectors.split(","):
            assert selector.strip().startswith(".nb301 ")


def test_style_knows_what_drawings_use():
    """Every class of a drawn genotype has a rule, but for that of the drawing."""
    drawn = sample(np.random.default_rng(0))._repr_html_()
    style, _, body = drawn.partition("</style>")
    used = {name for names in re.findall('class="([^"]+)"', body) for name in names.split()}

    assert used - {*re.findall(r"\.([\w-]+)", style)} == {"cell"}


def test_is_html():
    """A strict parser takes it."""
    drawn = sample(np.random.default_rng(0))._repr_html_()
    html5lib.HTMLParser(strict=True).parseFragment(drawn.replace("<style>", "").replace("</style>", ""))
