"""What `load_ensemble` means by a path or a name, and what an ensemble answers."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nb301 import releases
from nb301.compat.nasbench301 import stand_ins
from nb301.encodings import canonical
from nb301.errors import Nb301Error, ReleaseError, shown
from nb301.official import drop_in
from nb301.releases import Release, facts
from nb301.releases.training_noise import TrainingNoise
from nb301.space import Genotype, to_codes
from nb301.surrogates import FAMILIES

#: Behind a name or folder of a release: its runtime model.
RUNTIME = ":runtime"
#: Families whose members officially answer float32 (F40).
_FLOAT32 = {"xgb", "gin", "official-xgb", "official-gin"}


class Predicted(NamedTuple):
    """What an ensemble answers for one architecture: percent, or seconds."""

    #: Mean of the members, in their type.
    mean: np.floating[Any]
    #: Std of the noise.
    noise_std: float | np.floating[Any]


class Ensemble:
    """A release's models of accuracies, or of runtimes.

    Args:
        release: It.
        of_runtime: Whether seconds are asked for.
        first_seed: Of the folder of official models that it was found by; by default the release's.
    """

    def __init__(self, release: Release, *, of_runtime: bool = False, first_seed: int | None = None) -> None:
        self.release = release
        self.of_runtime = of_runtime
        manifest = release.manifest
        self._is_official = manifest.imported is not None
        self._type: type[np.floating[Any]] = (
            np.float32 if manifest.family in _FLOAT32 and not of_runtime else np.float64
        )
        self._noise = None if manifest.noise is None or of_runtime else TrainingNoise(manifest.noise)
        #: How many members there are.
        self.members: int = manifest.members
        #: Seed of the first member: of an imported release the manifest's, of one of ours what its first
        #: member was fitted with.
        self.first_seed: int = manifest.seed * (1 if self._is_official else manifest.members)
        if (
            of_runtime
            and manifest.imported is not None
            and (seconds := manifest.imported.runtime) is not None
        ):
            self.members = len(seconds.members)
            self.first_seed = seconds.members[0].seed or 0
        if first_seed is not None:
            self.first_seed = first_seed

    def __repr__(self) -> str:
        return f"<{'runtimes' if self.of_runtime else 'accuracies'} of {self.release!r}>"

    def ask(self, genotype: Genotype) -> Predicted:
        """Predict percent or seconds.

        Mean and std are numpy's over the members' type, as officially (F19): the last digit of float32
        depends on it.
        """
        codes = to_codes([genotype])
        if FAMILIES[self.release.manifest.family].asks_canonical:
            codes = canonical(codes)
        members: NDArray[np.floating[Any]] = self._members(codes).astype(self._type)
        mean: np.floating[Any] = np.mean(members)
        if self._noise is not None:
            return Predicted(mean, 100 * self._noise.std_of_one(float(mean) / 100))
        return Predicted(mean, np.std(members))

    def _members(self, codes: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Each member's answer, shape (members,); runtime models of ours have one."""
        if not self.of_runtime:
            return self.release.surrogate.predict(codes)[:, 0] * 100
        if self._is_official:
            return drop_in.seconds(self.release, codes)
        return self.release.runtime_model.predict(codes)


def find(reference: str | os.PathLike[str]) -> Ensemble:
    """Find what a path or a name means.

    Args:
        reference: In this order: the name of a release; the folder of one; a folder where `download_models`
            has put one (`stand_ins`); a folder or ZIP file of official models.

    Raises:
        ReleaseError: It is none of them, or cannot be read.
        UnknownRelease: There is no release of that name.
        OutputError: Official models cannot be imported, since their release cannot be written.
    """
    text = os.fspath(reference)
    if not isinstance(text, str):
        raise ReleaseError(f"{shown(reference)} is no path or name of an ensemble")
    if not text.removesuffix(RUNTIME):
        raise ReleaseError(
            f"{shown(text)} names no ensemble: expected the name of a release, or a folder, which is '.' for "
            "the working one"
        )
    if text.endswith(RUNTIME):
        return Ensemble(_release(text.removesuffix(RUNTIME)), of_runtime=True)
    try:
        return _at(text, Path(text).expanduser())
    except OSError as error:  # such as of a name that is too long
        if isinstance(error, Nb301Error):
            raise
        raise ReleaseError(f"{shown(text, 300)}: cannot be read ({error.strerror})") from None


def _at(text: str, path: Path) -> Ensemble:
    """What a text that is not empty means."""
    if _is_name(text) or (path / facts.FILE).is_file():
        return Ensemble(_release(text))
    if (placed := stand_ins.read(path)) is not None:
        stand_ins.warn_of_another(path, placed)
        return find_placed(placed)
    if path.is_dir() or (path.is_file() and path.suffix.lower() == ".zip"):
        stand_ins.warn_of_another(path, None)
        imported = drop_in.imported(path)
        return Ensemble(imported.release, of_runtime=imported.of_runtime, first_seed=imported.first_seed)
    if os.sep not in text and "/" not in text and not path.exists():
        return Ensemble(releases.find(text))  # which says what names there are
    raise ReleaseError(
        f"{shown(text, 300)}: {'is no folder' if path.exists() else 'no such folder'}, expected official "
        "models, such as nb_models_1.0/xgb_v1.0 (nasbench301.download_models brings them), or a release's "
        "name or folder"
    )


def find_placed(placed: str) -> Ensemble:
    """Find what `stand_ins.read` gives: the name or folder of a release, with `:runtime` or without."""
    return Ensemble(_release(placed.removesuffix(RUNTIME)), of_runtime=placed.endswith(RUNTIME))


def checked(reference: str) -> str:
    """Load a release to see that it can be; give its name back, or its folder, absolute.

    Raises:
        ReleaseError: There is none, or it cannot be read.
    """
    release = _release(reference)
    return reference if _is_name(reference) else str(release.folder)


def _is_name(text: str) -> bool:
    return text in releases.names() or text in releases.user_names()


def _release(reference: str) -> Release:
    """The release of that name, or in that folder."""
    return releases.find(reference) if _is_name(reference) else _in_folder(reference)


def _in_folder(reference: str) -> Release:
    folder = Path(reference).expanduser()
    return Release(folder) if folder.is_dir() else releases.find(reference)
