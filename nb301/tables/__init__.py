"""Evaluation tables: schema, splits, the embedded tables and this user's.

It may import `cost`, `downloads`, `errors`, `extras`, `files`, `formats`, `learning_curves`, `metrics`,
`parsing`, `places`, `sources` and `space`.
"""

from __future__ import annotations

from pathlib import Path

from nb301.errors import TableError
from nb301.extras import require
from nb301.places import TABLES, user_tables

for _library in ("pandas", "pyarrow", "scipy"):
    require(_library, "tables")

from nb301.tables.schema import EvaluationTable, check_name, read_table  # noqa: E402 - what was looked for

__all__ = ["EvaluationTable", "load", "names", "read_table", "user_names", "user_path", "user_tables"]


def names() -> list[str]:
    """Names of the embedded tables, such as `emulated-v2.0`."""
    return _names(TABLES)


def user_names() -> list[str]:
    """Names of this user's tables, which `nb301 tables import` made (see `places.user_tables`)."""
    return _names(user_tables())


def load(name: str) -> EvaluationTable:
    """Load a table by name, or one from a path that ends in `.parquet`.

    Args:
        name: A name is always that of an embedded table where there is one, then of one of this user's.

    Raises:
        TableError: There is no such table (lists those there are), or it cannot be read.
    """
    if name.endswith(".parquet"):
        return read_table(Path(name))
    if name.endswith((".csv", ".json")):
        raise TableError(f"{name}: no table yet: nb301 tables import {name} makes one of it")
    if name in names():
        return read_table(TABLES / f"{name}.parquet")
    if name in user_names():
        return _named(user_tables() / f"{name}.parquet")
    raise TableError(f"no table {name!r}; there are: {_listed()}")


def user_path(name: str, version: str, *, replace: bool = False) -> Path:
    """The file in which a table of this user is kept, so that `load` finds it by name and version.

    Args:
        name: The table's.
        version: The table's.
        replace: Whether it may take the place of one that is there.

    Returns:
        The path; nothing is written.

    Raises:
        TableError: No file can be called so, an embedded table is, or there is one and `replace` is not set.
    """
    check_name(name, version)
    path = user_tables() / f"{name}-v{version}.parquet"
    if path.stem in names():
        raise TableError(f"{path.stem} is the name of an embedded table: choose another name or version")
    if path.exists() and not replace:
        raise TableError(
            f"{path} exists, and releases may rest on it: choose another --version, or --replace it"
        )
    return path


def _named(path: Path) -> EvaluationTable:
    """A table that is called what its file is called."""
    table = read_table(path)
    if table.full_name != path.stem:
        raise TableError(f"{path}: holds table {table.full_name}: rename the file to that")
    return table


def _names(folder: Path) -> list[str]:
    return sorted(path.stem for path in folder.glob("*.parquet"))


def _listed() -> str:
    embedded, own = ", ".join(names()) or "none", ", ".join(user_names())
    return f"{embedded}; yours, in {user_tables()}: {own}" if own else embedded
