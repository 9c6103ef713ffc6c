"""Finds the genotype in a text: what Python or JSON writes, bare, assigned to a name, or in a log's line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from nb301.errors import GenotypeError, shown
from nb301.formats.literals import MAX_TEXT, Call, LiteralError, read_literal
from nb301.formats.published import PUBLISHED, published
from nb301.space import CELL_NAMES, Genotype

#: What `str(genotype)` writes, and where what `repr` of a namedtuple writes starts.
_OWN = re.compile(
    r"(?<!\w)normal:(?P<normal>[\w@+/]*+),\s*+reduce:(?P<reduce>[\w@+/]*+)(?=$|[\s'\"`,;.)\]}|<])"
)
_CALL = re.compile(r"Genotype\s*+\(|\b\w++\(\s*+normal\s*+=")
_OPENING = re.compile(r"[(\[{]")
_EXPECTED = (
    "expected 'normal:CELL,reduce:CELL' with CELL = 'op@source+op@source' for each of the nodes 2-5, joined "
    "by '/'; Genotype(normal=[('sep_conv_3x3', 0), ...], ...); a configuration; NASLib's tuples; or a "
    f"published genotype's name: {', '.join(PUBLISHED)}"
)


def notation_in(text: str) -> Genotype | Call | list[Any] | dict[Any, Any]:
    """Find the one genotype that a text holds.

    Args:
        text: At most 65,536 characters; the byte order mark of a file may stand before it.

    Returns:
        A genotype where the text is its own form or a published name; otherwise lists, dicts or the call
        of a namedtuple, not checked.

    Raises:
        GenotypeError: It is too long, or holds none or several.
    """
    if len(text) > MAX_TEXT:
        raise GenotypeError(
            f"a text of {len(text):,} characters, expected at most {MAX_TEXT:,} for a genotype"
        )
    stripped = text.strip("\ufeff \t\r\n\f\v")
    own = _OWN.fullmatch(stripped)
    if own is not None:
        return Genotype.from_texts(own["normal"], own["reduce"])
    if stripped.startswith(("{", "[")):
        try:
            decoded: list[Any] | dict[Any, Any] = json.loads(stripped, object_pairs_hook=_without_repeats)
        except (ValueError, RecursionError):
            return _only(stripped)  # what Python prints is no JSON
        return decoded
    known = published(stripped)
    return _only(stripped) if known is None else Genotype.parse(known)


def is_configuration(value: Any) -> bool:
    """Whether a mapping has entries of an official or YAHPO configuration, or of a result file."""
    return isinstance(value, Mapping) and any(
        isinstance(key, str) and ("edge_" in key or key.startswith("optimized_")) for key in value
    )


def is_lists(value: Any) -> bool:
    """Whether a list or tuple is one architecture by its structure: cells of edges, no list of architectures.

    Such are NASLib's lists, DARTS' four fields without their names, and GDAS' with a node's edges together.

    Args:
        value: Anything.
    """
    levels: list[int] = []
    while isinstance(value, list | tuple) and value and len(levels) < 5:
        levels.append(len(value))
        value = value[0].tolist() if hasattr(value[0], "tolist") else value[0]
    # three levels of entries are architecture, cell, edge; GDAS has nodes of two edges between the last two,
    # a list of architectures has cells of eight
    return len(levels) == 3 or (len(levels) == 4 and levels[2] < 4)


def _only(text: str) -> Genotype | Call | list[Any] | dict[Any, Any]:
    written = [*_own_texts(text), *_calls(text)] or _literals(text)
    if not written and text.startswith("normal:"):
        return Genotype.parse(text)  # says which edge cannot be read
    if not written:
        raise GenotypeError(f"cannot read {shown(text)} as a genotype: {_EXPECTED}")
    if len(written) > 1:
        raise GenotypeError(f"{shown(text)} holds {len(written)} genotypes: expected one")
    only: Genotype | Call | list[Any] | dict[Any, Any] = written[0]
    return only


def _own_texts(text: str) -> Iterator[Genotype]:
    for match in _OWN.finditer(text):
        yield Genotype.from_texts(match["normal"], match["reduce"])


def _calls(text: str) -> Iterator[Any]:
    """Calls of a class named Genotype."""
    for match in _CALL.finditer(text):
        try:
            yield read_literal(text, match.start())[0]
        except LiteralError as error:
            raise _unreadable(text, error) from None


def _literals(text: str) -> list[Any]:
    """The literal that is the whole text; otherwise those in it that have an architecture's structure."""
    literals, place, first_error = [], 0, None
    while (match := _OPENING.search(text, place)) is not None:
        try:
            value, place = read_literal(text, match.start())
        except LiteralError as error:
            first_error = first_error or error
            # what is wrong comes before any other bracket that could be right
            place = max(error.place, match.end())
        else:
            if place - match.start() == len(text) or _is_architecture(value):
                literals.append(value)
    if not literals and first_error is not None and _OPENING.match(text):
        raise _unreadable(text, first_error)
    return literals


def _is_architecture(value: Any) -> bool:
    if isinstance(value, Mapping):
        return is_configuration(value) or set(CELL_NAMES) <= set(value)
    return is_lists(value)


def _unreadable(text: str, error: LiteralError) -> GenotypeError:
    return GenotypeError(f"cannot read {shown(text)} as a genotype: {error}; {_EXPECTED}")


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    decoded = dict(pairs)
    if len(decoded) < len(pairs):
        raise ValueError("a key is there twice")
    return decoded
