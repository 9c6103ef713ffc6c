"""Where this meets `nb301.official`: official models imported, fetched, and asked for seconds.

It is called by name, and when it is needed, since this version may be without it; all else here is.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nb301.errors import CompatError

if TYPE_CHECKING:
    from nb301.releases import Release

_IMPORTING = "nb301.official.drop_in"


class Imported(NamedTuple):
    """Official models, as a release."""

    release: Release
    #: Whether they predict seconds: their `model` ends with `_time` (F34).
    of_runtime: bool
    #: Seed of the first member, as it stands beside it.
    first_seed: int


def imported(source: Path) -> Imported:
    """Find official models among this user's releases, by the hashes of their files, or import them.

    Args:
        source: Folder or ZIP file of one ensemble, such as `nb_models_1.0/xgb_v1.0`.

    Raises:
        ReleaseError: It holds no official models, or some that cannot be read.
        OutputError: They cannot be written.
        CompatError: This version of nb301 cannot import them.
    """
    return Imported(*_importing().imported(source))


def fetched(version: str, *, delete_archive: bool) -> Mapping[str, str]:
    """Download and import the official models of a version, unless they are among this user's releases.

    Returns:
        By folders' names, such as `xgb_v1.0`, names of releases; with `:runtime` behind them where their
        seconds are meant.

    Raises:
        DataMissing: They cannot be downloaded; says how to place them by hand.
        CompatError: This version of nb301 cannot import them.
    """
    placed: Mapping[str, str] = _importing().fetched(version, delete_archive=delete_archive)
    return placed


def seconds(release: Release, codes: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Seconds that each member of an imported runtime model predicts for one architecture: (members,)."""
    predicted: NDArray[np.float64] = _importing().seconds(release, codes)
    return predicted


def _importing() -> Any:
    try:
        return import_module(_IMPORTING)
    except ModuleNotFoundError as error:
        if error.name is None or not _IMPORTING.startswith(error.name):
            raise
        raise CompatError(
            "this version of nb301 cannot import official models: give load_ensemble a release, such as "
            "'cifar10-gin-rand-v1.0', or set NB301_COMPAT_RELEASE to one, which download_models then puts in "
            "their place"
        ) from None
