"""Markdown as parts of pages."""

from __future__ import annotations

from leaderboard.rendering.markdown import inlined, rendered, sections, slug_of


def test_html_in_markdown_is_text():
    """What is rendered cannot bring elements of its own."""
    (section,) = sections("lost\n## A title, *so*\n<script>x</script> [l](javascript:x)\n\n|a|\n|-|\n|b|\n")

    assert section.slug == "a-title-so"
    assert "<script>" not in section.html
    assert "href" not in section.html
    assert '<div class="scrolls" tabindex="0"' in section.html


def test_sections_end_where_the_next_begins():
    """Headings of other levels stay within."""
    one, two = sections("# Title\nlost\n## One\na\n### Within\nb\n## Two\nc\n")

    assert (one.title, two.title) == ("One", "Two")
    assert "<h3>Within</h3>" in one.html
    assert two.html == "<p>c</p>\n"


def test_tables_are_called_by_their_section():
    """A reader without sight hears which table scrolls."""
    (section,) = sections('## "Quoted" & so\n|a|\n|-|\n|b|\n')

    assert 'aria-label="&quot;Quoted&quot; &amp; so"' in section.html
    assert 'aria-label="Table"' in rendered("|a|\n|-|\n|b|\n")


def test_lines_have_no_paragraph():
    """A comment with code may stand in a cell of a table."""
    assert inlined("One `code`, <b>") == "One <code>code</code>, &lt;b&gt;"
    assert slug_of("What it may do!") == "what-it-may-do"
