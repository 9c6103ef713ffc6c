"""The build: runs become a folder of plain files, the site."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.metadata import version
from itertools import chain
from operator import attrgetter
from pathlib import Path

from leaderboard.entries.submission import Submission
from leaderboard.errors import BoardError
from leaderboard.pages import boards, comparison, examination
from leaderboard.pages.changes import changes, changes_page, feed
from leaderboard.pages.data import (
    DATA,
    DATA_PAGE,
    REFERENCES,
    all_runs_path,
    all_runs_text,
    data_page,
    references_text,
    runs_pages,
    write_sums,
)
from leaderboard.pages.entries import pages as entry_pages
from leaderboard.pages.landscape.pages import landscape_pages
from leaderboard.pages.methods import methods_page
from leaderboard.pages.releases.pages import release_pages
from leaderboard.pages.submit import submit_page
from leaderboard.places import SITE
from leaderboard.problems import Problem
from leaderboard.ranking.csv_tables import tables_of
from leaderboard.ranking.examination import examine
from leaderboard.ranking.iohanalyzer import incumbents_csv
from leaderboard.ranking.references import Reference, read_references
from leaderboard.ranking.selection import Scope, tracks_of
from leaderboard.ranking.standings import Ranking, rank
from leaderboard.rendering.content import Choice, Site, read_report, run_path
from leaderboard.rendering.page import FRONT, Page, write_bytes, write_page
from leaderboard.rendering.wording import conditions
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
    commit: str = "",
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
        commit: Of the repository that the site is made of, for the pages' foot.
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
    # before anything that takes long
    report = None if report_path is None else read_report(report_path)
    runs = read_all(runs_folder, results)
    if references is None:
        references = read_references()
    rankings = [] if without_runs and not runs else rank_tracks(runs, references)
    site = make_site(rankings, references, submissions, report)
    pages = list(_pages(site, results))
    if releases:
        pages += release_pages(releases, site.report, _rankings_on(site))
    if tables:
        pages += landscape_pages(tables)
    with folder_written_whole(out, listed) as folder:
        for name, content in chain(_copied(results), _files(site)):
            write_bytes(folder / name, content)
        _write_pages(pages, site, folder, _stamp(runs, commit), progress)
        write_sums(folder)
        write_list(folder)
    return out / FRONT


def _write_pages(
    pages: Sequence[Page], site: Site, folder: Path, stamp: str, progress: Callable[[str], object]
) -> None:
    """Write all pages, that of the data last, which lists what the others have written."""
    paths = frozenset(map(attrgetter("path"), pages)) | {DATA_PAGE}
    for page in pages:
        progress(page.path)
        write_page(page, folder, paths, stamp)
    write_page(data_page(site, folder), folder, paths, stamp)


def _stamp(runs: Sequence[Run], commit: str) -> str:
    """What a site was made of: version, commit, and the day of the last run: equal in a second build."""
    until = max((run.origin.ended for run in runs), default="")[:10]
    parts = (f"nb301 {version('nb301')}", commit and f"commit {commit}", until and f"runs until {until}")
    return ", ".join(filter(None, parts))


def make_site(
    rankings: Sequence[Ranking],
    references: Mapping[str, Reference],
    submissions: Path | None = None,
    report: ValidationReport | None = None,
) -> Site:
    """Gather what pages show, and let what was found be judged.

    Args:
        rankings: One for each track.
        references: By release hash.
        submissions: Folder of the entries' submissions, if it is at hand.
        report: Of the validation, if there is one.

    Raises:
        SubmissionError: A submission is wrong.
    """
    entries: set[str] = set()
    judgements = {}
    for ranking in rankings:
        entries.update(run.cell.submission for run in ranking.runs)
        judgements[ranking.track] = tuple(examine(ranking.runs))
    at_hand = {}
    if submissions is not None:
        for entry in sorted(entries):
            if (submissions / entry).is_dir():
                at_hand[entry] = Submission(submissions / entry)
    return Site(tuple(rankings), judgements, references, at_hand, report)


def missing_page(base: str | None = None) -> Page:
    """Make the page of addresses that do not exist.

    Args:
        base: Address of the site's folder, which such a page links to from any depth, if it is known.
    """
    return Page("404.html", "404.html.j2", {"base": base and base.rstrip("/") + "/"})


def _pages(site: Site, results: Path | None) -> Iterator[Page]:
    """All pages but those of releases, of tables and of the data."""
    packed = [] if results is None else [path.stem for path in _packed(results)]
    for make in (boards, comparison, examination):
        yield from make.pages(site)
    yield from entry_pages.pages(site, packed)
    yield submit_page(site.submissions)
    yield methods_page(site)
    yield changes_page(changes(site))
    yield from runs_pages(site)
    yield missing_page()


def _rankings_on(site: Site) -> dict[str, list[Choice]]:
    """Links to the rankings of all tracks on each release, by its hash."""
    links: dict[str, list[Choice]] = {}
    for ranking in site.rankings:
        path = boards.board_path(site, ranking.track, Scope())
        link = Choice(conditions(ranking.track), path, is_current=False)
        for release in ranking.whole.releases:
            links.setdefault(release.release_hash, []).append(link)
    return links


def _packed(results: Path) -> list[Path]:
    return sorted(results.glob("*.parquet"))


def _copied(results: Path | None) -> Iterator[tuple[str, bytes]]:
    """Files that the site has as they are, static ones and committed results: addresses and contents."""
    for path in sorted((SITE / "static").iterdir()):
        yield f"static/{path.name}", path.read_bytes()
    if results is not None:
        for path in (*_packed(results), *campaign_files(results)):
            yield f"{DATA}/results/{path.relative_to(results).as_posix()}", path.read_bytes()


def _files(site: Site) -> Iterator[tuple[str, bytes]]:
    """Files that are made for the site: addresses and contents."""
    yield from entry_pages.files(site)
    yield "feed.xml", feed(changes(site))
    for name, text in _texts(site):
        yield name, text.encode()


def _texts(site: Site) -> Iterator[tuple[str, str]]:
    if site.rankings:
        yield REFERENCES, references_text(site)
    for ranking in site.rankings:
        yield all_runs_path(ranking), all_runs_text(ranking)
        folder = f"{DATA}/{ranking.track.slug}"
        yield f"{folder}/iohanalyzer.csv", incumbents_csv(ranking.runs)
        for name, table in tables_of(ranking, site.judgements[ranking.track], site.references).items():
            yield f"{folder}/{name}.csv", table
        for run in ranking.runs:
            yield run_path(run), run.model_dump_json(indent=1) + "\n"


def read_all(runs_folder: Path, results: Path | None) -> list[Run]:
    """Runs of a folder, and committed ones; a run that is in both counts once.

    Raises:
        RunFileError: One cannot be read.
        BoardError: The two differ.
    """
    runs = {run.cell.id: run for run in Store(runs_folder).runs()}
    if results is not None:
        for run in read_results(results):
            if runs.setdefault(run.cell.id, run).trace_hash != run.trace_hash:
                raise BoardError(f"{run.place}: {runs_folder} and {results} have different evaluations of it")
    return list(runs.values())


def rank_tracks(runs: Sequence[Run], references: Mapping[str, Reference]) -> list[Ranking]:
    """Rank the runs of each track.

    The order is that of `tracks_of`, but that of those with one problem, and blind or not, the one with most
    entries comes first.

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
    return sorted(rankings, key=_place)


def _place(ranking: Ranking) -> tuple[int, bool, int]:
    track = ranking.track
    return [*Problem].index(track.problem), track.blind, -len(ranking.whole.standings)
