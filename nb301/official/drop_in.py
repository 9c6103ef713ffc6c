"""What the drop-in asks for: official folders as releases, by the hashes of their members' files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nb301.errors import ReleaseError, UnknownRelease, shown
from nb301.files import sha256
from nb301.official.archive import Archive
from nb301.official.fetching import PUBLICATIONS, fetch_models
from nb301.official.importing import default_name, import_official
from nb301.parsing import read_bytes
from nb301.places import user_releases
from nb301.releases import manifest as manifests
from nb301.releases.load import Release, find, names, user_names
from nb301.releases.manifest import ImportedEnsemble, Manifest
from nb301.surrogates.official_runtime import OfficialRuntimeModel

#: Behind a release's name: its seconds are meant.
RUNTIME = ":runtime"


class ImportedModels(NamedTuple):
    """Official models, as a release."""

    release: Release
    #: Whether they predict seconds.
    of_runtime: bool


def imported(folder: Path) -> ImportedModels:
    """Find the official models of a folder among this user's releases, or import them.

    Args:
        folder: Of one ensemble, such as `nb_models/xgb_v1.0`. Of a runtime model the accuracy models beside
            it are imported, too, since a release has both.

    Raises:
        ReleaseError: It holds no official models, or some that cannot be read.
        OutputError: The release cannot be written.
    """
    with Archive(folder) as archive:
        if len(archive.ensembles()) > 1:
            raise ReleaseError(
                f"{shown(str(folder), 200)}: holds several ensembles, expected one: "
                f"{', '.join(archive.ensembles())}"
            )
        hashes = [sha256(archive.read(member)) for member in archive.members]
        of_runtime = archive.settings(archive.members[0]).model.endswith("_time")
        if (known := _known(hashes, of_runtime=of_runtime)) is not None:
            return ImportedModels(known, of_runtime)
    if of_runtime:
        return ImportedModels(_with_accuracy(folder.absolute(), hashes), of_runtime)
    target = import_official(folder, name=_free_name(folder.absolute(), hashes))[0]
    return ImportedModels(find(target), of_runtime)


def _free_name(folder: Path, hashes: Sequence[str]) -> str:
    """The name that models of a folder have as a release, or one of their own where it is taken."""
    name = default_name(folder.name)
    if name is not None and name not in {*names(), *user_names()}:
        return name
    return f"{name or 'nb301'}-{sha256(''.join(hashes).encode())[:12]}"


def _with_accuracy(folder: Path, hashes: Sequence[str]) -> Release:
    """Import models of accuracy that lie beside a runtime model, with it."""
    for beside in sorted(folder.parent.iterdir()):
        if beside != folder and default_name(beside.name) is not None and beside.is_dir():
            name = _free_name(beside, hashes)
            return find(import_official(beside, name=name, runtime_source=folder)[0])
    raise ReleaseError(
        f"{shown(str(folder), 200)}: a runtime model alone, and no models of accuracy beside it: import both "
        "with nb301 release import FOLDER --runtime FOLDER"
    )


def fetched(version: str, *, delete_archive: bool) -> dict[str, str]:
    """Download and import the official models of a version, unless they are among this user's releases.

    Args:
        version: `0.9` or `1.0`.
        delete_archive: Whether the ZIP file is deleted when they are imported.

    Returns:
        By names of official folders, such as `xgb_v1.0`, names of releases; `:runtime` behind where their
        seconds are meant.

    Raises:
        UnknownRelease: There is no such version.
        DataMissing: They cannot be downloaded; says how to place the file by hand.
        ReleaseError: What came cannot be read.
    """
    publication = PUBLICATIONS.get(version)
    if publication is None:
        there_are = ", ".join(PUBLICATIONS)
        raise UnknownRelease(f"no version {shown(version)} of the official models: there are {there_are}")
    placed = _placed(version)
    if not publication.folders <= placed.keys():
        path = fetch_models(publication).path
        for folder in _folders_of_accuracy(path):
            if folder not in placed:
                import_official(path, name=default_name(folder))
        placed = _placed(version)
        if delete_archive:
            path.unlink(missing_ok=True)
    return placed


def _folders_of_accuracy(path: Path) -> list[str]:
    """Names of the folders of an archive's models of accuracy."""
    with Archive(path) as archive:
        folders = []
        for folder, members in archive.ensembles().items():
            if not archive.settings(members[0]).model.endswith("_time"):
                folders.append(PurePosixPath(folder).name)
        return folders


def _placed(version: str) -> dict[str, str]:
    """This user's releases of a version, by the names of the folders that they were imported from."""
    placed: dict[str, str] = {}
    for manifest in _manifests():
        ensembles = manifest.imported
        if ensembles is None or not ensembles.accuracy.folder.endswith(f"_v{version}"):
            continue
        placed.setdefault(ensembles.accuracy.folder, manifest.name)
        if ensembles.runtime is not None:
            placed.setdefault(ensembles.runtime.folder, manifest.name + RUNTIME)
    return placed


def seconds(release: Release, codes: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Seconds that each member of a release's runtime model predicts.

    Args:
        release: An imported one; the model that stands in where there was none has one member.
        codes: One genotype as `space.to_codes` packs it, shape (1, 2, 8, 2), as it is.

    Returns:
        Shape (members,).
    """
    model = release.runtime_model
    return model.members(codes)[:, 0] if isinstance(model, OfficialRuntimeModel) else model.predict(codes)


def _known(hashes: Sequence[str], *, of_runtime: bool) -> Release | None:
    """The release that was imported from such members; None where there is none."""
    for manifest in _manifests():
        if manifest.imported is None:
            continue
        ensemble = manifest.imported.runtime if of_runtime else manifest.imported.accuracy
        if ensemble is not None and _hashes(ensemble) == [*hashes]:
            return find(user_releases() / manifest.name)
    return None


def _hashes(ensemble: ImportedEnsemble) -> list[str]:
    return [member.sha256 for member in ensemble.members]


def _manifests() -> Iterator[Manifest]:
    """Manifests of this user's releases, whose other files are not read."""
    for name in user_names():
        path = user_releases() / name / manifests.FILE
        yield manifests.read_manifest(read_bytes(path, manifests.LARGEST), str(path))
