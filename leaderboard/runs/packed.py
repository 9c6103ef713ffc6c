"""Packed results are runs in a compact form that is committed, one Parquet file for each entry.

A row is a run's record with its incumbents. The traces of all evaluations stay with who ran it, and anybody
can make them again: their hashes are in the rows, and the salts of their training seeds beside them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain
from pathlib import Path

from pydantic import ValidationError

from leaderboard.errors import RunFileError
from leaderboard.runs.campaign import Campaign, read_campaign
from leaderboard.runs.record import Run
from leaderboard.runs.store import Store
from nb301.errors import one_line
from nb301.files import folder_written_whole, listed, write_list
from nb301.records import first_wrong

_CAMPAIGNS = "campaigns"


def campaigns_of(runs: Iterable[Run], store: Store, folder: Path) -> list[Campaign]:
    """The campaigns of runs that are to be published; a salt among them is no secret any more.

    Args:
        runs: To be published.
        store: Where new ones were made.
        folder: Holds the results that are published already.

    Raises:
        RunFileError: A salt is not at hand, or cannot be read.
    """
    campaigns = {}
    for path in campaign_files(folder):
        campaign = read_campaign(path)
        campaigns[campaign.id] = campaign
    needed = {run.cell.campaign for run in runs}
    if not needed <= campaigns.keys():
        published = store.publish()
        campaigns[published.id] = published
    if lost := sorted(needed - campaigns.keys()):
        raise RunFileError(
            f"{store.folder} and {folder}: neither has the salt of the campaign {lost[0]}, whose runs are "
            "there: restore it, or take its runs out"
        )
    return [campaigns[campaign_id] for campaign_id in sorted(needed)]


def campaign_files(folder: Path) -> list[Path]:
    """Files of the campaigns in a folder of results, sorted."""
    return sorted((folder / _CAMPAIGNS).glob("*.json"))


def write_results(
    runs: Iterable[Run], tables: Mapping[str, str], folder: Path, campaigns: Iterable[Campaign] = ()
) -> list[Path]:
    """Write runs, one file for each entry, named after it, and tables: the whole folder, or nothing.

    Args:
        runs: What is kept.
        tables: Text of CSV files, by path without suffix.
        folder: Where they go; results that are there are replaced, and nothing else is.
        campaigns: Whose runs these are; `Store.campaign` reads `campaigns/<id>.json`.

    Returns:
        The files of runs.

    Raises:
        OutputError: The folder holds something else, or cannot be written.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    entries: dict[str, list[Run]] = {}
    for run in sorted(runs, key=lambda run: (run.release.name, run.cell.seed, run.cell.id)):
        entries.setdefault(run.cell.submission, []).append(run)
    texts = {}
    for name, table in tables.items():
        texts[f"{name}.csv"] = table
    for campaign in campaigns:
        texts[f"{_CAMPAIGNS}/{campaign.id}.json"] = campaign.model_dump_json(indent=1) + "\n"
    with folder_written_whole(folder, listed) as temporary:
        for entry, entry_runs in sorted(entries.items()):
            rows = pa.Table.from_pylist([run.model_dump(mode="json") for run in entry_runs])
            pq.write_table(rows, temporary / f"{entry}.parquet", compression="zstd", compression_level=19)
        for name, text in texts.items():
            (temporary / name).parent.mkdir(parents=True, exist_ok=True)
            (temporary / name).write_text(text, encoding="utf-8")
        write_list(temporary)
    return [folder / f"{entry}.parquet" for entry in sorted(entries)]


def read_results(folder: Path) -> list[Run]:
    """Read all results of a folder, ordered by entry.

    Raises:
        RunFileError: A file cannot be read, or a row is no run; names it.
    """
    return list(chain.from_iterable(map(_read, sorted(folder.glob("*.parquet")))))


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
