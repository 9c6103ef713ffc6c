"""The table of a release is found by name and content, embedded or this user's."""

from __future__ import annotations

import re

import pytest

from nb301 import tables
from nb301.errors import DataMissing, TableError
from nb301.releases import find
from nb301.releases.fitted_table import embedded_on, fitted_table
from nb301.tables.schema import EvaluationTable, write_table


@pytest.fixture(autouse=True)
def home(monkeypatch, tmp_path):
    """A home without tables."""
    monkeypatch.setenv("NB301_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def manifest(tiny_release):
    return find(tiny_release).manifest


def named(manifest, name):
    return manifest.model_copy(update={"table": manifest.table.model_copy(update={"name": name})})


def test_embedded_tables_are_found_by_their_content(embedded_table, monkeypatch):
    """One of the name and another content is not it."""
    monkeypatch.setattr(tables, "load", lambda _name: embedded_table)
    manifest = find("emulated-xgb-v2.0").manifest
    assert fitted_table(manifest) is embedded_table
    other = manifest.model_copy(
        update={"table": manifest.table.model_copy(update={"content_hash": "0" * 64})}
    )
    with pytest.raises(DataMissing, match=f"content 0000.* one of that name with content {'.' * 64}: "):
        fitted_table(other)


def test_tables_of_the_user_are_found(manifest, tiny_table, home):
    """A table that was imported is found; one of another content is not taken for it; damage is told."""
    path = tables.user_path("tiny", "1.0")
    write_table(tiny_table, path)
    assert fitted_table(manifest).content_hash == tiny_table.content_hash
    write_table(EvaluationTable("tiny", "1.0", "mine", tiny_table.rows), path)
    with pytest.raises(DataMissing, match="is not here, but one of that name with content"):
        fitted_table(manifest)
    path.write_bytes(b"PAR1")
    with pytest.raises(TableError, match=re.escape(str(home))):
        fitted_table(manifest)


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("tiny", "nb301 tables import FILE.parquet"),
        ("cifar10", "nb301 tables fetch official, then nb301 tables import FOLDER"),
        ("cifar10-random-search", "nb301 tables import zc_nasbench301.json --percent"),
    ],
)
def test_says_what_brings_a_table_that_is_not_here(manifest, name, command):
    """The command is told, whole."""
    missing = (
        rf"fitted on table {name}-v1\.0 \(content [0-9a-f]{{64}}\), which is not here: {command}.* brings"
    )
    with pytest.raises(DataMissing, match=missing):
        fitted_table(named(manifest, name))


def test_releases_of_a_table_are_found_by_its_name():
    """Embedded ones, sorted; a table that none was fitted on has none."""
    found = [manifest.name for manifest in embedded_on("cifar10-random-search", "1.0")]
    assert {"cifar10-lgb-rand-v1.0", "cifar10-xgb-rand-v1.0"} <= {*found}
    assert found == sorted(found)
    assert embedded_on("cifar10-random-search", "1.1") == embedded_on("nobody's", "1.0") == []
