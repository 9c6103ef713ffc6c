"""The table that a release was fitted on, where it is on this machine; and the releases of a table."""

from __future__ import annotations

from collections.abc import Mapping

from nb301 import tables
from nb301.errors import DataMissing
from nb301.parsing import read_bytes
from nb301.places import RELEASES
from nb301.releases import facts
from nb301.releases import manifest as manifests
from nb301.releases.load import names
from nb301.releases.manifest import Manifest
from nb301.tables import official, suite_zero
from nb301.tables.schema import EvaluationTable

#: Commands that make tables of public data, by the tables' names.
_PUBLIC: Mapping[str, str] = {
    official.NAME: "nb301 tables fetch official, then nb301 tables import FOLDER",
    suite_zero.NAME: f"nb301 tables import {suite_zero.FILE} --percent",
}


def fitted_table(manifest: Manifest) -> EvaluationTable:
    """Find the table that a release names, by its name and content.

    Raises:
        DataMissing: It is not here, or one of other content is; says how to get it.
        TableError: A table of this user cannot be read.
    """
    reference = manifest.table
    name = f"{reference.name}-v{reference.version}"
    if reference.content_hash is None:
        raise DataMissing(
            f"release {manifest.name} was imported: which rows of {name} it was fitted to is not known, so "
            "nothing that needs them can be told"
        )
    here = f"is not here: {command_for(reference.name)} brings one; or"
    if name in (*tables.names(), *tables.user_names()):
        table = tables.load(name)
        if table.content_hash == reference.content_hash:
            return table
        here = f"is not here, but one of that name with content {table.content_hash}:"
    raise DataMissing(
        f"release {manifest.name} was fitted on table {name} (content {reference.content_hash}), which "
        f"{here} give the file it was frozen from: nb301.load(release, "
        "table=nb301.tables.load('FILE.parquet')) or --table FILE.parquet"
    )


def command_for(name: str) -> str:
    """Commands that make the table of a name."""
    return _PUBLIC.get(name, "nb301 tables import FILE.parquet, the file it was frozen from,")


def embedded_on(name: str, version: str) -> list[Manifest]:
    """Manifests of the embedded releases that were fitted on a table of that name, sorted by theirs.

    Args:
        name: The table's.
        version: The table's.

    Raises:
        ReleaseError: A manifest was changed into something else.
    """
    fitted = []
    for release in names():
        path = RELEASES / release / facts.FILE
        manifest = manifests.read_manifest(read_bytes(path, facts.LARGEST), str(path))
        if (manifest.table.name, manifest.table.version) == (name, version):
            fitted.append(manifest)
    return fitted
