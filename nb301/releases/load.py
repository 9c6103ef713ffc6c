"""Finding and loading releases; every byte is checked against the manifest before it is used."""

from __future__ import annotations

import errno
import os
import stat
from functools import cached_property, lru_cache
from mmap import mmap
from pathlib import Path
from typing import TYPE_CHECKING

from nb301.errors import HashMismatch, ReleaseError, UnknownRelease, shown
from nb301.files import sha256
from nb301.parsing import read_bytes
from nb301.places import RELEASES, user_releases
from nb301.releases import facts
from nb301.releases.facts import Facts, File
from nb301.surrogates import FAMILIES, Surrogate
from nb301.surrogates.curves import FILE as CURVES_FILE
from nb301.surrogates.curves import CurveModel
from nb301.surrogates.members.deep_file import mapped
from nb301.surrogates.official_runtime import OfficialRuntimeModel, runtime_files
from nb301.surrogates.runtime import FILE as RUNTIME_FILE
from nb301.surrogates.runtime import RuntimeModel

if TYPE_CHECKING:
    from nb301.releases.manifest import Manifest

_ARCHIVES = (".tar.xz", ".tar.gz", ".tgz", ".tar", ".zip")


class Release:
    """A frozen release; its models are read at their first use.

    Args:
        folder: Holds the manifest and the files that it names.

    Raises:
        ReleaseError: The manifest cannot be read, or a file is missing.
        HashMismatch: A file differs from the manifest.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()  # whatever folder is the working one later
        path = folder / facts.FILE
        try:
            self._text = read_bytes(path, facts.LARGEST)
        except OSError as error:
            raise ReleaseError(f"{path}: cannot read the manifest ({error.strerror})") from None
        #: What queries need of the manifest.
        self.facts: Facts
        embedded = facts.of_embedded(self._text)
        if embedded is not None:
            self.facts, self.release_hash = embedded, sha256(self._text)
        else:
            self.facts = Facts.of(self.manifest.model_dump(mode="json"))
            self.release_hash = self.manifest.release_hash
        if self.facts.family not in FAMILIES:
            known = ", ".join(sorted(FAMILIES))
            raise ReleaseError(
                f"{path}: family {shown(self.facts.family)} is not one of {known}: upgrade nb301"
            )
        self._check_files(path)
        self._mapped: dict[str, mmap] = {}
        mapped_names = self._mapped_names()
        for name in self.facts.files:
            if name in mapped_names:
                self._mapped[name] = self._mapped_and_checked(name)
            else:
                self._checked(name)

    @cached_property
    def manifest(self) -> Manifest:
        """Everything that identifies the release."""
        from nb301.releases.manifest import read_manifest  # and with it pydantic, which queries do without

        return read_manifest(self._text, str(self.folder / facts.FILE))

    def _check_files(self, path: Path) -> None:
        """Check that the manifest names the files of its family, of no more bytes than are read."""
        members, runtime = FAMILIES[self.facts.family].files(self.facts.members), self._runtime_names()
        expected = [*members, *runtime]
        if odd := {*expected} ^ {*self.facts.files} - {CURVES_FILE}:
            of_runtime = runtime[0] if len(runtime) == 1 else f"{runtime[0]} to {runtime[-1]}"
            raise ReleaseError(
                f"{path}: files must be {members[0]} to {members[-1]} and {of_runtime}: "
                f"{shown(min(odd))} is {'missing' if min(odd) in expected else 'none of them'}"
            )
        together = {True: 0, False: 0}
        for name, file in self.facts.files.items():
            together[name in self._mapped_names()] += file.bytes
        limits = ((False, facts.LARGEST_FILES), (True, facts.LARGEST_MAPPED))
        for is_mapped, most in limits:
            if together[is_mapped] > most:
                raise ReleaseError(
                    f"{path}: files of together {together[is_mapped]:,} bytes, expected at most {most:,}"
                )

    def _runtime_names(self) -> list[str]:
        """Names of the files of the runtime model."""
        members = self.facts.runtime_members
        return [RUNTIME_FILE] if members is None else runtime_files(members)

    def _mapped_names(self) -> set[str]:
        """Names of the files that are not read but mapped into memory."""
        family, names = FAMILIES[self.facts.family], {*self._runtime_names()} - {RUNTIME_FILE}
        return names if family.load_mapped is None else names | {*family.files(self.facts.members)}

    @property
    def name(self) -> str:
        """Such as `emulated-xgb-v2.0`."""
        return self.facts.name

    @property
    def reference(self) -> str | Path:
        """What `find` finds this very release by: an embedded one's name, or its folder's absolute path."""
        return self.name if self.folder.parent == RELEASES else self.folder

    def __reduce__(self) -> tuple[object, ...]:
        """It is pickled as where it is, and its hash: models are read where they are needed."""
        return _same, (self.reference, self.release_hash)

    def __deepcopy__(self, memo: object) -> Release:
        """Give itself: nothing changes it."""
        return self

    def __repr__(self) -> str:
        return f"<Release {self.name}: {self.facts.members} {self.facts.family} on {self.facts.truth}>"

    @property
    def files(self) -> list[str]:
        """Names of all files in its folder that belong to it."""
        return [facts.FILE, *self.facts.files]

    @cached_property
    def surrogate(self) -> Surrogate:
        """The ensemble that predicts accuracy."""
        family = FAMILIES[self.facts.family]
        names = family.files(self.facts.members)
        files = [] if family.load_mapped is not None else [self._checked(name) for name in names]
        try:
            if family.load_mapped is not None:
                return family.load_mapped([self._mapped[name] for name in names])
            return family.load(files)
        except ReleaseError as error:
            raise ReleaseError(f"{self.folder}: {error}") from None

    @cached_property
    def runtime_model(self) -> RuntimeModel | OfficialRuntimeModel:
        """The model that predicts the seconds of a training."""
        names = self._runtime_names()
        file = self._checked(RUNTIME_FILE) if names == [RUNTIME_FILE] else b""
        try:
            if names != [RUNTIME_FILE]:
                return OfficialRuntimeModel([self._mapped[name] for name in names])
            return RuntimeModel({RUNTIME_FILE: file})
        except ReleaseError as error:
            raise ReleaseError(f"{self.folder}: {error}") from None

    @cached_property
    def curve_model(self) -> CurveModel | None:
        """The model of learning curves; None of a release on a table that keeps none."""
        if CURVES_FILE not in self.facts.files:
            return None
        try:
            return CurveModel(self._checked(CURVES_FILE))
        except ReleaseError as error:
            raise ReleaseError(f"{self.folder}: {error}") from None

    def _checked(self, name: str) -> bytes:
        path, file = self.folder / name, self.facts.files[name]
        try:
            data = read_bytes(path, file.bytes)
        except OSError as error:
            if error.errno == errno.EFBIG:
                raise HashMismatch(
                    f"{path}: {error.strerror}, as release {self.name} was frozen: {self._again}"
                ) from None
            raise self._missing(path, error) from None
        self._compare(path, data, file)
        return data

    def _mapped_and_checked(self, name: str) -> mmap:
        """A file in memory that is checked here and used later: another file in its place changes nothing."""
        path, file = self.folder / name, self.facts.files[name]
        try:
            if not stat.S_ISREG(path.stat().st_mode):
                raise OSError(errno.EINVAL, "not a regular file", str(path))  # noqa: TRY301 - said once, below
            data = mapped(path)
        except OSError as error:
            raise self._missing(path, error) from None
        except ReleaseError as error:
            raise HashMismatch(f"{path}: {error}: {self._again}") from None
        if len(data) != file.bytes:
            raise HashMismatch(
                f"{path}: {len(data):,} bytes, but release {self.name} was frozen with {file.bytes:,}: "
                f"{self._again}"
            )
        self._compare(path, data, file)
        return data

    @property
    def _again(self) -> str:
        again = "reinstall nb301, or fetch the release again"
        return again if not self.facts.is_imported else "import the release again"

    def _missing(self, path: Path, error: OSError) -> ReleaseError:
        return ReleaseError(f"{path}: missing from release {self.name} ({error.strerror})")

    def _compare(self, path: Path, data: bytes | mmap, file: File) -> None:
        actual = sha256(data)
        if actual != file.sha256:
            raise HashMismatch(
                f"{path}: SHA-256 is {actual}, but release {self.name} was frozen with {file.sha256}: "
                f"{self._again}"
            )


@lru_cache(maxsize=8)
def _same(reference: str | Path, release_hash: str) -> Release:
    """A release that another process, or a pickle, has; read once in each process.

    Raises:
        HashMismatch: Another one is in its place.
    """
    release = find(reference)
    if release.release_hash != release_hash:
        raise HashMismatch(
            f"{reference}: its release hash is {release.release_hash}, but the pickled release's was "
            f"{release_hash}: give both processes the same release"
        )
    return release


def names() -> list[str]:
    """Names of the embedded releases."""
    return _names(RELEASES)


def user_names() -> list[str]:
    """Names of this user's releases, which `nb301 release freeze` made (see `user_releases`)."""
    return _names(user_releases())


