"""Markdown of this repository as parts of pages, cut at its second-level headings."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup


@dataclass(frozen=True, slots=True)
class MarkdownSection:
    """What stands below one heading."""

    title: str
    #: The title as the end of an address.
    slug: str
    #: Escaped: HTML in the Markdown is text.
    html: Markup


def sections(text: str) -> list[MarkdownSection]:
    """Render each section of a Markdown text; what stands before the first is left out."""
    parser = _parser()
    tokens = parser.parse(text)
    starts = [i for i, token in enumerate(tokens) if token.type == "heading_open" and token.tag == "h2"]
    parts = []
    for start, end in zip(starts, [*starts[1:], len(tokens)], strict=True):
        title = tokens[start + 1].content
        body = parser.renderer.render(tokens[start + 3 : end], parser.options, {"label": title})
        markup = Markup(body)  # noqa: S704 - rendered with html=False
        parts.append(MarkdownSection(title, slug_of(title), markup))
    return parts


def rendered(text: str) -> Markup:
    """Render a Markdown text that may stand anywhere in a page."""
    return Markup(_parser().render(text, {"label": "Table"}))  # noqa: S704 - rendered with html=False


def inlined(text: str) -> Markup:
    """Render one line of Markdown, such as a comment with `code` in it, without a paragraph around it."""
    return Markup(_parser().renderInline(text))  # noqa: S704 - rendered with html=False


def slug_of(title: str) -> str:
    """Lower-case words with dashes between them."""
    return "-".join(re.findall(r"[a-z0-9]+", title.lower()))


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    parser.add_render_rule("table_open", _table_open)
    parser.add_render_rule("table_close", lambda *_: "</table>\n</div>\n")
    return parser


def _table_open(_self: Any, _tokens: Sequence[Token], _index: int, _options: Any, env: Any) -> str:
    """Wide tables scroll by themselves, also with keys."""
    return (
        f'<div class="scrolls" tabindex="0" role="group" aria-label="{html.escape(env["label"])}">\n<table>\n'
    )
