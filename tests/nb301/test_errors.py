"""Errors and messages: one base, one line each, whatever the text or value."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nb301 import errors
from nb301.errors import is_one_line, one_line, shown


@given(st.text())
def test_lines_are_lines(text):
    """Whatever text is shown, it is one line of printable characters, and not much longer than asked for."""
    for line in (one_line(text, 20), shown(text, 20)):
        assert line.isprintable()
        assert len(line) <= 20 * len("\\U0001f600") + 3
    if text.isprintable() and len(text) <= 20:
        assert one_line(text, 20) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", True),
        ("a b é", True),
        ("a\nb", False),
        ("\x1b[2J", False),
        ("\u202ereversed", False),
        ("\ud800", False),
    ],
)
def test_knows_a_line_of_printable_signs(text, expected):
    """Ends of lines, what moves a cursor and what turns the text around are none."""
    assert is_one_line(text) is expected


@pytest.mark.parametrize(
    "value", [10**5000, [[[]] * 10**5] * 3, "x" * 10**6], ids=["integer", "list", "text"]
)
def test_shows_any_value_shortly(value):
    """However large a value is, what is shown of it is short."""
    assert len(shown(value)) < 100


def test_shows_what_has_no_repr():
    """An object that raises is named by its type."""

    class Hostile:
        def __repr__(self):
            raise ZeroDivisionError

    assert shown(Hostile()).startswith("<Hostile instance at ")
    assert shown(10**5000) == "what cannot be shown, of type int,"


def test_all_errors_have_one_base():
    """Whoever catches `Nb301Error` catches all of them; each says in a docstring when it is raised."""
    classes = [value for value in vars(errors).values() if isinstance(value, type)]
    for error in classes:
        assert issubclass(error, errors.Nb301Error)
        assert error.__doc__
        assert error.__name__ in errors.__doc__
