"""Finding and loading releases; every byte is checked against the manifest before it is used."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from nb301.errors import HashMismatch, ReleaseError, UnknownRelease
from nb301.files import sha256
from nb301.releases import manifest as manifests
from nb301.releases.manifest import Manifest
from nb301.surrogates import FAMILIES, Surrogate
from nb301.surrogates.runtime import FILE as RUNTIME_FILE
from nb301.surrogates.runtime import RuntimeModel

_EMBEDDED = Path(__file__).with_name("data")


class Release:
    """A frozen release; its models are read at their first use.

    Args:
        folder: Holds the manifest and the files that it names.

    Raises:
        ReleaseError: The manifest cannot be read, or a file is missing.
        HashMismatch: A file differs from the manifest.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        path = folder / manifests.FILE
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ReleaseError(f"{path}: cannot read the manifest ({error})") from None
        self.manifest: Manifest = manifests.read_manifest(text, str(path))
        if self.manifest.family not in FAMILIES:
            known = ", ".join(sorted(FAMILIES))
            raise ReleaseError(
                f"{path}: family {self.manifest.family!r} is not one of {known}: upgrade nb301"
            )
        expected = {RUNTIME_FILE, *FAMILIES[self.manifest.family].files(self.manifest.members)}
        if set(self.manifest.files) != expected:
            named = sorted(self.manifest.files)
            raise ReleaseError(f"{path}: files must be {sorted(expected)}, got {named}")
        self.release_hash = self.manifest.release_hash
        for name in self.manifest.files:
            self._checked(name)

    @property
    def name(self) -> str:
        """Such as `emulated-xgb-v1.0`."""
        return self.manifest.name

    @property
    def files(self) -> list[str]:
        """Names of all files in its folder that belong to it."""
        return [manifests.FILE, *self.manifest.files]

    @cached_property
    def surrogate(self) -> Surrogate:
        """The ensemble that predicts accuracy."""
        family = FAMILIES[self.manifest.family]
        return family.load([self._checked(name) for name in family.files(self.manifest.members)])

    @cached_property
    def runtime_model(self) -> RuntimeModel:
        """The model that predicts the seconds of a training."""
        return RuntimeModel({RUNTIME_FILE: self._checked(RUNTIME_FILE)})

    def _checked(self, name: str) -> bytes:
        path = self.folder / name
        try:
            data = path.read_bytes()
        except OSError as error:
            raise ReleaseError(f"{path}: missing from release {self.name} ({error.strerror})") from None
        expected, found = self.manifest.files[name].sha256, sha256(data)
        if found != expected:
            raise HashMismatch(
                f"{path}: SHA-256 is {found}, but release {self.name} was frozen with {expected}: "
                "reinstall nb301, or fetch the release again"
            )
        return data


def names() -> list[str]:
    """Names of the embedded releases."""
    return sorted(path.parent.name for path in _EMBEDDED.glob(f"*/{manifests.FILE}"))


def find(name: str | Path) -> Release:
    """Load an embedded release by name, or one from the path of its folder.

    Raises:
        UnknownRelease: There is none of that name; lists those there are.
        ReleaseError: It cannot be read; see `Release`.
    """
    if isinstance(name, Path) or (Path(name) / manifests.FILE).is_file():
        return Release(Path(name))
    if name not in names():
        raise UnknownRelease(f"no release {name!r}; there are: {', '.join(names()) or 'none'}")
    return Release(_EMBEDDED / name)
