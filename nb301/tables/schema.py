"""The evaluation table: one row is one training run; one schema for all sources."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from nb301.errors import GenotypeError, TableError, is_one_line, one_line, shown
from nb301.files import check_file, file_written_whole, sha256
from nb301.parsing import NAME, parse_object, read_bytes
from nb301.sources import FOR_ANALYSIS
from nb301.space import Genotype, from_codes
from nb301.tables.curves import Steps, check_steps, columns, from_columns, unpacked
from nb301.tables.genotype_column import to_codes

#: Columns with their Parquet types, in order; accuracies are fractions, runtime is seconds.
SCHEMA: Mapping[str, pa.DataType] = {
    "genotype": pa.string(),
    "optimizer": pa.dictionary(pa.int16(), pa.string()),
    "run": pa.int32(),
    "seed": pa.int64(),
    "val_accuracy": pa.float64(),
    "test_accuracy": pa.float64(),
    "train_accuracy": pa.float64(),
    "runtime": pa.float64(),
    "parameters": pa.int64(),
    "multiply_adds": pa.int64(),
    "epochs": pa.int32(),
}
ACCURACIES = ("val_accuracy", "test_accuracy", "train_accuracy")
#: Columns whose values may be missing (NaN); what needs them says so.
MAY_BE_MISSING = ("test_accuracy", "train_accuracy", "runtime")
_POSITIVE = ("runtime", "parameters", "multiply_adds", "epochs")
_NUMBERS_AND_TEXT = (
    pa.types.is_integer,
    pa.types.is_floating,
    pa.types.is_string,
    pa.types.is_large_string,
)
#: Newest format that this version reads: that of tables with learning curves. Those without have format 1.
_FORMAT = 2
#: Of names of truths and optimizers.
_MOST_LETTERS = 100
#: Bytes of a file, packed and unpacked, and its rows; 60,000 rows take 3 MB.
MOST_BYTES, _MOST_ROWS = 2**30, 10**6


@dataclass(frozen=True)
class EvaluationTable:
    """Training runs of one ground truth.

    Args:
        name: Such as `emulated`.
        version: Such as `1.0`.
        truth: Where the accuracies come from, such as `emulated 2.0`.
        rows: One row a training run, the columns of `SCHEMA`; rows of one run in evaluation order.
        steps: The rows' learning curves as `curves.packed` packs them, shape (n, epochs), if they were kept.

    Raises:
        TableError: A column is missing, unknown or of another type, or a value is out of range (names
            the column, the first row and its value), a curve is none, or a name none that a folder can have.
    """

    name: str
    version: str
    truth: str
    rows: pd.DataFrame
    steps: Steps | None = field(default=None, repr=False)
    #: The rows' genotypes as `space.to_codes` packs them, shape (n, 2, 8, 2).
    codes: NDArray[np.uint8] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        check_names(self.name, self.version, self.truth)
        codes = _check(self.rows)
        if self.steps is not None:
            check_steps(self.steps, len(self.rows))
        rows = self.rows[list(SCHEMA)].reset_index(drop=True)
        object.__setattr__(self, "rows", rows)
        object.__setattr__(self, "codes", codes)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def full_name(self) -> str:
        """Name and version, as its file is called and `tables.load` finds it: `emulated-v2.0`."""
        return f"{self.name}-v{self.version}"

    @cached_property
    def genotypes(self) -> list[Genotype]:
        """The rows' genotypes."""
        return from_codes(self.codes)

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 of names and values: equal for equal rows, whatever wrote the file."""
        parts = [json.dumps([self.name, self.version, self.truth, len(self)]).encode()]
        for column, kind in SCHEMA.items():
            values = self.rows[column]
            if pa.types.is_floating(kind) or pa.types.is_integer(kind):
                dtype = "<f8" if pa.types.is_floating(kind) else "<i8"
                parts.append(values.to_numpy().astype(dtype).tobytes())
            else:
                parts.append("\n".join(values.astype(str)).encode())
        if self.steps is not None:
            parts += [str(self.steps.shape).encode(), self.steps.astype("<u2").tobytes()]
        return sha256(b"".join(sha256(part).encode() for part in parts))

    @cached_property
    def is_fitted(self) -> NDArray[np.bool_]:
        """Which rows models are fitted on: all but probes. Shape (n,)."""
        return ~self.rows["optimizer"].isin(FOR_ANALYSIS).to_numpy(dtype=bool)

    def of(self, *optimizers: str) -> EvaluationTable:
        """The rows of some optimizers only.

        Args:
            optimizers: Their names, such as `rs`.

        Raises:
            TableError: The table has no row of one of them.
        """
        optimizers_here = set(self.rows["optimizer"])
        for optimizer in optimizers:
            if optimizer not in optimizers_here:
                raise TableError(
                    f"table {self.name} has no rows of {optimizer!r}, only of {sorted(optimizers_here)}"
                )
        return self.select(self.rows["optimizer"].isin(optimizers).to_numpy())

    def select(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> EvaluationTable:
        """Some of the rows, by a mask or their numbers, with their curves.

        Args:
            rows: A mask, shape (len(table),), or row numbers, shape (n,).
        """
        steps = None if self.steps is None else self.steps[rows]
        return EvaluationTable(self.name, self.version, self.truth, self.rows.iloc[rows], steps)

    def curves(self) -> NDArray[np.float64]:
        """Validation accuracy after each epoch, fractions, to a tenth of a point; shape (n, epochs).

        Rows whose curve is not known are NaN.

        Raises:
            TableError: The table keeps no learning curves.
        """
        if self.steps is None:
            raise TableError(f"table {self.full_name} keeps no learning curves")
        return unpacked(self.steps, self.rows["val_accuracy"].to_numpy())


def check_table_path(path: Path) -> None:
    """Make sure that a table can be written, before the work that it is to hold.

    Raises:
        TableError: The file has another kind's name.
        OutputError: It cannot be written.
    """
    if path.name and path.suffix != ".parquet" and not path.is_dir():
        raise TableError(f"{path}: tables are Parquet files: choose a name that ends in .parquet")
    check_file(path)


def name_after(path: Path) -> str:
    """The name of a table that is written to a path: letters and digits of the file's name."""
    return re.sub(r"[^A-Za-z0-9._+-]+", "-", path.stem).strip("._+-")[:60] or "table"


