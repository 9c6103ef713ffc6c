"""An append-only file of lines: half a line that a killed process has left is cut off, and nothing else."""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType
from typing import Self

from nb301.errors import OutputError
from nb301.files import said_of


class Journal:
    """Lines that are only ever added, by one process at a time, which has it open: `with journal: ...`.

    Args:
        path: Made when it is opened, with the folders on its way.
        beginning: Of every line; a file that begins otherwise is no such journal, and is left as it is.
    """

    def __init__(self, path: Path, beginning: str) -> None:
        self.path = path
        self._beginning = beginning.encode()
        self._descriptor: int | None = None
        self._bytes = 0
        #: The last line while it is open, so that nobody who chains lines reads them all for each.
        self.last: bytes | None = None

    @property
    def is_open(self) -> bool:
        """Whether lines can be added."""
        return self._descriptor is not None

    def first(self) -> bytes | None:
        """The first line without its end, if there is one; the others are not read.

        Raises:
            OutputError: There is something that is no file.
        """
        if not self._is_there():
            return None
        with self.path.open("rb") as file:
            line = file.readline()
        return line[:-1] if line.endswith(b"\n") else None

    def lines(self) -> list[bytes]:
        """Whole lines, without their ends; what follows the last end is none.

        Raises:
            OutputError: There is something that is no file.
        """
        data = self._readable()
        return data[: data.rfind(b"\n") + 1].splitlines()

    @property
    def is_whole(self) -> bool:
        """Whether nothing is there, or the last line has its end."""
        data = self._readable()
        return not data or data.endswith(b"\n")

    def check(self, lines: list[bytes]) -> None:
        """Called with the lines that are there before anything is cut off; raises if they are no journal."""

    def __enter__(self) -> Self:
        """Open it, and cut off half a line.

        Raises:
            OutputError: Another process has it open, or it cannot be written.
        """
        with said_of(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._readable()
            self._descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o666)
            try:
                self._lock(self._descriptor)
                data = self._readable()
                whole = data[: data.rfind(b"\n") + 1]
                self._check_beginning(data)
                lines = whole.splitlines()
                self.check(lines)
                self._bytes, self.last = len(whole), lines[-1] if lines else None
                os.truncate(self._descriptor, self._bytes)
            except BaseException:
                self.__exit__()
                raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        """Close it."""
        if self._descriptor is not None:
            os.close(self._descriptor)
        self._descriptor = None

    def append(self, line: str, *, sync: bool = False) -> None:
        """Add a line, which stays when this process is killed.

        Args:
            line: Without its end.
            sync: Whether it is to be on disk on return, and stay when the machine loses its power.

        Raises:
            OutputError: It cannot be written, or another file is there by now, or the same one with more or
                fewer bytes; what was written of it is cut off.
        """
        assert self._descriptor is not None, "appended to a journal that is not open"
        data = f"{line}\n".encode()
        with said_of(self.path):
            self._check_unchanged(self._descriptor)
            try:
                written = 0
                while written < len(data):
                    written += os.write(self._descriptor, data[written:])
                if sync:
                    os.fsync(self._descriptor)
            except OSError:
                os.truncate(self._descriptor, self._bytes)
                raise
            self._bytes, self.last = self._bytes + len(data), data[:-1]

    def _check_unchanged(self, descriptor: int) -> None:
        """Lines that were added to a file without a name would be lost."""
        own = os.fstat(descriptor)
        try:
            is_there = os.path.samestat(own, self.path.stat())
        except FileNotFoundError:
            is_there = False
        if not is_there or own.st_size != self._bytes:
            raise OutputError(f"{self.path}: was changed by another while it was open: begin again")

    def _lock(self, descriptor: int) -> None:
        try:
            import fcntl
        except ImportError:  # Windows has no such lock
            return
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise OutputError(f"{self.path}: another process writes it: wait for it, or end it") from None

    def _check_beginning(self, data: bytes) -> None:
        length = min(len(data), len(self._beginning))
        if data[:length] != self._beginning[:length]:
            raise OutputError(
                f"{self.path}: is no journal, as it does not begin with {self._beginning.decode()!r}: "
                "choose another name"
            )

    def _readable(self) -> bytes:
        return self.path.read_bytes() if self._is_there() else b""

    def _is_there(self) -> bool:
        if self.path.exists() and not self.path.is_file():
            raise OutputError(f"{self.path}: is no file: choose another name")
        return self.path.exists()
