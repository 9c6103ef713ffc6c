"""Evaluation tables: the schema's checks, Parquet files, content hashes."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from nb301 import tables
from nb301.cost import cost
from nb301.errors import TableError
from nb301.tables import schema
from nb301.tables.schema import SCHEMA, EvaluationTable, read_table, write_table
from nb301.tables.statistics import seeds
from nb301.truth.trained import TrainingTruth

ISOMORPHIC = (
    "normal:sep_conv_3x3@0+sep_conv_3x3@1/max_pool_3x3@0+sep_conv_3x3@1"
    "/sep_conv_3x3@0+sep_conv_3x3@1/sep_conv_3x3@0+sep_conv_3x3@1,"
    "reduce:sep_conv_3x3@0+sep_conv_3x3@1/sep_conv_3x3@0+sep_conv_3x3@1"
    "/sep_conv_3x3@0+sep_conv_3x3@1/sep_conv_3x3@0+sep_conv_3x3@1"
)


def with_rows(table, rows):
    """The table with other rows, with its curves where these are as many."""
    return replace(table, rows=rows, steps=table.steps if len(rows) == len(table) else None)


def changed(table, column, row, value):
    """The table's rows with one value changed."""
    rows = table.rows.copy()
    values = rows[column].astype(object)
    values[row] = value
    is_text = column in {"genotype", "optimizer"}
    rows[column] = values if is_text else pd.to_numeric(values)
    return rows


@pytest.mark.parametrize("column", ["test_accuracy", "train_accuracy", "runtime"])
def test_what_nobody_knows_may_be_missing(tiny_table, column):
    """NaN stands for what was not measured; what needs it says so."""
    assert with_rows(tiny_table, changed(tiny_table, column, 17, np.nan)).rows[column].isna().sum() == 1


def test_any_optimizer_has_rows(tiny_table):
    """Rows of an optimizer that the paper did not run are rows, and models are fitted on them."""
    table = with_rows(tiny_table, changed(tiny_table, "optimizer", 17, "my own search"))
    assert table.is_fitted.all()
    assert len(table.of("my own search")) == 1


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("val_accuracy", np.nan, ["nan", "0 to 1"]),
        *((f"{part}_accuracy", 93.1, ["93.1", "0 to 1"]) for part in ("val", "test", "train")),
        ("val_accuracy", -0.1, ["-0.1", "0 to 1"]),
        ("val_accuracy", np.inf, ["inf", "0 to 1"]),
        ("runtime", 0.0, ["positive"]),
        ("runtime", -5.0, ["-5.0", "positive"]),
        ("runtime", np.inf, ["inf", "positive"]),
        ("parameters", 0, ["positive"]),
        ("parameters", 1.5, ["1.5"]),
        ("multiply_adds", -1, ["-1", "positive"]),
        ("epochs", 0, ["positive"]),
        ("epochs", 99.5, ["99.5"]),
        ("run", -1, ["-1", "at least 0"]),
        ("run", 0.5, ["0.5", "integer"]),
        ("seed", -1, ["-1", "at least 0"]),
        ("seed", 1.5, ["1.5", "integer"]),
        ("seed", np.nan, ["nan"]),
        *(
            ("optimizer", value, ["printable"])
            for value in (None, "", " rs", "a\nb", "\u202ers", "x" * 101, 3)
        ),
        ("genotype", "normal:", ["normal:CELL"]),
        ("genotype", None, []),
        ("genotype", 3, []),
        ("genotype", ISOMORPHIC, ["canonical"]),
        ("genotype", ISOMORPHIC.replace("max_pool_3x3@0", "max_pool_3x3@1"), ["normal cell", "node 3"]),
    ],
)
def test_names_column_and_row(tiny_table, column, value, words):
    """A value that breaks the schema is refused with its column and its row."""
    with pytest.raises(TableError) as caught:
        with_rows(tiny_table, changed(tiny_table, column, 17, value))
    message = str(caught.value)
    assert message.startswith(f"column {column}, row 17: ")
    assert all(word in message for word in words)


def test_names_the_first_bad_row(tiny_table):
    """Of several bad rows the first is named, by its position whatever the index says."""
    rows = changed(tiny_table, "val_accuracy", 30, 2.0)
    rows.loc[20, "val_accuracy"] = 3.0
    rows.index = rows.index[::-1]
    with pytest.raises(TableError, match=r"row 20: .*3\.0"):
        with_rows(tiny_table, rows)