def write_table(table: EvaluationTable, path: Path) -> None:
    """Write a table as Parquet, whole or not at all; see `check_table_path`.

    Args:
        table: What is written.
        path: A `.parquet` file.
    """
    check_table_path(path)
    file_format = 1 if table.steps is None else _FORMAT
    about = {"format": file_format, "name": table.name, "version": table.version, "truth": table.truth}
    schema = pa.schema(list(SCHEMA.items()), metadata={"nb301": json.dumps(about)})
    data = pa.Table.from_pandas(table.rows, schema=schema, preserve_index=False)
    epochs = columns(table.steps)
    for name, steps in epochs.items():
        data = data.append_column(name, steps)
    with file_written_whole(path) as temporary:
        pq.write_table(
            data,
            temporary,
            compression="zstd",
            compression_level=19,
            # noise leaves nothing for a dictionary; an epoch's high bytes are all but equal
            use_dictionary=[*SCHEMA] if epochs else True,
            column_encoding=dict.fromkeys(epochs, "BYTE_STREAM_SPLIT") or None,
        )


def is_table(path: Path) -> bool:
    """Whether a Parquet file says of itself that it is an evaluation table."""
    if not path.is_file():  # a pipe, which would be waited for
        return False
    try:
        return b"nb301" in (pq.read_schema(path).metadata or {})
    except (pa.ArrowException, OSError, ValueError):
        return False


def read_table(path: Path) -> EvaluationTable:
    """Read a table that `write_table` wrote.

    Args:
        path: A `.parquet` file.

    Raises:
        TableError: There is no such file, it is truncated or no table, of a newer format, or its rows
            break the schema.
    """
    try:
        file = read_bytes(path, MOST_BYTES)
    except FileNotFoundError:
        raise TableError(f"{path}: no such table") from None
    except OSError as error:
        raise TableError(f"{path}: cannot be read ({error.strerror})") from None
    try:
        data = read_columns(file)
        name, version, truth = _described((data.schema.metadata or {}).get(b"nb301", b""))
        # pandas' own metadata say nothing that the columns do not
        data, steps = from_columns(data.replace_schema_metadata(None))
        return EvaluationTable(name, version, truth, data.to_pandas(), steps)
    except TableError as error:
        raise TableError(f"{path}: {error}") from None
    # pyarrow passes on text that is no UTF-8 as a ValueError
    except (pa.ArrowException, OSError, ValueError) as error:
        raise TableError(f"{path}: not a whole Parquet file ({one_line(str(error))})") from None


def read_columns(file: bytes, known: Collection[str] | None = None) -> pa.Table:
    """Read columns of numbers or text from the bytes of a Parquet file, checked before they are unpacked.

    Args:
        file: The bytes.
        known: Names of columns, of which those that are there are read; by default all.

    Raises:
        TableError: It announces more than a table can have, or a column is there twice or of another type.
        pa.ArrowException, OSError, ValueError: It is no Parquet file, or not whole.
    """
    with pq.ParquetFile(pa.BufferReader(file)) as opened:
        about, schema = opened.metadata, opened.schema_arrow
        unpacked = sum(about.row_group(k).total_byte_size for k in range(about.num_row_groups))
        if not 0 <= about.num_rows <= _MOST_ROWS or not 0 <= unpacked <= MOST_BYTES:
            raise TableError(
                f"{about.num_rows:,} rows of {unpacked:,} bytes, expected at most {_MOST_ROWS:,} of "
                f"{MOST_BYTES:,}"
            )
        if len(set(schema.names)) < len(schema.names):
            raise TableError("a column is there twice")
        columns = [*schema] if known is None else [column for column in schema if _holds(column, known)]
        for column in columns:
            kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
            if not any(is_kind(kind) for is_kind in _NUMBERS_AND_TEXT):
                raise TableError(f"column {shown(column.name)} is of {shown(str(kind))}, not numbers or text")
        data = opened.read([column.name for column in columns])
    data.validate(full=True)
    return data


