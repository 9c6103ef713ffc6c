"""Training runs that people have, in CSV, Parquet or a DataFrame, as an evaluation table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from nb301 import formats
from nb301.cost import CIFAR10_NETWORK, NetworkShape, cost_many
from nb301.errors import GenotypeError, TableError, one_line
from nb301.parsing import read_bytes
from nb301.space import Genotype, to_codes
from nb301.tables.schema import ACCURACIES, MOST_BYTES, SCHEMA, EvaluationTable, read_columns

ACCURACY = "val_accuracy"
#: Columns that rows must have, unless they are constants.
_NEEDED = ("genotype", ACCURACY, "optimizer", "epochs")
#: Those of them that all rows may share.
_CONSTANTS = ("optimizer", "epochs")
#: Values of a column that the rows do not have.
_UNKNOWN: Mapping[str, Any] = {
    "run": 0,
    "seed": 0,
    "test_accuracy": np.nan,
    "train_accuracy": np.nan,
    "runtime": np.nan,
}


class FileRows(NamedTuple):
    """What a file holds."""

    #: For `table_of`.
    rows: pd.DataFrame
    #: Names of what the file has beside the columns that tables know, such as an `id`.
    passed_over: Sequence[str]


def table_of(
    rows: pd.DataFrame,
    name: str,
    truth: str,
    *,
    version: str = "1.0",
    constants: Mapping[str, str | int] | None = None,
    percent: bool = False,
    network: NetworkShape = CIFAR10_NETWORK,
) -> EvaluationTable:
    """Make a table of training runs.

    Args:
        rows: One row a training run: `genotype` in any notation that `formats.read` takes, `val_accuracy`,
            `optimizer` and `epochs`; where known `test_accuracy`, `train_accuracy`, `runtime` in seconds,
            `seed`, `run`, `parameters` and `multiply_adds`. What is not known is missing (NaN).
        name: The table's.
        truth: What was trained, such as `cifar10 1.0`.
        version: The table's.
        constants: Values of columns that all rows share, such as `{"optimizer": "rs", "epochs": 100}`.
        percent: Whether accuracies are percent in place of fractions.
        network: What was trained, for parameters and multiply-adds that the rows do not have.

    Raises:
        TableError: A column is missing or unknown, or a value is none; names column and row.
    """
    rows = rows.reset_index(drop=True)
    for column, value in (constants or {}).items():
        rows[column] = value
    _check_columns(rows)
    genotypes = [_read(value, row) for row, value in enumerate(rows["genotype"])]
    costs = cost_many(to_codes(genotypes), network)
    defaults = {**_UNKNOWN, "parameters": costs[:, 0], "multiply_adds": costs[:, 1]}
    columns: dict[str, Any] = {}
    for column in SCHEMA:
        columns[column] = rows[column] if column in rows else defaults[column]
    columns["genotype"] = [str(genotype.canonical()) for genotype in genotypes]
    for column in ACCURACIES:
        columns[column] = _fraction(pd.Series(columns[column], rows.index, name=column), percent=percent)
    return EvaluationTable(name, version, truth, pd.DataFrame(columns, index=rows.index))


def _check_columns(rows: pd.DataFrame) -> None:
    for column in rows.columns:
        if column not in SCHEMA:
            raise TableError(f"column {one_line(str(column))} is not one of {', '.join(SCHEMA)}")
    for column in _NEEDED:
        if column not in rows:
            remedy = f": tell it for all rows (--{column}), or add it" if column in _CONSTANTS else ""
            raise TableError(f"column {column} is missing{remedy}")


def read_rows(path: Path) -> FileRows:
    """Read rows for `table_of` from a `.csv` or `.parquet` file; columns that no table knows are passed over.

    Args:
        path: A `.csv` or `.parquet` file.

    Raises:
        TableError: It cannot be read, or is neither.
    """
    readers = {".csv": _read_csv, ".parquet": _read_parquet}
    if path.suffix not in readers:
        raise TableError(
            f"{path}: expected a folder of official results, a .csv or .parquet file, or "
            "NAS-Bench-Suite-Zero's .json"
        )
    try:
        return readers[path.suffix](read_bytes(path, MOST_BYTES))
    except TableError as error:
        raise TableError(f"{path}: {error}") from None
    except (pa.ArrowException, OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or one_line(str(error))
        raise TableError(f"{path}: cannot be read ({reason})") from None


def _read_csv(file: bytes) -> FileRows:
    rows = pd.read_csv(BytesIO(file), encoding="utf-8-sig", float_precision="round_trip")
    known = [column for column in rows.columns if column in SCHEMA]
    return FileRows(rows[known], [str(column) for column in rows.columns if column not in SCHEMA])


def _read_parquet(file: bytes) -> FileRows:
    data = read_columns(file, known=SCHEMA)
    columns = pq.read_schema(pa.BufferReader(file)).names
    passed_over = [column for column in columns if column not in SCHEMA]
    return FileRows(data.replace_schema_metadata(None).to_pandas(), passed_over)


def _read(value: object, row: int) -> Genotype:
    try:
        return formats.read(value)
    except GenotypeError as error:
        raise TableError(f"column genotype, row {row}: {one_line(str(error), 600)}") from None


def _fraction(values: pd.Series[float], *, percent: bool) -> pd.Series[float]:
    numbers = values
    if not isinstance(values.dtype, np.dtype) or values.dtype.kind not in "iuf":
        numbers = pd.to_numeric(values.astype(object), errors="coerce")
    is_percent = (numbers > 1).to_numpy()
    if percent and not is_percent.any() and numbers.max() > 0:
        raise TableError(
            f"column {values.name}: none is above 1, so these are fractions: leave out --percent "
            "(percent=True)"
        )
    if percent:
        return numbers.map(_hundredth)
    if is_percent.any():
        row = int(np.argmax(is_percent))
        raise TableError(
            f"column {values.name}, row {row}: {numbers.iloc[row]} is no fraction: where accuracies are "
            "percent, say --percent (percent=True)"
        )
    return numbers


def _hundredth(percent: float) -> float:
    """The fraction as it would be written: 92.79 gives 0.9279, of which 92.79 / 100 can miss the last bit."""
    return float(Decimal(repr(float(percent))).scaleb(-2))
