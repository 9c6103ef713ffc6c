"""The pages on raw data: every file with numbers, what is in it, and the hashes of all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from leaderboard.pages.entries.pages import run_path
from leaderboard.ranking.csv_columns import TABLES, Described
from leaderboard.ranking.standings import Ranking
from leaderboard.rendering.content import Site
from leaderboard.rendering.described import record_keys
from leaderboard.rendering.markdown import inlined
from leaderboard.rendering.page import Page
from leaderboard.runs.record import Run
from nb301.files import sha256, write_text

#: In the site's folder.
DATA = "data"
DATA_PAGE = "data.html"
SUMS = f"{DATA}/SHA256SUMS"
#: Computes a run's noise-free accuracies again, in the site's folder; the page shows it.
SNIPPET = """\
import json, nb301
from pathlib import Path

run = json.loads(Path("{path}").read_text(encoding="utf-8"))
benchmark = nb301.load(run["release"]["name"])
assert benchmark.release.release_hash == run["release"]["release_hash"]
for genotype, mean in zip(run["incumbents"]["genotype"], run["incumbents"]["mean"]):
    assert benchmark.query(genotype).mean == mean
"""


@dataclass(frozen=True, slots=True)
class File:
    """A file of the site."""

    #: In the site's folder.
    path: str
    #: Bytes.
    size: int

    @property
    def name(self) -> str:
        """Without its folders."""
        return self.path.rpartition("/")[2]

    @property
    def about_size(self) -> str:
        """The size for people."""
        return f"{self.size / 1000:,.1f} kB"


@dataclass(frozen=True, slots=True)
class TrackData:
    """The data of one track."""

    ranking: Ranking
    #: Tables that have a description, with it.
    tables: tuple[tuple[File, Described], ...]

    @property
    def runs_page(self) -> str:
        """Where all its runs are listed."""
        return runs_path(self.ranking)


def runs_path(ranking: Ranking) -> str:
    """Path of the page that lists a track's runs."""
    return f"runs/{ranking.track.slug}.html"


def data_page(site: Site, out: Path) -> Page:
    """Make `data.html`, after all files of `data/` were written.

    Args:
        site: What the site shows.
        out: The site's folder, whose data are listed.
    """
    files = [File(path.relative_to(out).as_posix(), path.stat().st_size) for path in data_files(out)]
    tracks = [_of_track(ranking, files) for ranking in site.rankings]
    listed = {file.path for track in tracks for file, _ in track.tables}
    runs, results = f"{DATA}/runs/", f"{DATA}/results/"
    example = site.rankings[0].runs[0] if site.rankings else None
    context = {
        "tracks": tracks,
        "tables": TABLES,
        "results": [file for file in files if file.path.startswith(results)],
        "others": [
            file for file in files if file.path not in listed and not file.path.startswith((runs, results))
        ],
        "record": record_keys(Run),
        "inlined": inlined,
        "sums": SUMS,
        "snippet": SNIPPET.format(path=run_path(example)) if example else "",
        "example": example,
        "run_path": run_path,
    }
    return Page(DATA_PAGE, "data.html.j2", context)


def runs_pages(site: Site) -> Iterator[Page]:
    """Make a page for each track that lists its runs."""
    for ranking in site.rankings:
        names = {each.row.entry: each.row.name for each in ranking.whole.standings}
        context = {
            "ranking": ranking,
            "entries": _by_entry(ranking.runs),
            "names": names,
            "run_path": run_path,
        }
        yield Page(runs_path(ranking), "runs.html.j2", context)


def data_files(out: Path) -> list[Path]:
    """All files of `data/` but the hashes', sorted."""
    found = (path for path in (out / DATA).rglob("*") if path.is_file())
    return sorted(path for path in found if path != out / SUMS)


def write_sums(out: Path) -> Path:
    """Write the hashes of all files of `data/`, as `sha256sum -c` in that folder reads them; at the very end.

    Returns:
        The file.
    """
    lines = (
        f"{sha256(path.read_bytes())}  {path.relative_to(out / DATA).as_posix()}\n"
        for path in data_files(out)
    )
    write_text(out / SUMS, "".join(lines))
    return out / SUMS


def _of_track(ranking: Ranking, files: Iterable[File]) -> TrackData:
    by_path = {file.path: file for file in files}
    paths = {f"{DATA}/{ranking.track.slug}/{name}.csv": table for name, table in TABLES.items()}
    return TrackData(
        ranking, tuple((by_path[path], table) for path, table in paths.items() if path in by_path)
    )


def _by_entry(runs: Iterable[Run]) -> dict[str, dict[str, list[Run]]]:
    """Runs by entry and release."""
    found: dict[str, dict[str, list[Run]]] = {}
    for run in runs:
        found.setdefault(run.cell.submission, {}).setdefault(run.release.name, []).append(run)
    return found
