"""The pages on raw data: every file with numbers, what is in it, and the hashes of all."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from leaderboard.ranking.csv_columns import TABLES, Described
from leaderboard.ranking.references import Reference
from leaderboard.ranking.standings import Ranking
from leaderboard.rendering.content import Site, entry_runs_path, names_by_entry, run_path
from leaderboard.rendering.described import record_keys
from leaderboard.rendering.markdown import inlined
from leaderboard.rendering.page import Page
from leaderboard.rendering.wording import conditions, options_of
from leaderboard.runs.record import Run
from nb301.files import sha256, write_text

#: In the site's folder.
DATA = "data"
DATA_PAGE = "data.html"
SUMS = f"{DATA}/SHA256SUMS"
REFERENCES = f"{DATA}/references.json"
_RUNS, _RESULTS = f"{DATA}/runs/", f"{DATA}/results/"
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
        if self.size < 1e6:
            return f"{self.size / 1e3:,.1f}\N{NO-BREAK SPACE}kB"
        return f"{self.size / 1e6:,.1f}\N{NO-BREAK SPACE}MB"


@dataclass(frozen=True, slots=True)
class TrackData:
    """The data of one track."""

    ranking: Ranking
    #: All its runs in one file; None where it is not written.
    all_runs: File | None
    #: Tables that have a description, with it.
    tables: tuple[tuple[File, Described], ...]

    @property
    def runs_page(self) -> str:
        """Where all its runs are listed."""
        return runs_path(self.ranking)


def runs_path(ranking: Ranking) -> str:
    """Path of the page that lists a track's runs."""
    return f"runs/{ranking.track.slug}.html"


def all_runs_path(ranking: Ranking) -> str:
    """Address of the file that has all runs of a track."""
    return f"{DATA}/{ranking.track.slug}/runs.jsonl"


def all_runs_text(ranking: Ranking) -> str:
    """All runs of a track, one JSON record a line."""
    return "".join(f"{run.model_dump_json()}\n" for run in ranking.runs)


def references_in(site: Site) -> dict[str, Reference]:
    """What scores are measured against, by the names of the releases that runs of the site rest on."""
    references = {}
    for ranking in site.rankings:
        for board in ranking.boards:
            references[board.release.name] = site.references[board.release.release_hash]
    return references


def references_text(site: Site) -> str:
    """`references_in` as JSON."""
    content = {name: reference.model_dump() for name, reference in references_in(site).items()}
    return json.dumps(content, indent=1) + "\n"


def data_page(site: Site, out: Path) -> Page:
    """Make `data.html`, after all files of `data/` were written.

    Args:
        site: What the site shows.
        out: The site's folder, whose data are listed.
    """
    files, results = {}, []
    for path in data_files(out):
        file = File(path.relative_to(out).as_posix(), path.stat().st_size)
        files[file.path] = file
        if file.path.startswith(_RESULTS):
            results.append(file)
    tracks = [_track_data(ranking, files) for ranking in site.rankings]
    example = site.rankings[0].runs[0] if site.rankings else None
    context = {
        "tracks": tracks,
        "tables": TABLES,
        "references": files.get(REFERENCES),
        "results": results,
        "others": _others(files, tracks),
        "record": record_keys(Run),
        "inlined": inlined,
        "sums": SUMS,
        "snippet": SNIPPET.format(path=run_path(example)) if example else "",
        "example": example,
        "example_options": options_of(example.cell.track, [example.release.name]) if example else "",
        "conditions": conditions,
        "run_path": run_path,
    }
    return Page(DATA_PAGE, "data.html.j2", context)


def runs_pages(site: Site) -> Iterator[Page]:
    """Make a page for each track that lists its runs."""
    for ranking in site.rankings:
        context = {
            "ranking": ranking,
            "counts": Counter(run.cell.submission for run in ranking.runs),
            "entry_runs_path": entry_runs_path,
            "names": names_by_entry(ranking.whole.standings),
            "all_runs_path": all_runs_path,
        }
        yield Page(runs_path(ranking), "runs.html.j2", context)


def data_files(out: Path) -> list[Path]:
    """All files of `data/` but the hashes', sorted."""
    paths = sorted((out / DATA).rglob("*"))
    return [path for path in paths if path.is_file() and path != out / SUMS]


def write_sums(out: Path) -> Path:
    """Write the hashes of all files of `data/`, as `sha256sum -c` in that folder reads them; at the very end.

    Returns:
        The file.
    """
    lines = []
    for path in data_files(out):
        name = path.relative_to(out / DATA).as_posix()
        lines.append(f"{sha256(path.read_bytes())}  {name}\n")
    write_text(out / SUMS, "".join(lines))
    return out / SUMS


def _track_data(ranking: Ranking, files: Mapping[str, File]) -> TrackData:
    """The tables that a track has, of all files by their paths."""
    tables = []
    for name, table in TABLES.items():
        path = f"{DATA}/{ranking.track.slug}/{name}.csv"
        if path in files:
            tables.append((files[path], table))
    return TrackData(ranking, files.get(all_runs_path(ranking)), tuple(tables))


def _others(files: Mapping[str, File], tracks: Iterable[TrackData]) -> list[File]:
    """Files that are neither tables of a track, nor runs, nor references, nor results."""
    shown = {REFERENCES}
    for track in tracks:
        shown.add(all_runs_path(track.ranking))
        shown.update(file.path for file, _ in track.tables)
    return [
        file for path, file in files.items() if path not in shown and not path.startswith((_RUNS, _RESULTS))
    ]
