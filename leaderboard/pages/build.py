"""The build: runs become a folder of plain files, the site."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path

from leaderboard.entries.submission import Submission
from leaderboard.errors import BoardError
from leaderboard.pages import boards, comparison, curves, examination, text
from leaderboard.pages.data import DATA, DATA_PAGE, data_page, write_sums
from leaderboard.pages.entries import pages as entry_pages
from leaderboard.pages.landscape.pages import landscape_pages
from leaderboard.pages.releases.pages import release_pages
from leaderboard.places import SITE
from leaderboard.ranking.csv_tables import tables_of
from leaderboard.ranking.examination import examine
from leaderboard.ranking.references import Reference, read_references
from leaderboard.ranking.selection import tracks_of
from leaderboard.ranking.standings import Ranking, rank
from leaderboard.rendering.content import Site, read_report
from leaderboard.rendering.page import FRONT, Page, write_page
from leaderboard.runs.packed import campaign_files, read_results
from leaderboard.runs.record import Run
from leaderboard.runs.store import Store
from nb301.files import check_folder, folder_written_whole, listed, write_list
from nb301.releases.report import ValidationReport


def build_site(
    runs_folder: Path,
    out: Path,
    report_path: Path | None = None,
    *,
    results: Path | None = None,
    references: Mapping[str, Reference] | None = None,
    submissions: Path | None = None,
    releases: Sequence[str] = (),
    tables: Sequence[str] = (),
    without_runs: bool = False,
    progress: Callable[[str], object] = lambda _: None,
) -> Path:
    """Rank runs and write the site; equal input gives equal bytes.

    The folder appears as a whole, in the place of the site that was there, or not at all.

    Args:
        runs_folder: What `python -m leaderboard run` filled.
        out: Where the site goes.
        report_path: Validation report, if there is one.
        results: Folder of committed results, ranked together with the runs; None for runs alone.
        references: By release hash; by default those that are frozen in `references.toml`.
        submissions: Folder of the entries' submissions, if it is at hand.
        releases: Names of embedded releases that get a page.
        tables: Names of embedded tables that get a page.
        without_runs: Whether a site may be built that has none; its front page says so.
        progress: Called with the path of each page before it is written.

    Returns:
        The front page.

    Raises:
        RunFileError: A file among the runs is damaged, or no run.
        BoardError: There is no run, or runs cannot be compared.
        OutputError: The folder holds something else.
        UnknownReference: A release has no references.
        ReportError: The report cannot be read.
        SubmissionError: A submission is wrong.
    """
    check_folder(out, listed)
    runs, known = read_all(runs_folder, results), read_references() if references is None else references
    site = _site(
        [] if without_runs and not runs else rank_tracks(runs, known),
        known,
        None if report_path is None else read_report(report_path),
        submissions,
    )
    packed = [] if results is None else sorted(results.glob("*.parquet"))
    salts = [] if results is None else campaign_files(results)
    pages = [
        *_pages(site, {path.stem for path in packed}),
        *(release_pages(releases, site.report) if releases else ()),
        *(landscape_pages(tables) if tables else ()),
    ]
    paths = frozenset({page.path for page in pages} | {DATA_PAGE})
    with folder_written_whole(out, listed) as folder:
        for source in sorted((SITE / "static").iterdir()):
            _write(folder / "static" / source.name, source.read_bytes())
        for path in packed:
            _write(folder / DATA / "results" / path.name, path.read_bytes())
        for path in salts:
            _write(folder / DATA / "results" / path.relative_to(results or out), path.read_bytes())
        for name, content in _files(site):
            _write(folder / name, content.encode() if isinstance(content, str) else content)
        for page in pages:
            progress(page.path)
            write_page(page, folder, paths)
        # lists what the others have written
        write_page(data_page(site, folder), folder, paths)
        write_sums(folder)
        write_list(folder)
    return out / FRONT


def _site(
    rankings: Sequence[Ranking],
    references: Mapping[str, Reference],
    report: ValidationReport | None,
    submissions: Path | None,
) -> Site:
    entries = sorted({run.cell.submission for ranking in rankings for run in ranking.runs})
    folders = {} if submissions is None else {entry: submissions / entry for entry in entries}
    return Site(
        rankings=tuple(rankings),
        judgements={ranking.track: tuple(examine(ranking.runs)) for ranking in rankings},
        references=references,
        submissions={entry: Submission(folder) for entry, folder in folders.items() if folder.is_dir()},
        report=report,
    )


def _pages(site: Site, packed: Collection[str]) -> Iterator[Page]:
    for make in (boards, curves, comparison, examination):
        yield from make.pages(site)
    yield from entry_pages.pages(site, packed)
    yield from text.pages(site)


def _files(site: Site) -> Iterator[tuple[str, str | bytes]]:
    yield from comparison.files(site)
    yield from entry_pages.files(site)
    yield from text.files(site)
    for ranking in site.rankings:
        for name, table in tables_of(ranking, site.judgements[ranking.track], site.references).items():
            yield f"data/{ranking.track.slug}/{name}.csv", table
        for run in ranking.runs:
            yield entry_pages.run_path(run), run.model_dump_json(indent=1) + "\n"


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def read_all(runs_folder: Path, results: Path | None) -> list[Run]:
    """Runs of a folder, and committed ones; a run that is in both counts once.

    Raises:
        RunFileError: One cannot be read.
        BoardError: The two differ.
    """
    found = {run.cell.id: run for run in Store(runs_folder).runs()}
    for run in read_results(results) if results is not None else ():
        if found.setdefault(run.cell.id, run).trace_hash != run.trace_hash:
            raise BoardError(f"{run.place}: {runs_folder} and {results} have different evaluations of it")
    return list(found.values())


def rank_tracks(runs: Sequence[Run], references: Mapping[str, Reference]) -> list[Ranking]:
    """Rank the runs of each track; the one with most entries comes first, of several the longest budget's.

    Raises:
        BoardError: There is no run, or runs cannot be compared.
        UnknownReference: A release has no references.
    """
    rankings = [rank(runs, references, track) for track in tracks_of(runs)]
    if not rankings:
        raise BoardError(
            f"none of {len(runs)} runs was sealed off: make some to rank with `python -m leaderboard run`; "
            "`build --without-runs` makes a site without a ranking"
        )
    return sorted(rankings, key=lambda each: -len(each.whole.standings))
