"""Finding and loading releases; every byte is checked against the manifest before it is used."""

from __future__ import annotations

import errno
import os
from functools import cached_property, lru_cache
from pathlib import Path

from nb301.errors import HashMismatch, ReleaseError, UnknownRelease, shown
from nb301.files import sha256
from nb301.parsing import read_bytes
from nb301.places import RELEASES, user_releases
from nb301.releases import manifest as manifests
from nb301.releases.manifest import Manifest
from nb301.surrogates import FAMILIES, Surrogate
from nb301.surrogates.runtime import FILE as RUNTIME_FILE
from nb301.surrogates.runtime import RuntimeModel

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
        path = folder / manifests.FILE
        try:
            text = read_bytes(path, manifests.LARGEST)
        except OSError as error:
            raise ReleaseError(f"{path}: cannot read the manifest ({error.strerror})") from None
        self.manifest: Manifest = manifests.read_manifest(text, str(path))
        if self.manifest.family not in FAMILIES:
            known = ", ".join(sorted(FAMILIES))
            raise ReleaseError(
                f"{path}: family {shown(self.manifest.family)} is not one of {known}: upgrade nb301"
            )
        self._check_files(path)
        self.release_hash = self.manifest.release_hash
        for name in self.manifest.files:
            self._checked(name)

    def _check_files(self, path: Path) -> None:
        """Check that the manifest names the files of its family, of no more bytes than are read."""
        expected = [*FAMILIES[self.manifest.family].files(self.manifest.members), RUNTIME_FILE]
        if odd := {*expected} ^ {*self.manifest.files}:
            raise ReleaseError(
                f"{path}: files must be {expected[0]} to {expected[-2]} and {RUNTIME_FILE}: "
                f"{shown(min(odd))} is {'missing' if min(odd) in expected else 'none of them'}"
            )
        together = sum(file.bytes for file in self.manifest.files.values())
        if together > manifests.LARGEST_FILES:
            raise ReleaseError(
                f"{path}: files of together {together:,} bytes, expected at most {manifests.LARGEST_FILES:,}"
            )

    @property
    def name(self) -> str:
        """Such as `emulated-xgb-v1.0`."""
        return self.manifest.name

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
        return (
            f"<Release {self.name}: {self.manifest.members} {self.manifest.family} on {self.manifest.truth}>"
        )

    @property
    def files(self) -> list[str]:
        """Names of all files in its folder that belong to it."""
        return [manifests.FILE, *self.manifest.files]

    @cached_property
    def surrogate(self) -> Surrogate:
        """The ensemble that predicts accuracy."""
        family = FAMILIES[self.manifest.family]
        files = [self._checked(name) for name in family.files(self.manifest.members)]
        try:
            return family.load(files)
        except ReleaseError as error:
            raise ReleaseError(f"{self.folder}: {error}") from None

    @cached_property
    def runtime_model(self) -> RuntimeModel:
        """The model that predicts the seconds of a training."""
        file = self._checked(RUNTIME_FILE)
        try:
            return RuntimeModel({RUNTIME_FILE: file})
        except ReleaseError as error:
            raise ReleaseError(f"{self.folder}: {error}") from None

    def _checked(self, name: str) -> bytes:
        path = self.folder / name
        file = self.manifest.files[name]
        again = "reinstall nb301, or fetch the release again"
        try:
            data = read_bytes(path, file.bytes)
        except OSError as error:
            if error.errno == errno.EFBIG:
                raise HashMismatch(
                    f"{path}: {error.strerror}, as release {self.name} was frozen: {again}"
                ) from None
            raise ReleaseError(f"{path}: missing from release {self.name} ({error.strerror})") from None
        actual = sha256(data)
        if actual != file.sha256:
            raise HashMismatch(
                f"{path}: SHA-256 is {actual}, but release {self.name} was frozen with {file.sha256}: {again}"
            )
        return data


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
    return sorted(path.parent.name for path in folder.glob(f"*/{manifests.FILE}"))


def _listed() -> str:
    embedded, own = ", ".join(names()), ", ".join(user_names())
    return f"{embedded}; yours, in {user_releases()}: {own}" if own else embedded


def _hint(name: str) -> str:
    """What was probably meant: a folder of that name, or an archive."""
    if name.endswith(_ARCHIVES):
        return f" (an archive is unpacked first: tar xf {name} gives a folder, loaded as ./FOLDER)"
    try:
        is_release = (Path(name) / manifests.FILE).is_file()
    except (OSError, ValueError):  # a name that no file can have
        return ""
    return f" (for the folder of that name write ./{name})" if is_release else ""
