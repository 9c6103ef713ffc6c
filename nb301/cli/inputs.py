"""Genotypes that commands take: as arguments, from a file, from standard input."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from nb301.errors import GenotypeError
from nb301.formats import MAX_TEXT, is_lists
from nb301.space import Genotype

GenotypeTexts = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="GENOTYPE...",
        help="In any notation of nb301.formats, or the name of a published one; - reads standard input.",
    ),
]
GenotypeFile = Annotated[
    Path | None,
    typer.Option(
        "--file",
        help="One genotype a line, JSON lines, a JSON list, or an official result file; empty lines and "
        "# comments are passed over.",
    ),
]
#: Larger inputs are refused: their genotypes alone would take gigabytes.
_MAX_BYTES = 2**28


class Input(NamedTuple):
    """A genotype, and where it was read."""

    place: str
    genotype: Genotype


def read_all(texts: Sequence[str] | None, file: Path | None, read: Callable[[Any], Genotype]) -> list[Input]:
    """Read all genotypes that a command was given, before it prints anything.

    Args:
        texts: Arguments.
        file: Of `--file`.
        read: Reads one of them.

    Raises:
        GenotypeError: One cannot be read, or there is none; names the file and the line.
        typer.BadParameter: Nothing was given.
    """
    if not texts and file is None:
        raise typer.BadParameter("give genotypes, --file FILE, or - for standard input")
    inputs: list[Input] = []
    for number, text in enumerate(texts or (), 1):
        if text == "-":
            inputs += _read_source(sys.stdin.buffer.read(_MAX_BYTES + 1), "standard input", read)
        else:
            inputs.append(_read("" if len(texts or ()) == 1 else f"argument {number}", text, read))
    if file is not None:
        if file.is_dir() or file.is_char_device():  # which may have no end
            raise GenotypeError(f"{file}: no file of genotypes")
        with file.open("rb") as opened:
            inputs += _read_source(opened.read(_MAX_BYTES + 1), str(file), read)
    return inputs


def _read_source(data: bytes, where: str, read: Callable[[Any], Genotype]) -> list[Input]:
    if len(data) > _MAX_BYTES:
        raise GenotypeError(f"{where}: more than {_MAX_BYTES // 2**20} MiB: give it in parts")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise GenotypeError(f"{where}: no UTF-8 ({error.reason} at byte {error.start})") from None
    inputs = [_read(f"{where}, {place}", entry, read) for place, entry in _entries(text)]
    if not inputs:
        raise GenotypeError(f"{where}: there is no genotype in it")
    return inputs


def _read(place: str, entry: Any, read: Callable[[Any], Genotype]) -> Input:
    try:
        return Input(place, read(entry))
    except GenotypeError as error:
        raise GenotypeError(f"{place}: {error}" if place else str(error)) from None


def _entries(text: str) -> Iterator[tuple[str, Any]]:
    """What a file holds, as written, and where."""
    if text.lstrip().startswith("["):
        try:
            decoded = json.loads(text)
        except (ValueError, RecursionError):
            decoded = None  # lines that start with a bracket, such as those of some logs
        if isinstance(decoded, list) and not is_lists(decoded):
            for number, entry in enumerate(decoded, 1):
                yield f"entry {number}", entry
            return
    yield from _lines(text)


def _lines(text: str) -> Iterator[tuple[str, str]]:
    """Lines, but for comments; one goes on in the next while a bracket is open."""
    first, parts, open_brackets = 0, list[str](), 0
    for number, line in enumerate(text.splitlines(), 1):
        if not parts and (not line.strip() or line.lstrip().startswith("#")):
            continue
        first = first if parts else number
        parts.append(line)
        open_brackets += sum(map(line.count, "([{")) - sum(map(line.count, ")]}"))
        if open_brackets <= 0 or sum(map(len, parts)) > MAX_TEXT:
            yield f"line {first}", "\n".join(parts)
            parts, open_brackets = [], 0
    if parts:
        yield f"line {first}", "\n".join(parts)
