"""Templates: escaped, complete, and joined where a line goes on."""

from __future__ import annotations

import traceback

import pytest
from jinja2 import UndefinedError

from leaderboard.places import SITE
from leaderboard.rendering import render


@pytest.fixture
def rendered(tmp_path, monkeypatch):
    """Render the text of a template."""
    (tmp_path / "templates").mkdir()
    monkeypatch.setattr(render, "SITE", tmp_path)

    def rendered(template, **context):
        (tmp_path / "templates" / "t.html.j2").write_text(template)
        return render.render("t.html.j2", context)

    return rendered


def test_missing_name_in_a_template_is_an_error(rendered):
    """A typo in a template does not become an empty place on the page."""
    with pytest.raises(UndefinedError, match="unknown"):
        rendered("{{ known }}{{ unknown }}", known=1)


def test_values_are_escaped(rendered):
    """Markup is text, and so is what nobody sees."""
    assert rendered("<p>{{ name }}</p>", name="<b>\u202e") == "<p>&lt;b&gt;\\u202e</p>"


def test_lines_go_on_after_a_backslash(rendered):
    """Nothing of the line's end is in the page, be it in text, in a tag or beside a block."""
    assert rendered("one \\\n  two\\\n  , three\n") == "one two, three\n"
    assert rendered("<p>\\\n  {% if x %}a\\\n  {% else %}b{% endif %}</p>\n", x=True) == "<p>a</p>\n"
    assert rendered('<a \\\n  href="{{ x }}">\\\n    {{ x }}</a>', x=1) == '<a href="1">1</a>'


def test_errors_name_the_line_of_the_template(rendered):
    """Lines that go on are counted."""
    with pytest.raises(UndefinedError) as caught:
        rendered("one \\\n  two \\\n  three\n{{ unknown }}")

    lines = [
        frame.lineno for frame in traceback.extract_tb(caught.tb) if frame.name == "top-level template code"
    ]
    assert lines == [4]


def test_no_template_has_long_lines():
    """What is longer goes on in the next line."""
    for path in (SITE / "templates").rglob("*.j2"):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            assert len(line) <= 160, f"{path}:{number}"
