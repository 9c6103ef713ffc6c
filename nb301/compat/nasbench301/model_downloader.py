"""Downloading the official models, as the official package has it (official_facts F34, F40)."""

from __future__ import annotations

import os
from pathlib import Path

from nb301.compat.nasbench301 import stand_ins
from nb301.errors import CompatError, shown

_VERSIONS = ("0.9", "1.0")


def download_models(
    version: str | float,
    delete_zip: bool = True,  # noqa: FBT001 - as officially
    download_dir: str | os.PathLike[str] | None = None,
) -> None:
    """Bring the official models of a version to `nb_models_<version>`, unless that is there.

    They are downloaded and imported into `NB301_HOME` once for all folders, and the folder gets
    `xgb_v<version>`, `gnn_gin_v<version>` and `lgb_runtime_v<version>`, which stand for them. Where
    `NB301_COMPAT_RELEASE` names a release, nothing is downloaded, and they stand for that.

    Args:
        version: `0.9` or `1.0`.
        delete_zip: Whether the downloaded archive is deleted when it is imported.
        download_dir: Where the folder is to be; by default the working folder.

    Raises:
        CompatError: There is no such version.
        DataMissing: The models cannot be downloaded; says how to place them by hand.
        OutputError: The folder cannot be written.
    """
    named = str(version)
    if named not in _VERSIONS:
        raise CompatError(f"version {shown(version)} of the official models, expected '0.9' or '1.0'")
    folder = Path.cwd() if download_dir is None else Path(download_dir)
    folder = folder / f"nb_models_{named}"
    if folder.exists():
        print(f"Models {named} already at {folder}")  # noqa: T201 - so do the official ones
        return
    stand_in = os.environ.get(stand_ins.VARIABLE)
    if stand_in:
        from nb301.compat.nasbench301 import ensembles  # and with it pydantic

        stand_in = ensembles.checked(stand_in)
        print(f"Release {stand_in} stands in for models {named} at {folder}")  # noqa: T201
        stand_ins.write(folder, stand_ins.of_release(stand_in, named))
    else:
        print(f"Downloading models {named} for {folder}")  # noqa: T201
        from nb301.official import drop_in  # and with it pydantic

        stand_ins.write(folder, drop_in.fetched(named, delete_archive=delete_zip))
