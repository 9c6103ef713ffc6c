"""Training runs that people have, in CSV, Parquet or a DataFrame, as an evaluation table."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from nb301 import formats
from nb301.cost import CIFAR10_NETWORK, NetworkShape, cost_many
from nb301.errors import GenotypeError, TableError, one_line
from nb301.space import Genotype, to_codes
from nb301.tables.schema import ACCURACIES, SCHEMA, EvaluationTable

#: Columns that rows must have, unless they are constants.
_NEEDED = ("genotype", "val_accuracy", "optimizer", "epochs")
#: Values of a column that the rows do not have.
_UNKNOWN: Mapping[str, Any] = {
    "run": 0,
    "seed": 0,
    "test_accuracy": np.nan,
    "train_accuracy": np.nan,
    "runtime": np.nan,
}


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
            raise TableError(f"column {column} is missing: tell it for all rows, or add it")


def read_rows(path: Path) -> pd.DataFrame:
    """Read rows for `table_of` from a `.csv` or `.parquet` file.

    Raises:
        TableError: It cannot be read, or is neither.
    """
    try:
        if path.suffix == ".csv":
            return pd.read_csv(path, encoding="utf-8-sig", float_precision="round_trip")
        if path.suffix == ".parquet":
            rows: pd.DataFrame = pq.read_table(path).replace_schema_metadata(None).to_pandas()
            return rows
    except (pa.ArrowException, OSError, ValueError) as error:
        raise TableError(f"{path}: cannot be read ({one_line(str(error))})") from None
    raise TableError(f"{path}: expected a folder of official results, a .csv or a .parquet file")


def _read(value: object, row: int) -> Genotype:
    try:
        return formats.read(value)
    except GenotypeError as error:
        raise TableError(f"column genotype, row {row}: {one_line(str(error), 600)}") from None


def _fraction(values: pd.Series[float], *, percent: bool) -> pd.Series[float]:
    numbers = pd.to_numeric(values, errors="coerce") if values.dtype == object else values
    if percent:
        return numbers / 100
    if (numbers > 1).any():
        row = int(np.argmax(numbers > 1))
        raise TableError(
            f"column {values.name}, row {row}: {numbers.iloc[row]} is no fraction: say so if accuracies are "
            "percent"
        )
    return numbers