@pytest.mark.parametrize("column", SCHEMA)
def test_names_missing_columns(tiny_table, column):
    """A missing column is named."""
    with pytest.raises(TableError, match=f"column {column} is missing"):
        with_rows(tiny_table, tiny_table.rows.drop(columns=column))


def test_names_unknown_columns(tiny_table):
    """A column that the schema does not have is named."""
    with pytest.raises(TableError, match="column accuracy is not one of genotype, optimizer"):
        with_rows(tiny_table, tiny_table.rows.assign(accuracy=0.9))


@pytest.mark.parametrize("column", [name for name in SCHEMA if name not in {"genotype", "optimizer"}])
def test_names_columns_of_another_type(tiny_table, column):
    """Numbers that are text are refused with the column's name."""
    with pytest.raises(TableError, match=f"column {column} holds .*expected numbers"):
        with_rows(tiny_table, tiny_table.rows.assign(**{column: tiny_table.rows[column].astype(str)}))


def test_refuses_a_table_without_rows(tiny_table):
    """A table has rows."""
    with pytest.raises(TableError, match="no rows"):
        with_rows(tiny_table, tiny_table.rows[:0])


@pytest.fixture
def path(tiny_table, tmp_path):
    """A table's file."""
    write_table(tiny_table, tmp_path / "tiny.parquet")
    return tmp_path / "tiny.parquet"


def test_round_trip(tiny_table, path):
    """A table that was written reads back the same: names, rows, genotypes and content hash."""
    again = read_table(path)
    assert (again.name, again.version, again.truth) == ("tiny", "1.0", "emulated 2.0")
    pd.testing.assert_frame_equal(
        again.rows.astype({"optimizer": str}), tiny_table.rows, check_dtype=False, check_exact=True
    )
    assert again.genotypes == tiny_table.genotypes
    assert again.content_hash == tiny_table.content_hash
    epochs = [pa.uint16()] * tiny_table.steps.shape[1]
    assert pq.read_schema(path).remove_metadata().types == [*SCHEMA.values(), *epochs]
    assert tables.load(str(path)).content_hash == tiny_table.content_hash


def test_content_hash_does_not_depend_on_the_file(tiny_table, path, tmp_path):
    """Other compression, other types of equal values and another order of columns keep the hash."""
    data = pq.read_table(path)
    pq.write_table(data, tmp_path / "other.parquet", compression="none", row_group_size=7)
    assert read_table(tmp_path / "other.parquet").content_hash == tiny_table.content_hash
    rows = tiny_table.rows[[*SCHEMA][::-1]].astype({"optimizer": "category", "seed": "int16"})
    assert with_rows(tiny_table, rows).content_hash == tiny_table.content_hash


@pytest.mark.parametrize("column", SCHEMA)
def test_content_hash_depends_on_every_value(tiny_table, column):
    """One changed value in any column, even in the last bit, gives another hash."""
    value = tiny_table.rows[column][17]
    if column == "genotype":
        other = tiny_table.rows["genotype"][18]
    elif column == "optimizer":
        other = "tpe"
    else:
        other = np.nextafter(value, 0) if SCHEMA[column] == pa.float64() else value + 1
    assert (
        with_rows(tiny_table, changed(tiny_table, column, 17, other)).content_hash != tiny_table.content_hash
    )


def test_content_hash_depends_on_names_and_order(tiny_table):
    """Name, version, truth and the order of rows are part of the content."""
    name, version, truth, rows = tiny_table.name, tiny_table.version, tiny_table.truth, tiny_table.rows
    others = [
        EvaluationTable("other", version, truth, rows),
        EvaluationTable(name, "1.1", truth, rows),
        EvaluationTable(name, version, "training", rows),
        EvaluationTable(name, version, truth, rows[::-1]),
        EvaluationTable(name, version, truth, rows[:-1]),
    ]
    assert len({table.content_hash for table in (tiny_table, *others)}) == 6


@pytest.mark.parametrize("share", [0, 0.001, 0.1, 0.5, 0.9, 0.999])
def test_refuses_truncated_files(path, share):
    """A file that ends early is no table, wherever it ends; the error names the file."""
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(TableError, match=r"tiny\.parquet: not a whole Parquet file"):
        read_table(path)


def test_refuses_other_files(path):
    """Text is no table, and a file that is not there is none either."""
    path.write_text("genotype,val_accuracy\n")
    with pytest.raises(TableError, match="not a whole Parquet file"):
        read_table(path)
    path.unlink()
    with pytest.raises(TableError, match="no such table"):
        read_table(path)


