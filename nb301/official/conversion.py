"""Members' files as releases hold them, made one by one; what is made is kept until the release is whole."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from nb301.errors import OutputError, ReleaseError, shown
from nb301.files import file_written_whole, locked_folder, said_of, sha256, sweep, write_text
from nb301.official.archive import MOST_BYTES, Archive, FoundMember
from nb301.official.boosters import BoostedMember
from nb301.official.reading import read_member
from nb301.parsing import parse_object, read_bytes
from nb301.surrogates.families.gin.official import member_of_state
from nb301.surrogates.members.deep_file import Start
from nb301.surrogates.members.deep_pack import pack

#: Changes when members are converted in another way: what was kept before is then not taken up.
_CONVERSION = 2
#: In a journal: what says that it is one, and names of members' files and of what is noted of them.
_MARKER, _MADE = "import.txt", re.compile(r"[0-9a-f]{64}\.(safetensors|json)")
#: What torch's files say of their writer: nothing.
TORCH = "torch"
_MOST_NOTED = 10_000


@dataclass(frozen=True, slots=True)
class Converted:
    """A member's file, beside the place where the release will be."""

    path: Path
    #: Of the file that was made.
    sha256: str
    bytes: int
    #: Of the file that it was made from.
    source_sha256: str
    source_bytes: int
    #: What wrote that: `xgboost`, `lightgbm` or `torch`, and which version, where it says.
    library: str
    version: str


class Journal:
    """A folder that keeps converted members, so that an import that was interrupted goes on.

    Args:
        folder: It; made when it is held, or when the first member is kept.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def held(self, waiting: Callable[[], None]) -> Iterator[None]:
        """Work in it alone; when that is done, or fails, it is taken away, and stays when it is interrupted.

        Args:
            waiting: Called where another process works in it, and this one waits.

        Raises:
            OutputError: It cannot be made, or something else is in its place.
        """
        with locked_folder(self._folder, waiting):
            try:
                self._mark()
                yield
            except Exception:
                self._remove()
                raise
            self._remove()

    def _mark(self) -> None:
        """Say that it is a journal, unless it says so."""
        marker = self._folder / _MARKER
        with said_of(marker):
            if not marker.is_file():
                if any(self._folder.iterdir()):
                    raise OutputError(f"{self._folder}: holds what no import has made: move it away")
                marker.write_text(
                    "Members of an import that goes on when it is run again.\n", encoding="utf-8"
                )

    def _remove(self) -> None:
        """Take away what imports have made in it, and it, unless something else is there."""
        if (self._folder / _MARKER).is_file():
            sweep(self._folder)
            for path in self._folder.iterdir():
                if _MADE.fullmatch(path.name):
                    path.unlink(missing_ok=True)
            (self._folder / _MARKER).unlink(missing_ok=True)
        with suppress(OSError):
            self._folder.rmdir()

    def converted(self, archive: Archive, member: FoundMember, settings: Mapping[str, Any]) -> Converted:
        """Convert a member, unless that was done before with the same file and settings.

        Args:
            archive: Where it is.
            member: It.
            settings: The `model_config.json` of its ensemble.

        Raises:
            ReleaseError: It cannot be read, or holds what official members do not; says which, where and why.
            OutputError: It cannot be kept.
        """
        data = archive.read(member)
        source = sha256(data)
        key = sha256(json.dumps([_CONVERSION, source, dict(settings)], sort_keys=True).encode())
        path, note = self._folder / f"{key}.safetensors", self._folder / f"{key}.json"
        if (kept := _kept(path, note, source, len(data))) is not None:
            return kept
        try:
            library, version, contents = _contents(member.path, data, settings)
        except ReleaseError as error:
            where = shown(member.path, 200)
            raise ReleaseError(str(error) if str(error).startswith(where) else f"{where}: {error}") from None
        with file_written_whole(path) as temporary:
            temporary.write_bytes(contents)
        digest = sha256(contents)
        entries = {"sha256": digest, "bytes": len(contents), "library": library, "version": version}
        write_text(note, json.dumps(entries))
        return Converted(path, digest, len(contents), source, len(data), library, version)


def _kept(path: Path, note: Path, source: str, source_bytes: int) -> Converted | None:
    """A member that was converted before; None where there is none that is whole."""
    with suppress(OSError, ValueError, KeyError):
        entries = parse_object(read_bytes(note, _MOST_NOTED))
        digest, size = entries["sha256"], entries["bytes"]
        library, version = str(entries["library"]), str(entries["version"])
        contents = read_bytes(path, MOST_BYTES)
        if (len(contents), sha256(contents)) == (size, digest):
            return Converted(path, digest, size, source, source_bytes, library, version)
    return None


def _contents(path: str, data: bytes, settings: Mapping[str, Any]) -> tuple[str, str, bytes]:
    """Library, version and file of a member."""
    read = read_member(path, data)
    if not isinstance(read, BoostedMember):
        return TORCH, "", member_of_state(read, settings)
    trees, version = read.trees, read.version
    if read.library == "lightgbm":
        version = f"text format {version}".strip()  # the library's own version is not in its text
        # files have `x <= threshold`, as LightGBM itself, and what was read `x < the next number`
        trees = replace(trees, threshold=np.nextafter(trees.threshold, -np.inf))
    start = Start(library=read.library, base=read.base, base_first=read.base_first)
    packed = pack(trees, read.default_left, start, features=read.n_features, weights=read.weights)
    return read.library, version, packed
