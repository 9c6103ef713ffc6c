"""Official models as they are published: a folder, or the whole ZIP file of a version (official_facts F34).

The official loader takes every `*surrogate_model.model` below a folder for a member, in the order in which
`Path.rglob` comes upon them. That order is the file system's: on a fresh copy of the same files it may be
another one. It decides in which order members' answers are averaged (a last digit), and whose seed numpy's
global generator gets. Here members are sorted by their paths, numbers by their value.
"""

from __future__ import annotations

import os
import re
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Any, NamedTuple, Self

from nb301.errors import ReleaseError, is_one_line, one_line, shown
from nb301.official import zips
from nb301.parsing import parse_object, read_bytes

#: What the name of a member's file ends with.
MEMBER_SUFFIX = "surrogate_model.model"
#: Bytes of a member, of which the official ones have 100 to 400 million, and of its settings.
MOST_BYTES, _MOST_SETTINGS = 2**30, 2**20
#: Files and folders below a folder that are looked through.
_MOST_FILES = 100_000
#: Below an ensemble's folder: number, model, date with seed, file.
_MEMBER_DEPTH = 4


@dataclass(frozen=True, slots=True)
class FoundMember:
    """A member's file."""

    #: Its path in the folder or archive, such as `nb_models/xgb_v1.0/0/xgb/20201000-6/surrogate_model.model`.
    path: str
    #: Bytes.
    size: int

    @property
    def ensemble(self) -> str:
        """Path of the folder of its ensemble, such as `nb_models/xgb_v1.0`; empty for the folder itself."""
        return "/".join(self.path.split("/")[:-_MEMBER_DEPTH])

    @property
    def folder(self) -> str:
        """Path of its own folder within its ensemble's, such as `0/xgb/20201000-6`."""
        return "/".join(self.path.split("/")[-_MEMBER_DEPTH:-1])


class Settings(NamedTuple):
    """What official code reads beside a member."""

    #: Of `data_config.json`, which numpy's global generator gets.
    seed: int
    #: Of `model_config.json`: `xgb`, `gnn_gin`, `lgb` or `lgb_time`.
    model: str


