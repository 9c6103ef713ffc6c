"""Text of strangers: nothing hides in it, and no cell of a table is a formula."""

from __future__ import annotations

import csv
import io
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.legible import legible, marred, power, shortened, to_csv

#: Of the category of formats, but seen: they stand around or above digits and words.
SEEN = {*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}
#: What spreadsheets read as a formula's first sign.
SIGNS = "=+-@\uff1d\uff0b\uff0d\uff20"


def test_signs_that_are_not_seen_are_written_out():
    """Control characters, directions, joiners, private signs, half pairs: all of these categories."""
    hieroglyphs = range(0x13430, 0x13460)  # arranges pictures, moves nothing else
    for number in range(sys.maxunicode + 1):
        sign = chr(number)
        hidden = unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
        if hidden and sign not in "\n\t" and number not in SEEN and number not in hieroglyphs:
            assert legible(sign).isascii()
            assert legible(sign).isprintable()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\u202eb", "a\\u202eb"),
        ("a\u200bb", "a\\u200bb"),
        ("\x1b[2J", "\\x1b[2J"),
        ("\r\n\r", "\n\\x0d"),
        ("\u3164", "\\u3164"),
        ("\U000e0041", "\\U000e0041"),
        ("\ud800", "\\ud800"),
        ("Zoë, 日本, שלום, Ω\t\n", "Zoë, 日本, שלום, Ω\t\n"),
    ],
)
def test_legible(text, shown):
    """What readers see stays as it is."""
    assert legible(text) == shown
    assert bool(marred(text)) == (shown != text)


@pytest.mark.parametrize("text", ["Zoë", "Nguyễn Văn", "שָׁלוֹם", "e\u0301", "हिन्दी", "Ω-search", ""])
def test_orthographies_are_not_marred(text):
    """Marks that a language has are no disguise."""
    assert marred(text) == ""


@pytest.mark.parametrize("text", ["Z" + "\u0335" * 9, "a\u20dd", "a\u0301\u0302\u0303\u0304\u0305"])
def test_piled_marks_are_told(text):
    """Text that leaves its line is."""
    assert "marks such as U+" in marred(text)


@given(st.text(), st.integers(min_value=0, max_value=100))
def test_shortened_keeps_both_ends(text, limit):
    """The middle goes, and how much of it is told."""
    found = shortened(text, limit)

    assert len(found) <= max(limit, 0) + 60
    assert text.startswith(found.partition("\n[")[0]) if len(text) > limit else found == text
    assert text.endswith(found.rpartition("left out]\n")[2]) if len(text) > limit else True


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ('=HYPERLINK("http://x")', '\'=HYPERLINK("http://x")'),
        ("+1+1", "'+1+1"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "\t'=1"),
        (" =1", " '=1"),
        ("\r=1", "\\x0d=1"),
        ("a;=1", "a;'=1"),
        ("a\n=1", "a\n'=1"),
        ("\uff1d1", "'\uff1d1"),
        ("\u200b=1", "\\u200b=1"),
        ("-0.25", "-0.25"),
        ("+1.5e-07", "+1.5e-07"),
        ("-", "'-"),
        ("rs-2", "rs-2"),
        ("1-3", "1-3"),
    ],
)
def test_cells_are_no_formulas(cell, written):
    """An apostrophe stands before what a spreadsheet would compute; numbers are numbers."""
    assert [*csv.reader(io.StringIO(to_csv(["x"], [[cell]]), newline=""))] == [["x"], [written]]


@given(st.lists(st.text(), min_size=1, max_size=3) | st.lists(st.floats() | st.integers(), min_size=1))
def test_tables_hold_what_they_were_given(row):
    """Numbers as they are; no text begins like a formula, wherever a spreadsheet may split it."""
    written = to_csv(["c"] * len(row), [row])
    _, found = csv.reader(io.StringIO(written, newline=""))

    assert len(found) == len(row)
    for value, cell in zip(row, found, strict=True):
        if isinstance(value, str):
            parts = cell.replace("\t", ";").replace("\n", ";").replace("|", ";").split(";")
            assert not [part for part in parts if part.strip()[:1] in {*SIGNS}] or float(cell) is not None
        else:
            assert cell == str(value)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1e7, "10⁷"),
        (1.15e6, "1.15 \N{MULTIPLICATION SIGN} 10⁶"),
        (1.0, "10⁰"),
        (0.5, "5 \N{MULTIPLICATION SIGN} 10⁻¹"),
        (1e-12, "10⁻¹²"),
        (3e300, "3 \N{MULTIPLICATION SIGN} 10³⁰⁰"),
    ],
)
def test_powers_of_ten(number, text):
    """Powers may be negative."""
    assert power(number) == text
