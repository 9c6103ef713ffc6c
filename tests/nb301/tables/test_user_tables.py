"""This user's tables: found by name after the embedded ones."""

from __future__ import annotations

import pytest

from nb301 import tables
from nb301.errors import TableError
from nb301.tables.schema import EvaluationTable, write_table


@pytest.fixture(autouse=True)
def home(monkeypatch, tmp_path):
    monkeypatch.setenv("NB301_HOME", str(tmp_path))
    return tmp_path / "tables"


@pytest.fixture
def small(tiny_table):
    return EvaluationTable("small", "1.0", "mine", tiny_table.rows[:10])


def test_they_have_a_home(small, home):
    """What is written to its place is found by name; errors list it."""
    assert tables.user_names() == []
    assert tables.user_path("small", "1.0") == home / "small-v1.0.parquet"
    write_table(small, tables.user_path("small", "1.0"))
    assert tables.user_names() == [small.full_name] == ["small-v1.0"]
    assert "small-v1.0" not in tables.names()
    assert tables.load("small-v1.0").content_hash == small.content_hash
    with pytest.raises(
        TableError, match=r"no table 'small'; there are: emulated.*; yours, in .*: small-v1\.0"
    ):
        tables.load("small")


def test_names_mean_one_table(small, home):
    """An embedded name means that one; a file is called after what it holds."""
    write_table(small, home / "emulated-v2.0.parquet")
    write_table(small, home / "renamed-v1.0.parquet")
    assert tables.load("fashion-mnist-tiny-v1.0").truth == "fashion-mnist-tiny 1.0"
    with pytest.raises(TableError, match=r"renamed-v1\.0\.parquet: holds table small-v1\.0: rename"):
        tables.load("renamed-v1.0")


def test_no_table_takes_the_place_of_another(small):
    """Neither that of an embedded one, nor of one's own unless that is said."""
    with pytest.raises(TableError, match="the name of an embedded table"):
        tables.user_path("emulated", "2.0", replace=True)
    path = tables.user_path("small", "1.0")
    write_table(small, path)
    with pytest.raises(TableError, match="exists, and releases may rest on it"):
        tables.user_path("small", "1.0")
    assert tables.user_path("small", "1.0", replace=True) == path
    for name, version in (("../small", "1.0"), ("small", "/1"), ("", "1.0")):
        with pytest.raises(TableError, match="expected letters and digits"):
            tables.user_path(name, version)
