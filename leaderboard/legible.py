"""Legible text: readers see what strangers wrote, on pages, in terminals and in tables."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

#: The pattern of texts without a line's end.
ONE_LINE = r"^[^\n\r]*$"

#: Signs that are not seen, or change how others are: control characters, what directs or joins writing,
#: fillers and variations, half pairs, private and forbidden ones. Line ends and tabs are not among them.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u2800\u3164\ud800-\uf8ff\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U0010ffff]"
)
#: Marks that pile up on one letter: no orthography needs as many once they are composed.
_MAX_MARKS = 3
#: Where a spreadsheet begins to read a formula: in the beginning, or where it may split a cell.
_FORMULA = re.compile("(^|[;|\t\r\n])([\\s'\"]*)(?=[=+\\-@\uff1d\uff0b\uff0d\uff20])")
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_NUMBERS_BEGIN = frozenset("+-.0123456789")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)


def legible(text: str) -> str:
    """Text with escapes such as U+202E's in place of signs that nobody sees; line ends are one newline."""
    return _UNSEEN.sub(lambda sign: _escaped(ord(sign[0])), text.replace("\r\n", "\n"))


def decoded(data: bytes) -> str | None:
    """The text of a file; None where a person could not read it."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text


def marred(text: str) -> str:
    """What makes a text look other than it is, such as `a sign U+202E`; empty where nothing does."""
    if unseen := _UNSEEN.search(text):
        return f"a sign U+{ord(unseen[0]):04X} that is not seen"
    marks = 0
    for sign in unicodedata.normalize("NFC", text):
        category = unicodedata.category(sign)
        marks = marks + 1 if category in {"Mn", "Me"} else 0
        if category == "Me" or marks > _MAX_MARKS:
            return f"marks such as U+{ord(sign):04X} around or upon a letter"
    return ""


def shortened(text: str, limit: int) -> str:
    """Text of at most about `limit` characters: its beginning and its end, where it is longer."""
    if len(text) <= limit:
        return text
    return (
        f"{text[: limit // 3]}\n[{len(text) - limit:,} characters left out]\n{text[-(limit - limit // 3) :]}"
    )


def power(number: float) -> str:
    """A number in powers of ten, as people write them."""
    digits, _, exponent = f"{number:.2e}".partition("e")
    digits = digits.rstrip("0").rstrip(".")
    ten = "10" + str(int(exponent)).translate(_SUPERSCRIPTS)
    return ten if digits == "1" else f"{digits} \N{MULTIPLICATION SIGN} {ten}"


def to_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table as CSV; no cell is a formula for a spreadsheet, and none hides anything."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow(map(_cell, row))
    return text.getvalue()


def _cell(value: object) -> object:
    """A cell that is shown as it is: an apostrophe before what a spreadsheet would compute."""
    if not isinstance(value, str) or (value[:1] in _NUMBERS_BEGIN and _NUMBER.fullmatch(value)):
        return value
    return _guarded(value)


@lru_cache(maxsize=1 << 14)  # names and slugs come again and again
def _guarded(text: str) -> str:
    return _FORMULA.sub(r"\1\2'", legible(text))


def _escaped(number: int) -> str:
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
