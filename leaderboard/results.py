"""Results: runs in a compact form that is committed, one Parquet file for each entry.

A row is a run's record with its incumbents; the traces of all evaluations stay with who ran it, and
anybody can make them again: their hashes are in the rows, and the salts of their training seeds beside them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from pydantic import ValidationError

from leaderboard.campaign import Campaign, read_campaign
from leaderboard.errors import RunFileError
from leaderboard.store import Run, Store
from nb301.files import file_written_whole, write_text
from nb301.parsing import first_wrong, one_line

_CAMPAIGNS = "campaigns"


def campaigns_of(runs: Iterable[Run], store: Store, folder: Path) -> list[Campaign]:
    """The campaigns of runs that are published now, or have been; from then on the store's salt is no secret.

    Args:
        runs: What is published.
        store: Where new ones were made.
        folder: Of the results that are published already.

    Raises:
        RunFileError: A salt is not at hand, or cannot be read.
    """
    found = {each.id: each for each in map(read_campaign, campaign_files(folder))}
    needed = {run.cell.campaign for run in runs}
    if not needed <= found.keys():
        published = store.publish()
        found[published.id] = published
    if lost := sorted(needed - found.keys()):
        raise RunFileError(
            f"{store.folder} and {folder}: neither has the salt of the campaign {lost[0]}, whose runs are "
            "there: restore it, or take its runs out"
        )
    return [found[each] for each in sorted(needed)]


def campaign_files(folder: Path) -> list[Path]:
    """Files of the campaigns in a folder of results, sorted."""
    return sorted((folder / _CAMPAIGNS).glob("*.json"))


def write_results(
    runs: Iterable[Run], tables: Mapping[str, str], folder: Path, campaigns: Iterable[Campaign] = ()
) -> list[Path]:
    """Write runs, one file for each entry, named after it, and tables; other such files are deleted.

    Args:
        runs: What is kept.
        tables: Text of CSV files, by path without suffix.
        folder: Where they go.
        campaigns: Whose runs these are; `campaigns/<id>.json` is what `Store.campaign` reads.

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
    for each in campaigns:
        path = folder / _CAMPAIGNS / f"{each.id}.json"
        write_text(path, each.model_dump_json(indent=1) + "\n")
        written.add(path)
    for left in [*folder.glob("*.parquet"), *folder.glob("**/*.csv"), *campaign_files(folder)]:
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
    except (OSError, pa.ArrowException, ValueError) as error:
        raise RunFileError(f"{path}: no results, or damaged ({one_line(str(error))})") from None
    for number, row in enumerate(rows):
        try:
            yield Run.model_validate(row)
        except ValidationError as error:
            raise RunFileError(
                f"{path}: row {number} is no run of this leaderboard ({first_wrong(error)}): write the file "
                "again with `python -m leaderboard pack`"
            ) from None
