"""What the drop-in asks for: official folders as releases, by the hashes of their members' files."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nb301.errors import Nb301Error, OutputError, ReleaseError, UnknownRelease, one_line, shown
from nb301.files import sha256
from nb301.official.archive import Archive
from nb301.official.fetching import PUBLICATIONS, fetch_models
from nb301.official.importing import default_name, import_official
from nb301.official.member_hashes import hashes_of
from nb301.parsing import read_bytes
from nb301.places import user_releases
from nb301.releases import facts
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
    #: Of the folder's first member, which releases of equal members need not have.
    first_seed: int


def imported(source: Path) -> ImportedModels:
    """Find official models among this user's releases, or import them, and say so on standard error.

    Args:
        source: Folder or ZIP file of one ensemble, such as `nb_models/xgb_v1.0`. Of a runtime model the
            accuracy models beside it are imported, too, since a release has both.

    Raises:
        ReleaseError: It holds no official models, or some that cannot be read.
        OutputError: The release cannot be written.
    """
    with _one_line_of(source):
        with Archive(source) as archive:
            if len(archive.ensembles()) > 1:
                raise ReleaseError(
                    f"{shown(str(source), 200)}: holds several ensembles, expected one: "
                    f"{', '.join(archive.ensembles())}; nb301 release import {one_line(str(source))} makes "
                    "each a release, which load_ensemble takes by its name"
                )
            settings = archive.settings(archive.members[0])
            of_runtime = settings.model.endswith("_time")
            hashes = hashes_of(archive, source)
            ensemble = next(iter(archive.ensembles()))
        name = PurePosixPath(ensemble).name or source.absolute().name
        release = _known(hashes, of_runtime=of_runtime)
        if release is None:
            release = _new(source.absolute(), name, hashes, of_runtime=of_runtime)
        return ImportedModels(release, of_runtime, settings.seed)


def _new(source: Path, folder: str, hashes: Sequence[str], *, of_runtime: bool) -> Release:
    """Import models, unless another process does so first."""
    accuracy, runtime_source = source, None
    if of_runtime:
        accuracy, runtime_source = _accuracy_beside(source), source
        folder = accuracy.name
    name = _free_name(folder, hashes)
    # another process may have made it since: its name is then taken, and this one is of its models
    if (known := _known(hashes, of_runtime=of_runtime)) is not None:
        return known
    sys.stderr.write(
        f"nb301: importing the official models of {one_line(str(source))} once, into "
        f"{one_line(str(user_releases() / name))}\n"
    )
    try:
        return find(import_official(accuracy, name=name, runtime_source=runtime_source)[0])
    except (OSError, Nb301Error):
        if (known := _known(hashes, of_runtime=of_runtime)) is not None:
            return known
        raise


@contextmanager
def _one_line_of(source: Path) -> Iterator[None]:
    """Say in one line what the system says of files."""
    try:
        yield
    except OSError as error:
        if isinstance(error, Nb301Error):
            raise
        reason = one_line(error.strerror or type(error).__name__)
        where = source if error.filename is None else error.filename
        raise OutputError(
            f"{shown(str(source), 200)}: cannot be imported ({shown(str(where), 200)}: {reason})"
        ) from error


def _free_name(folder: str, hashes: Sequence[str]) -> str:
    """The name that models of a folder have as a release, or one of their own where it is taken."""
    name = default_name(folder)
    if name is not None and name not in {*names(), *user_names()}:
        return name
    return f"{name or 'nb301'}-{sha256(''.join(hashes).encode())[:12]}"


def _accuracy_beside(source: Path) -> Path:
    """The folder of models of accuracy that lie beside a runtime model."""
    for beside in sorted(source.parent.iterdir()):
        if beside != source and default_name(beside.name) is not None and beside.is_dir():
            return beside
    raise ReleaseError(
        f"{shown(str(source), 200)}: a runtime model alone, and no models of accuracy beside it: import both "
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
        with _one_line_of(path):
            try:
                for folder in _folders_of_accuracy(path):
                    if folder not in placed:
                        import_official(path, name=default_name(folder))
            except (OSError, Nb301Error):  # another process may have done it, and deleted the ZIP file
                if not publication.folders <= _placed(version).keys():
                    raise
            if delete_archive:
                path.unlink(missing_ok=True)
        placed = _placed(version)
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
    for path, manifest in _manifests():
        ensembles = manifest.imported
        if ensembles is None or not ensembles.accuracy.folder.endswith(f"_v{version}"):
            continue
        reference = path.name if path.name == manifest.name else str(path)  # of a copy with another name
        placed.setdefault(ensembles.accuracy.folder, reference)
        if ensembles.runtime is not None:
            placed.setdefault(ensembles.runtime.folder, reference + RUNTIME)
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
    for path, manifest in _manifests():
        if manifest.imported is None:
            continue
        ensemble = manifest.imported.runtime if of_runtime else manifest.imported.accuracy
        if ensemble is not None and _hashes(ensemble) == [*hashes]:
            return find(path)
    return None


def _hashes(ensemble: ImportedEnsemble) -> list[str]:
    return [member.sha256 for member in ensemble.members]


def _manifests() -> Iterator[tuple[Path, Manifest]]:
    """Folders and manifests of this user's releases that can be read; their other files are not."""
    for name in user_names():
        folder = user_releases() / name
        path = folder / facts.FILE
        with suppress(OSError, ReleaseError):  # which asking for that release says
            yield folder, manifests.read_manifest(read_bytes(path, facts.LARGEST), str(path))