def _holds(column: pa.Field, known: Collection[str]) -> bool:
    """Whether a column is one of those, with anything in it."""
    return column.name in known and not pa.types.is_null(column.type)


def _described(metadata: bytes) -> tuple[str, str, str]:
    """Name, version and truth from the file's metadata."""
    try:
        about = parse_object(metadata)
        file_format, *described = int(about["format"]), about["name"], about["version"], about["truth"]
    except (KeyError, TypeError, ValueError, OverflowError):
        file_format, described = 0, []
    if file_format > _FORMAT:
        raise TableError(
            f"table format {file_format} is newer than {_FORMAT}, the newest that this version of nb301 "
            "reads: upgrade nb301"
        )
    if not described or not all(isinstance(word, str) for word in described):
        raise TableError("a Parquet file, but no evaluation table: no nb301 metadata, or garbled")
    name, version, truth = described
    return name, version, truth


def check_name(name: str, version: str) -> None:
    """Check what releases and files are called after."""
    for what, text in (("name", name), ("version", version)):
        if not re.fullmatch(NAME, text):
            raise TableError(
                f"{what} {shown(text)}: expected letters and digits, and after the first of them also . _ + -"
            )


def check_names(name: str, version: str, truth: str) -> None:
    """Check what releases, folders and pages are called after."""
    check_name(name, version)
    if not truth or truth != truth.strip() or not is_one_line(truth) or len(truth) > _MOST_LETTERS:
        raise TableError(f"truth {shown(truth)}: expected at most {_MOST_LETTERS} printable characters")


def _check(rows: pd.DataFrame) -> NDArray[np.uint8]:
    """Check every value, and return the genotypes' codes, shape (n, 2, 8, 2)."""
    _check_columns(rows)
    for column, kind in SCHEMA.items():
        if pa.types.is_floating(kind) or pa.types.is_integer(kind):
            _check_numbers(rows, column, kind)
    for column in ACCURACIES:
        # a comparison with NaN is false, so that NaN is refused, too
        _require(rows, column, rows[column].between(0, 1), "a fraction from 0 to 1")
    for column in _POSITIVE:
        valid = rows[column].gt(0) & np.isfinite(rows[column].astype(float))
        _require(rows, column, valid, "a positive number")
    for column in ("run", "seed"):
        _require(rows, column, rows[column].ge(0), "an integer of at least 0")
    named = rows["optimizer"].map(_is_name).astype(bool)
    _require(rows, "optimizer", named, f"at most {_MOST_LETTERS} printable characters")
    try:
        return to_codes(rows["genotype"])
    except GenotypeError as error:
        raise TableError(f"column genotype, {one_line(str(error), 600)}") from None


def _check_columns(rows: pd.DataFrame) -> None:
    for column in SCHEMA:
        if column not in rows:
            raise TableError(f"column {column} is missing")
    for unknown in set(rows) - set(SCHEMA):
        raise TableError(f"column {one_line(str(unknown), 60)} is not one of {', '.join(SCHEMA)}")
    if not rows.columns.is_unique:
        raise TableError("a column is there twice")
    if rows.empty:
        raise TableError("the table has no rows")


def _check_numbers(rows: pd.DataFrame, column: str, kind: pa.DataType) -> None:
    dtype = rows[column].dtype
    if not isinstance(dtype, np.dtype) or dtype.kind not in "iuf":
        raise TableError(f"column {column} holds {dtype}, expected numbers")
    if pa.types.is_integer(kind):
        largest = np.iinfo(kind.to_pandas_dtype()).max
        valid = (rows[column] % 1 == 0) & rows[column].le(largest)
        _require(rows, column, valid, f"an integer of at most {largest}")


def _is_name(value: object) -> bool:
    if not isinstance(value, str) or not 0 < len(value) <= _MOST_LETTERS:
        return False
    return is_one_line(value) and value.strip() == value


def _require(rows: pd.DataFrame, column: str, valid: pd.Series[bool], expected: str) -> None:
    if column in MAY_BE_MISSING:
        valid |= rows[column].isna()
    if not valid.all():
        row = int(np.argmin(valid.to_numpy()))
        value = one_line(str(rows[column].iloc[row]), 60)
        raise TableError(f"column {column}, row {row}: {value}, expected {expected}")