class Archive:
    """A folder or ZIP file of members, read one by one.

    Args:
        path: It; a context manager closes it.

    Raises:
        ReleaseError: There is nothing at the path, it is neither of both, holds no member, or is a ZIP file
            that would do harm.
    """

    def __init__(self, path: str | Path) -> None:
        self._path = Path(path)
        self._stack = ExitStack()
        self._zip: zipfile.ZipFile | None = None
        self._entries: dict[str, zipfile.ZipInfo] = {}
        try:
            sizes = _sizes(self._path) if self._path.is_dir() else self._listed()
        except OSError as error:
            raise ReleaseError(f"{shown(str(path), 200)}: {one_line(error.strerror or str(error))}") from None
        except ReleaseError as error:
            self._stack.close()
            raise ReleaseError(f"{shown(str(path), 200)}: {error}") from None
        members = []
        for name in sorted(sizes, key=_natural):
            members.append(FoundMember(name, sizes[name]))
        #: Name of the folder, or of the file without its ending.
        self.name = self._path.absolute().name if self._path.is_dir() else self._path.stem
        #: All members, sorted by their paths.
        self.members: tuple[FoundMember, ...] = tuple(members)
        if not members:
            self._stack.close()
            raise ReleaseError(
                f"{shown(str(path), 200)}: no *{MEMBER_SUFFIX} below it, expected official models"
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def __iter__(self) -> Iterator[tuple[FoundMember, bytes]]:
        """Members with their files' contents, one by one: nothing of one is kept when the next is read."""
        for member in self.members:
            yield member, self.read(member)

    def ensembles(self) -> dict[str, list[FoundMember]]:
        """Members by the folders of their ensembles."""
        by_folder: dict[str, list[FoundMember]] = {}
        for member in self.members:
            by_folder.setdefault(member.ensemble, []).append(member)
        return by_folder

    def read(self, member: FoundMember) -> bytes:
        """The contents of a member's file.

        Raises:
            ReleaseError: They cannot be read, or are of more than 1 GiB; names the member.
        """
        return self._read(member.path, MOST_BYTES)

    def configuration(self, member: FoundMember, name: str) -> dict[str, Any]:
        """A file of settings beside a member, `data_config.json` or `model_config.json`.

        Raises:
            ReleaseError: It is missing, or no JSON object; names the file.
        """
        path = f"{PurePosixPath(member.path).parent}/{name}"
        try:
            return parse_object(self._read(path, _MOST_SETTINGS))
        except ValueError as error:
            raise ReleaseError(f"{shown(path, 200)}: no JSON: {one_line(str(error))}") from None

    def settings(self, member: FoundMember) -> Settings:
        """What official code reads beside a member, which it does beside the first one it comes upon.

        Raises:
            ReleaseError: A file is missing, is no JSON, or lacks the entry; names the file.
        """
        folder = PurePosixPath(member.path).parent
        seed = self._setting(member, "data_config.json", "seed")
        model = self._setting(member, "model_config.json", "model")
        is_seed = type(seed) is int and 0 <= seed < 2**32
        is_model = isinstance(model, str) and 0 < len(model) <= 100 and is_one_line(model)
        if not (isinstance(seed, int) and is_seed and isinstance(model, str) and is_model):
            raise ReleaseError(
                f"{shown(str(folder), 200)}: seed {shown(seed)} or model {shown(model)} is none"
            )
        return Settings(seed, model)

    def _setting(self, member: FoundMember, name: str, key: str) -> object:
        try:
            return self.configuration(member, name)[key]
        except KeyError:
            path = f"{PurePosixPath(member.path).parent}/{name}"
            raise ReleaseError(f"{shown(path, 200)}: no entry {key}") from None

    def _read(self, path: str, most: int) -> bytes:
        try:
            if self._zip is None:
                return read_bytes(self._path / path, most)
            return zips.read(self._zip, self._entries[path], most)
        except KeyError:
            raise ReleaseError(f"{shown(path, 200)}: is not in the ZIP file") from None
        except OSError as error:
            raise ReleaseError(f"{shown(path, 200)}: {one_line(error.strerror or str(error))}") from None
        except ReleaseError as error:
            raise ReleaseError(f"{shown(path, 200)}: {error}") from None

    def _listed(self) -> dict[str, int]:
        """Sizes of the members in the ZIP file, by their paths."""
        if not self._path.is_file():
            raise ReleaseError("neither a folder nor a ZIP file" if self._path.exists() else "is not there")
        file = self._stack.enter_context(self._path.open("rb"))
        self._zip = self._stack.enter_context(zips.opened(file))
        sizes = {}
        for entry in self._zip.infolist():
            self._entries[entry.filename] = entry
            if _is_member(entry.filename):
                sizes[entry.filename] = entry.file_size
        return sizes


def _sizes(folder: Path) -> dict[str, int]:
    """Sizes of the members below a folder, by their paths; links to folders are not followed."""
    sizes = {}
    count = 0
    for where, folders, files in os.walk(folder):
        count += len(folders) + len(files)
        if count > _MOST_FILES:
            raise ReleaseError(f"more than {_MOST_FILES:,} files below it, expected a folder of models")
        for name in files:
            path = Path(where) / name
            if name.endswith(MEMBER_SUFFIX) and path.is_file():
                relative = path.relative_to(folder).as_posix()
                if _is_member(relative):
                    sizes[relative] = path.stat().st_size
    return sizes


def _is_member(path: str) -> bool:
    """Whether a path is a member's; what macOS puts beside files, in folders and ZIP files, is none."""
    parts = path.split("/")
    return path.endswith(MEMBER_SUFFIX) and "__MACOSX" not in parts and not parts[-1].startswith("._")


def _natural(path: str) -> list[tuple[int, str]]:
    """A path for sorting, numbers by their value: `10` behind `9`."""
    parts = []
    for part in re.findall(r"\d{1,18}|\D+", path, re.ASCII):
        parts.append((int(part), "") if part.isdigit() and part.isascii() else (-1, part))
    return parts