def find(name: str | Path) -> Release:
    """Load a release by name, or from the path of its folder.

    Args:
        name: A name is always that of an embedded release where there is one, then of one of this user's
            (`user_releases`); a folder is a `Path`, or a text with a slash, such as `./my-release`.

    Raises:
        UnknownRelease: There is none of that name; lists those there are.
        ReleaseError: It cannot be read; see `Release`.
    """
    if isinstance(name, Path):
        return Release(name)
    if not isinstance(name, str):
        raise UnknownRelease(f"{name!r:.80} is no name of a release: expected one of {_listed()}")
    if name in names():
        return Release(RELEASES / name)
    if "/" in name or os.sep in name:
        return Release(Path(name).expanduser())
    if name in user_names():
        return _named(user_releases() / name)
    raise UnknownRelease(f"no release {name!r:.80}{_hint(name)}; there are: {_listed()}")


def _named(folder: Path) -> Release:
    """A release that is called what its folder is called."""
    release = Release(folder)
    if release.name != folder.name:
        raise ReleaseError(f"{folder}: holds release {release.name}: rename the folder to that")
    return release


def _names(folder: Path) -> list[str]:
    return sorted(path.parent.name for path in folder.glob(f"*/{facts.FILE}"))


def _listed() -> str:
    embedded, own = ", ".join(names()), ", ".join(user_names())
    return f"{embedded}; yours, in {user_releases()}: {own}" if own else embedded


def _hint(name: str) -> str:
    """What was probably meant: a folder of that name, an archive, or a model of the paper."""
    if name.endswith(_ARCHIVES):
        return f" (an archive is unpacked first: tar xf {name} gives a folder, loaded as ./FOLDER)"
    try:
        if (Path(name) / facts.FILE).is_file():
            return f" (for the folder of that name write ./{name})"
    except (OSError, ValueError):  # a name that no file can have
        return ""
    fetched = " (the paper's own models are fetched first: nb301 release fetch nb301-xgb-v1.0)"
    return fetched if name.startswith("nb301-") else ""
