"""Python and JSON literals in a text, read without evaluating anything: bounded in size and nesting.

`ast.literal_eval` takes neither `np.int64(0)` nor a text that goes on behind the literal, and an
interpreter may die of what it parses. What is read here becomes plain lists, dicts, numbers and
strings; a call of a name, such as `Genotype(normal=[...])`, becomes a `Call` and calls nothing.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple, NoReturn

#: Longest text that is read, in characters.
MAX_TEXT = 2**16
#: Deepest nesting; a printed genotype has 5 levels, an official result file 3.
_MAX_DEPTH = 16
#: Longest range; nothing here has more than 16 entries.
_MAX_RANGE = 64
#: More digits are a float: no number of a genotype has them.
_INTEGER_DIGITS = 18
_CONSTANTS: dict[str, Any] = {
    **dict.fromkeys(("None", "null"), None),
    **dict.fromkeys(("True", "true"), True),
    **dict.fromkeys(("False", "false"), False),
    **dict.fromkeys(("nan", "NaN", "NA"), float("nan")),
    **dict.fromkeys(("inf", "Infinity"), float("inf")),
    **dict.fromkeys(("-inf", "-Infinity"), float("-inf")),
}
#: Calls that stand for their only argument: `np.int64(0)`, `np.str_('x')`, `array([2, 3])`, `list((2, 3))`.
_WRAPPERS = re.compile(r"u?int\d*_?|intp|float\d*_?|bool_?|str\d*_?|list|tuple|array|tensor|dict|OrderedDict")
_SPACE = re.compile(r"(?:\s|#[^\n]*)*+")
_TOKEN = re.compile(
    r"""(?:\s|\#[^\n]*)*+
    (?:(?P<string>[uU]?'(?:[^'\\\n]|\\.)*+'|[uU]?"(?:[^"\\\n]|\\.)*+")
    |(?P<number>[-+]?(?:\d[\d_]*+(?:\.\d*+)?|\.\d++)(?:[eE][-+]?\d++)?)
    |(?P<name>-?[A-Za-z_][\w.]*+)
    |(?P<mark>[()\[\]{},:=]))""",
    re.VERBOSE,
)
_KEYWORD = re.compile(r"\s*+([A-Za-z_]\w*+)\s*+=")
_CLOSING = {"(": ")", "[": "]", "{": "}"}


class LiteralError(ValueError):
    """A text that is no literal; `place` is the character that does not fit."""

    def __init__(self, what: str, place: int) -> None:
        super().__init__(f"{what} at character {place}")
        self.place = place


class Call(NamedTuple):
    """A name that is called, and with what."""

    name: str
    arguments: list[Any]
    keywords: dict[str, Any]


def read_literal(text: str, start: int = 0) -> tuple[Any, int]:
    """Read the literal that starts at a place of a text.

    Args:
        text: At most `MAX_TEXT` characters.
        start: Where it starts, or space before it.

    Returns:
        The literal, with lists for tuples, and the place behind it.

    Raises:
        LiteralError: There is none, it breaks off, or is nested deeper than 16 levels.
    """
    reader = _Reader(text, start)
    return reader.value(0), reader.place


class _Reader:
    """Reads one literal; `place` is behind what has been read, `_match` the token that comes next."""

    def __init__(self, text: str, place: int) -> None:
        self._text = text
        self._advance(place)

    def value(self, depth: int) -> Any:
        kind, word, start = self._next()
        if kind == "string":
            body = word.lstrip("uU")[1:-1]
            return re.sub(r"\\(.)", r"\1", body) if "\\" in body else body
        if kind == "number":
            return _number(word)
        if depth == _MAX_DEPTH:
            raise LiteralError(f"nested deeper than {_MAX_DEPTH} levels", start)
        if kind == "name":
            return self._named(word, start, depth)
        if word == "{":
            return self._mapping(depth)
        if word not in _CLOSING:
            raise LiteralError(f"unexpected {word!r}", start)
        items, _, comma = self._items(_CLOSING[word], depth)
        return items[0] if word == "(" and len(items) == 1 and not comma else items

    def _named(self, name: str, start: int, depth: int) -> Any:
        if self._skip("("):
            arguments, keywords, _ = self._items(")", depth, in_call=True)
            return _called(name, arguments, keywords, start)
        last = name.rpartition(".")[2]  # np.nan, pd.NA
        if last not in _CONSTANTS:
            raise LiteralError(f"unexpected {name[:40]!r}", start)
        return _CONSTANTS[last]

    def _items(
        self, closing: str, depth: int, *, in_call: bool = False
    ) -> tuple[list[Any], dict[str, Any], bool]:
        """What stands up to a closing bracket, and whether a comma is the last of it."""
        items: list[Any] = []
        keywords: dict[str, Any] = {}
        comma = True
        while not self._skip(closing):
            if not comma:
                self._expected(f"',' or {closing!r}")
            keyword = self._keyword() if in_call else ""
            if keyword in keywords:
                raise LiteralError(f"{keyword} is there twice", self.place)
            if keyword == "dtype":  # of an array: a name, or a string
                self._next()
            elif keyword:
                keywords[keyword] = self.value(depth + 1)
            else:
                items.append(self.value(depth + 1))
            comma = self._skip(",")
        return items, keywords, comma

    def _mapping(self, depth: int) -> dict[Any, Any]:
        mapping: dict[Any, Any] = {}
        comma = True
        while not self._skip("}"):
            if not comma:
                self._expected("',' or '}'")
            start = self.place
            key = self.value(depth + 1)
            if not isinstance(key, str | int | float) or key in mapping:
                raise LiteralError("expected a key that is new", start)
            if not self._skip(":"):
                self._expected("':'")
            mapping[key] = self.value(depth + 1)
            comma = self._skip(",")
        return mapping

    def _keyword(self) -> str:
        """The name of the argument that comes next; empty where it has none."""
        match = _KEYWORD.match(self._text, self.place)
        if match is None:
            return ""
        self._advance(match.end())
        return match[1]

    def _next(self) -> tuple[str, str, int]:
        """Take the next token: its kind, itself, and where it starts."""
        match = self._match
        if match is None or match.lastgroup is None:
            place = _SPACE.match(self._text, self.place).end()  # type: ignore[union-attr]
            rest = self._text[place : place + 20]
            raise LiteralError(f"unexpected {rest!r}" if rest else "it breaks off", place)
        self._advance(match.end())
        return match.lastgroup, match[match.lastgroup], match.start(match.lastgroup)

    def _skip(self, mark: str) -> bool:
        """Take a mark, if it comes next."""
        if self._match is None or self._match["mark"] != mark:
            return False
        self._advance(self._match.end())
        return True

    def _advance(self, place: int) -> None:
        self.place = place
        self._match = _TOKEN.match(self._text, place)

    def _expected(self, what: str) -> NoReturn:
        _, word, start = self._next()
        raise LiteralError(f"expected {what}, not {word[:20]!r}", start)


def _number(word: str) -> float:
    word = word.replace("_", "")
    if word.lstrip("+-").isdecimal() and len(word) <= _INTEGER_DIGITS:
        return int(word)
    return float(word)


def _called(name: str, arguments: list[Any], keywords: dict[str, Any], start: int) -> Any:
    last = name.rpartition(".")[2]
    if last == "range":
        return _range(arguments, start)
    # array([2, 3], dtype=int64) has a keyword, too
    if len(arguments) == 1 and _WRAPPERS.fullmatch(last):
        return arguments[0]
    return Call(last, arguments, keywords)


def _range(arguments: list[Any], start: int) -> list[int]:
    if not 1 <= len(arguments) <= 3 or {*map(type, arguments)} != {int}:
        raise LiteralError("expected a range of integers", start)
    try:
        numbers = range(*arguments)
    except ValueError:  # a step of 0
        numbers = range(0)
    if not 0 < len(numbers) <= _MAX_RANGE:
        raise LiteralError(f"expected a range of 1 to {_MAX_RANGE} numbers", start)
    return [*numbers]
