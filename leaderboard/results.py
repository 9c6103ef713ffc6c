"""Results: runs in a compact form that is committed, one Parquet file for each entry.

A row is a run's record with its incumbents; the traces of all evaluations stay with who ran it, and
anybody can make them again: their hashes are in the rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from pydantic import ValidationError

from leaderboard.cells import first_wrong
from leaderboard.errors import RunFileError
from leaderboard.store import Run
from nb301.files import file_written_whole, write_text


def write_results(runs: Iterable[Run], tables: Mapping[str, str], folder: Path) -> list[Path]:
    """Write runs, one file for each entry, named after it, and tables; other such files are deleted.

    Args:
        runs: What is kept.
        tables: Text of CSV files, by path without suffix.
        folder: Where they go.

    Returns:
        The files of runs.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    entries: dict[str, list[Run]] = {}
    for run in sorted(runs, key=lambda run: (run.release.name, run.cell.seed, run.cell.id)):
        entries.setdefault(run.cell.submission, []).append(run)
    paths = []
    for entry, of_entry in sorted(entries.items()):
        path = folder / f"{entry}.parquet"
        rows = [run.model_dump(mode="json") for run in of_entry]
        with file_written_whole(path) as temporary:
            pq.write_table(pa.Table.from_pylist(rows), temporary, compression="zstd", compression_level=19)
        paths.append(path)
    written = {folder / f"{name}.csv" for name in tables} | set(paths)
    for name, text in tables.items():
        write_text(folder / f"{name}.csv", text)
    for left in [*folder.glob("*.parquet"), *folder.glob("**/*.csv")]:
        if left not in written:
            left.unlink()
    return paths


def read_results(folder: Path) -> list[Run]:
    """Read all results of a folder, ordered by entry.

    Raises:
        RunFileError: A file cannot be read, or a row is no run; names it.
    """
    return [run for path in sorted(folder.glob("*.parquet")) for run in _read(path)]


def _read(path: Path) -> Iterable[Run]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        rows = pq.read_table(path).to_pylist()
    except (OSError, pa.ArrowException) as error:
        raise RunFileError(f"{path}: no results, or damaged ({error})") from None
    for number, row in enumerate(rows):
        try:
            yield Run.model_validate(row)
        except ValidationError as error:
            raise RunFileError(
                f"{path}: row {number} is no run of this leaderboard ({first_wrong(error)}): write the file "
                "again with `python -m leaderboard pack`"
            ) from None
