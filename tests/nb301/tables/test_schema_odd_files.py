"""Parquet files with anything in them: a table, or a TableError of one line."""

from __future__ import annotations

import os
import sys
from collections import Counter

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from nb301 import tables
from nb301.errors import TableError
from nb301.tables.schema import EvaluationTable, read_table, write_table
from tests.crafting import changed_bytes

#: `NB301_FUZZ=2000 pytest -s` tries as many changes, and prints what came of them.
ROUNDS = int(os.environ.get("NB301_FUZZ", "40"))


@pytest.fixture(scope="module")
def small(tiny_table):
    """Ten rows."""
    return EvaluationTable("small", "1.0", "emulated 2.0", tiny_table.rows[:10])


@pytest.fixture
def path(small, tmp_path):
    """A table's file."""
    write_table(small, tmp_path / "small.parquet")
    return tmp_path / "small.parquet"


def refusal(path):
    """Why a file is no table, in one line."""
    with pytest.raises(TableError) as caught:
        read_table(path)
    assert str(caught.value).isprintable()
    return str(caught.value)


@pytest.mark.parametrize(
    "pandas", [b"", b"{", b"[]", b"\xff", b'{"columns": 3}', b'{"index_columns": ["x"], "columns": []}']
)
def test_what_pandas_says_of_columns_is_not_needed(small, path, pandas):
    """Damaged metadata of pandas change nothing."""
    data = pq.read_table(path)
    pq.write_table(data.replace_schema_metadata({**data.schema.metadata, b"pandas": pandas}), path)
    assert read_table(path).content_hash == small.content_hash


def column(path, name, values):
    """Put another column in the place of one."""
    data = pq.read_table(path)
    pq.write_table(data.set_column(data.column_names.index(name), name, values), path)


TYPES = {
    "lists": pa.array([["rs"]] * 10),
    "records": pa.array([{"a": 1}] * 10),
    "binary": pa.array([b"rs"] * 10),
    "times": pa.array([pd.Timestamp(0)] * 10),
    "booleans": pa.array([True] * 10),
    "decimals": pa.array([1] * 10).cast(pa.decimal128(20)),
    "nulls": pa.nulls(10),
    "no text": pa.StringArray.from_buffers(
        10, pa.py_buffer(np.arange(11, dtype=np.int32)), pa.py_buffer(b"\xff" * 10)
    ),
}


@pytest.mark.parametrize("name", ["genotype", "optimizer", "seed", "runtime"])
@pytest.mark.parametrize("kind", TYPES)
def test_refuses_columns_of_other_types(path, name, kind):
    """A column that holds neither numbers nor text is refused, wherever it stands."""
    column(path, name, TYPES[kind])
    refusal(path)


def test_refuses_a_column_twice(path):
    """No column is read for another of its name."""
    data = pq.read_table(path)
    pq.write_table(data.append_column("seed", data["seed"]), path)
    assert "a column is there twice" in refusal(path)


@pytest.mark.parametrize(
    "name", ["../../x", "", " ", "a b", "a\nb", "a\u202eb", "-a", ".a", "a/b", "a" * 101]
)
def test_refuses_names_that_no_folder_can_have(small, name):
    """Releases and folders are called after tables."""
    with pytest.raises(TableError, match=r"name .*expected letters and digits"):
        EvaluationTable(name, "1.0", "emulated 2.0", small.rows)
    with pytest.raises(TableError, match=r"version .*expected letters and digits"):
        EvaluationTable("small", name, "emulated 2.0", small.rows)


@pytest.mark.parametrize("truth", ["", " ", " a", "a\nb", "a\u202eb", "a" * 101])
def test_refuses_truths_that_no_page_can_show(small, truth):
    """A ground truth is named in one line."""
    with pytest.raises(TableError, match=r"truth .*printable"):
        EvaluationTable("small", "1.0", truth, small.rows)


def test_refuses_more_rows_than_a_table_has(path):
    """A file that unpacks to more than it may is refused by what it says of itself, before it is read."""
    pq.write_table(pa.table({"genotype": pa.nulls(2 * 10**6, pa.string())}), path)
    assert "2,000,000 rows" in refusal(path)


@pytest.mark.parametrize(("name", "value"), [("run", 2**31), ("epochs", 2**40), ("seed", 2**63)])
def test_refuses_numbers_that_no_file_holds(small, name, value):
    """What could not be written is refused when the table is made."""
    rows = small.rows.assign(**{name: np.array([value] * 10, dtype=np.uint64)})
    with pytest.raises(TableError, match=f"column {name}, row 0: {value}, expected an integer of at most"):
        EvaluationTable("small", "1.0", "emulated 2.0", rows)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda path: path.symlink_to("/dev/zero")])
def test_only_regular_files_are_read(path, make):
    """Pipes, folders and devices are refused without being read."""
    path.unlink()
    make(path)
    assert "not a regular file" in refusal(path)


def test_any_change_of_a_file_is_read_or_refused(path):
    """Whatever is changed in a file, it is a table or refused in one line."""
    rng, counts, data = np.random.default_rng(301), Counter(), path.read_bytes()
    for _ in range(ROUNDS):
        path.write_bytes(changed_bytes(rng, data))
        try:
            read_table(path)
        except TableError as error:
            said = str(error)
        else:
            said = ""
        assert not said or said.isprintable()
        counts["refused" if said else "read"] += 1
    sys.stdout.write(f"parquet: {dict(counts)}\n")


def test_paths_of_tables_that_are_not_there(tmp_path):
    """A file that is not there is named."""
    with pytest.raises(TableError, match="no such table"):
        tables.load(str(tmp_path / "none.parquet"))
