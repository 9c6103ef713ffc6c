"""Members' files as releases hold them, made one by one; what is made is kept until the release is whole."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from nb301.errors import ReleaseError, shown
from nb301.files import file_written_whole, sha256, write_text
from nb301.official.archive import MOST_BYTES, Archive, FoundMember
from nb301.official.boosters import BoostedMember
from nb301.official.reading import read_member
from nb301.parsing import parse_object, read_bytes
from nb301.surrogates.families.gin.official import member_of_state
from nb301.surrogates.members.deep_file import Start
from nb301.surrogates.members.deep_pack import pack

#: Changes when members are converted in another way: what was kept before is then not taken up.
_CONVERSION = 1
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
        folder: It; made when the first member is kept.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def remove(self) -> None:
        """Take it away, with all that is in it."""
        shutil.rmtree(self._folder, ignore_errors=True)

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
    trees = read.trees
    if read.library == "lightgbm":
        # files have `x <= threshold`, as LightGBM itself, and what was read `x < the next number`
        trees = replace(trees, threshold=np.nextafter(trees.threshold, -np.inf))
    start = Start(library=read.library, base=read.base, base_first=read.base_first)
    packed = pack(trees, read.default_left, start, features=read.n_features, weights=read.weights)
    return read.library, read.version, packed
