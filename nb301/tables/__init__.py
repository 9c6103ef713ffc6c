"""Evaluation tables: schema, splits and the embedded tables.

It may import `cost`, `errors`, `extras`, `files`, `formats`, `metrics`, `parsing`, `places`,
`sources` and `space`.
"""

from __future__ import annotations

from pathlib import Path

from nb301.errors import TableError
from nb301.extras import require
from nb301.places import TABLES

for _library in ("pandas", "pyarrow", "scipy"):
    require(_library, "tables")

from nb301.tables.schema import EvaluationTable, read_table  # noqa: E402 - needs what was looked for


def names() -> list[str]:
    """Names of the embedded tables, such as `emulated-v1.0`."""
    return sorted(path.stem for path in TABLES.glob("*.parquet"))


def load(name: str) -> EvaluationTable:
    """Load an embedded table by name, or one from a path that ends in `.parquet`.

    Raises:
        TableError: There is no such table (lists those there are), or it cannot be read.
    """
    if name.endswith(".parquet"):
        return read_table(Path(name))
    if name.endswith((".csv", ".json")):
        raise TableError(
            f"{name}: no table yet: nb301 tables import {name} --out FILE.parquet makes one of it"
        )
    if name not in names():
        raise TableError(f"no table {name!r}; there are: {', '.join(names()) or 'none'}")
    return read_table(TABLES / f"{name}.parquet")
