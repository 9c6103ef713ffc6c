"""The ledger: an append-only list of stored runs, each line chained to the one before by its SHA-256.

A run that is changed or taken away later contradicts the ledger, and a ledger that is changed
contradicts its later lines; who has noted the last line's hash has noted all of them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from leaderboard.cells import Sha256, Strict, first_wrong
from leaderboard.errors import RunFileError
from nb301.files import sha256

_START = "0" * 64


class Line(Strict):
    """One stored run."""

    #: The run's name.
    run: Sha256
    #: SHA-256 of its `run.json`.
    record: Sha256
    #: SHA-256 of its evaluations, see `Trace.hash`.
    trace: Sha256
    #: SHA-256 of the line before, without its end; zeros before the first.
    previous: Sha256


class Ledger:
    """A ledger's file; one process at a time may append, see `Store.opened`.

    Args:
        path: Made at the first line.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def lines(self) -> list[Line]:
        """Read and check the whole chain.

        Raises:
            RunFileError: A line is none, or does not follow from the one before; names it.
        """
        return list(self._checked(self._whole().splitlines()))

    def append(self, run: str, record: str, trace: str) -> None:
        """Note a run that has been stored; on return the line is on disk."""
        before = self._whole().splitlines()
        previous = sha256(before[-1]) if before else _START
        line = Line(run=run, record=record, trace=trace, previous=previous)
        with self.path.open("ab") as file:
            file.write(line.model_dump_json().encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())

    def mend(self) -> None:
        """Cut off half a line that a killed process has left."""
        whole = self._whole()
        if self.path.exists() and len(whole) < self.path.stat().st_size:
            os.truncate(self.path, len(whole))

    def _whole(self) -> bytes:
        data = self.path.read_bytes() if self.path.exists() else b""
        return data[: data.rfind(b"\n") + 1]

    def _checked(self, lines: list[bytes]) -> Iterator[Line]:
        previous = _START
        for number, text in enumerate(lines, 1):
            try:
                line = Line.model_validate_json(text)
            except ValidationError as error:
                raise RunFileError(
                    f"{self.path}:{number}: no line of a ledger ({first_wrong(error)})"
                ) from None
            if line.previous != previous:
                raise RunFileError(
                    f"{self.path}:{number}: follows a line of SHA-256 {line.previous}, but the one before "
                    f"has {previous}: the ledger was changed; restore it from a copy"
                )
            previous = sha256(text)
            yield line
