"""The ledger is an append-only list of stored runs, each line chained to the one before by its SHA-256.

The first line is chained to the campaign, by its salt's hash: runs of two campaigns share no ledger. A run
that is changed or taken away later contradicts the ledger, and a changed ledger contradicts its later lines;
whoever has noted the last line's hash has noted all of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import lru_cache
from pathlib import Path

from pydantic import ValidationError

from leaderboard.errors import RunFileError
from leaderboard.runs.key import Sha256
from nb301.files import sha256
from nb301.journal import Journal
from nb301.records import Record, first_wrong


class Line(Record):
    """One stored run."""

    run: Sha256
    """The run's name."""
    record: Sha256
    """SHA-256 of its `run.json`."""
    trace: Sha256
    """SHA-256 of its evaluations, see `Trace.hash`."""
    previous: Sha256
    """SHA-256 of the line before, without its end; of the first, the campaign's."""


class Ledger:
    """A ledger's file; one process at a time may append, see `Store.opened`.

    Args:
        path: Made at the first line.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._journal = Journal(path, '{"run":')

    def start(self) -> str | None:
        """What the first line follows; None where there is no line, or none that can be read."""
        first = self._journal.first()
        try:
            return None if first is None else Line.model_validate_json(first).previous
        except ValidationError:
            return None

    def end(self) -> str | None:
        """SHA-256 of the last line, if there is one: whoever has noted it has noted all of them."""
        lines = self._journal.lines()
        return sha256(lines[-1]) if lines else None

    def lines(self, start: str) -> list[Line]:
        """Read and check the whole chain.

        Args:
            start: What the first line follows: the campaign's id.

        Raises:
            RunFileError: A line is none, or does not follow from the one before; names it.
        """
        return list(_chain(self.path, tuple(self._journal.lines()), start))

    @property
    def is_whole(self) -> bool:
        """Whether the last line has its end, or there is none."""
        return self._journal.is_whole

    @contextmanager
    def opened(self) -> Iterator[None]:
        """Keep it open for many lines: otherwise each of them takes a look at all before it."""
        with self._journal:
            yield

    def append(self, run: str, record: str, trace: str, start: str) -> None:
        """Note a run that has been stored; on return the line is on disk.

        Args:
            run: Its name.
            record: SHA-256 of its `run.json`.
            trace: SHA-256 of its evaluations.
            start: What a first line follows.
        """
        journal = self._journal
        with nullcontext() if journal.is_open else journal:
            previous = start if journal.last is None else sha256(journal.last)
            line = Line(run=run, record=record, trace=trace, previous=previous)
            journal.append(line.model_dump_json(), sync=True)

    def mend(self) -> None:
        """Cut off half a line that a killed process has left."""
        if not self.is_whole:
            with self._journal:
                pass


@lru_cache(maxsize=1)  # each run of a folder is compared with the same ledger
def _chain(path: Path, texts: tuple[bytes, ...], start: str) -> tuple[Line, ...]:
    """The lines of a ledger, each checked against the one before."""
    lines = []
    previous = start
    for number, text in enumerate(texts, 1):
        try:
            line = Line.model_validate_json(text)
        except ValidationError as error:
            raise RunFileError(f"{path}:{number}: no line of a ledger ({first_wrong(error)})") from None
        if line.previous != previous:
            before = "the one before" if number > 1 else "this folder's campaign"
            raise RunFileError(
                f"{path}:{number}: follows what has SHA-256 {line.previous}, but {before} has {previous}: "
                "the ledger was changed, or is another folder's; restore it from a copy"
            )
        if line.model_dump_json().encode() != text:
            raise RunFileError(f"{path}:{number}: was written anew: a ledger's lines have no spaces")
        previous = sha256(text)
        lines.append(line)
    return tuple(lines)