def rewritten(path, about=None, **columns):
    """Write the file anew with other metadata or columns."""
    data = pq.read_table(path)
    for name, values in columns.items():
        data = data.set_column(data.schema.get_field_index(name), name, values)
    metadata = dict(data.schema.metadata) if about is None else {b"nb301": about} if about else None
    pq.write_table(data.replace_schema_metadata(metadata), path)


def test_refuses_foreign_parquet(path):
    """A Parquet file of something else is named as such."""
    rewritten(path, about=b"")
    with pytest.raises(TableError, match="no nb301 metadata"):
        read_table(path)


def test_refuses_newer_formats(path):
    """A table of a newer format asks for an upgrade."""
    about = json.loads(pq.read_schema(path).metadata[b"nb301"])
    rewritten(path, about=json.dumps({**about, "format": 3}).encode())
    with pytest.raises(TableError, match=r"format 3 is newer than 2.*upgrade nb301"):
        read_table(path)


@pytest.mark.parametrize("about", [b"{", b"\xff", b"[]", b"{}", b'{"format": "new"}', b'{"format": 1}'])
def test_refuses_garbled_metadata(path, about):
    """Metadata that is not what `write_table` writes gives a TableError with the file's name."""
    rewritten(path, about=about)
    with pytest.raises(TableError, match=r"tiny\.parquet"):
        read_table(path)


def test_checks_rows_of_files(path):
    """Rows of a file are checked, too, and the error names the file, the column and the row."""
    values = pq.read_table(path)["val_accuracy"].to_pylist()
    rewritten(path, val_accuracy=pa.chunked_array([[*values[:-1], None]], type=pa.float64()))
    with pytest.raises(TableError, match=r"tiny\.parquet: column val_accuracy, row 299: .*nan"):
        read_table(path)


@pytest.mark.parametrize("exists", [False, True])
def test_a_failed_write_leaves_nothing(tiny_table, tmp_path, monkeypatch, exists):
    """Where writing fails half-way an old file stays as it was, and no other is left."""
    path = tmp_path / "tiny.parquet"
    if exists:
        write_table(tiny_table.of("rs"), path)
    before = path.read_bytes() if exists else None

    def fail(_, where, **__):
        where.write_bytes(b"PAR1")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(schema.pq, "write_table", fail)
    with pytest.raises(OSError, match="No space left"):
        write_table(tiny_table, path)
    assert [*tmp_path.iterdir()] == ([path] if exists else [])
    if exists:
        assert path.read_bytes() == before


def test_selects_optimizers(tiny_table):
    """`of` keeps the rows of some optimizers; one that the table lacks is an error."""
    assert set(tiny_table.of("re").rows["optimizer"]) == {"re"}
    assert len(tiny_table.of("rs", "re")) == len(tiny_table)
    with pytest.raises(TableError, match=r"no rows of 'tpe', only of \['re', 'rs'\]"):
        tiny_table.of("rs", "tpe")


def test_embedded_tables(monkeypatch, tmp_path):
    """Embedded tables load by name; an unknown name lists those there are."""
    monkeypatch.setenv("NB301_HOME", str(tmp_path))
    assert tables.names() == ["emulated-v2.0", "fashion-mnist-tiny-v1.0"]
    assert tables.load("emulated-v2.0").truth == "emulated 2.0"
    assert tables.load("fashion-mnist-tiny-v1.0").truth == "fashion-mnist-tiny 1.0"
    with pytest.raises(
        TableError,
        match=r"no table 'cifar10-v1\.0'; there are: emulated-v2\.0, fashion-mnist-tiny-v1\.0",
    ):
        tables.load("cifar10-v1.0")


def test_the_table_of_real_trainings():
    """The recipe's rows, and accuracies that are shares of 4,000 validation and 10,000 test images."""
    table = tables.load("fashion-mnist-tiny-v1.0")
    rows = table.rows
    counts = Counter(rows["optimizer"].astype(str))
    assert counts == {"rs": 640, "re": 320, "skip": 216, "low_par": 64, "seeds": 800}
    assert len(seeds(table)) == 200
    for part, images in (("val", 4000), ("test", 10_000)):
        hits = rows[f"{part}_accuracy"] * images
        assert hits.to_numpy() == pytest.approx(hits.round().to_numpy(), abs=1e-6)
    network = TrainingTruth("fashion-mnist", "tiny").network
    for row in (0, 1000, 2039):
        built = cost(table.genotypes[row], network)
        assert (rows["parameters"][row], rows["multiply_adds"][row]) == (
            built.parameters,
            built.multiply_adds,
        )
