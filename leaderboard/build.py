"""The build: runs become a folder of plain files, the site."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from leaderboard import (
    comparison_pages,
    curve_pages,
    entry_pages,
    examination_pages,
    ranking_pages,
    text_pages,
)
from leaderboard.data_page import DATA, DATA_PAGE, SUMS, data_page, write_sums
from leaderboard.errors import BoardError
from leaderboard.examination import Judgement, examine
from leaderboard.inference import Estimate
from leaderboard.landscape.pages import landscape_pages
from leaderboard.measures import TARGETS, expected_running_time, reached_share, target_times, window
from leaderboard.ranking import Board, Ranking, Row, Standing, rank
from leaderboard.references import Reference, read_references
from leaderboard.release_pages import release_pages
from leaderboard.render import SITE
from leaderboard.report import Report, read_report
from leaderboard.results import read_results
from leaderboard.selection import tracks_of
from leaderboard.site import Site
from leaderboard.site_page import FRONT, Page, write_page
from leaderboard.store import Run, Store
from leaderboard.submission import Submission
from nb301.files import written_whole

_OF_ROW = (
    *("entry", "name", "version", "first_rank", "last_rank"),
    *("score", "score_low", "score_high", "observed_score", "error_percent", "observed_error_percent"),
    *(
        "regret_points",
        "evaluations",
        "crash_rate",
        "cpu_seconds",
        "unfamiliar_share",
        "speed_up",
        "conflicts",
    ),
)
_OF_STANDING = (
    "worst_score",
    *("all_minus_random", "all_minus_random_low", "all_minus_random_high"),
    *("xgb_minus_gin", "xgb_minus_gin_low", "xgb_minus_gin_high"),
)
_OF_PAIR = (
    *("one", "other", "score_difference", "score_low", "score_high"),
    *("error_difference_points", "error_low", "error_high"),
    *("p", "p_holm", "wins", "equivalent", "seeds_needed"),
)
_OF_JUDGEMENT = (
    *("entry", "found_on", "judge", "error_percent", "worse_points", "worse_low", "worse_high", "runs"),
)
_OF_REACHED = ("release", "entry", "seconds", "share_of_targets")
_OF_EXPECTED = ("release", "entry", "target_regret", "runs_that_reached", "expected_seconds")

Array = NDArray[np.float64]


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
        progress: Called with the path of each page before it is written.

    Returns:
        The front page.

    Raises:
        RunFileError: A file among the runs is damaged, or no run.
        BoardError: There is no run, or runs cannot be compared, or the folder holds something else.
        UnknownReference: A release has no references.
        ReportError: The report cannot be read.
        SubmissionError: A submission is wrong.
    """
    if out.exists() and any(out.iterdir()) and not (out / SUMS).is_file():
        raise BoardError(f"{out}: holds files that are no site of ours: choose another folder, or empty it")
    site = _site(
        read_all(runs_folder, results),
        read_references() if references is None else references,
        None if report_path is None else read_report(report_path),
        submissions,
    )
    packed = [] if results is None else sorted(results.glob("*.parquet"))
    pages = [
        *_pages(site, {path.stem for path in packed}),
        *(release_pages(releases, site.report) if releases else ()),
        *(landscape_pages(tables) if tables else ()),
    ]
    paths = frozenset({page.path for page in pages} | {DATA_PAGE})
    with written_whole(out) as folder:
        for source in sorted((SITE / "static").iterdir()):
            _write(folder / "static" / source.name, source.read_bytes())
        for path in packed:
            _write(folder / DATA / "results" / path.name, path.read_bytes())
        for name, content in _files(site):
            _write(folder / name, content.encode() if isinstance(content, str) else content)
        for page in pages:
            progress(page.path)
            write_page(page, folder, paths)
        # lists what the others have written
        write_page(data_page(site, folder), folder, paths)
        write_sums(folder)
    return out / FRONT


def _site(
    runs: Sequence[Run],
    references: Mapping[str, Reference],
    report: Report | None,
    submissions: Path | None,
) -> Site:
    rankings = rank_tracks(runs, references)
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
    for make in (ranking_pages, curve_pages, comparison_pages, examination_pages):
        yield from make.pages(site)
    yield from entry_pages.pages(site, packed)
    yield from text_pages.pages(site)


def _files(site: Site) -> Iterator[tuple[str, str | bytes]]:
    yield from comparison_pages.files(site)
    yield from entry_pages.files(site)
    yield from text_pages.files(site)
    for ranking in site.rankings:
        for name, text in _tables(ranking, site.judgements[ranking.track], site.references).items():
            yield f"data/{ranking.track.slug}/{name}.csv", text
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
            f"none of {len(runs)} runs was sealed off: make some to rank with `python -m leaderboard run`"
        )
    return sorted(rankings, key=lambda each: -len(each.whole.standings))


def tables(rankings: Iterable[Ranking], references: Mapping[str, Reference]) -> dict[str, str]:
    """All numbers as CSV, by path without suffix: the track's slug and the name of the table."""
    return {
        f"{ranking.track.slug}/{name}": text
        for ranking in rankings
        for name, text in _tables(ranking, examine(ranking.runs), references).items()
    }


def _tables(
    ranking: Ranking, judgements: Sequence[Judgement], references: Mapping[str, Reference]
) -> dict[str, str]:
    return {
        "ranking": _csv(
            ("release", "release_hash", "truth", "seeds", "budget_seconds", *_OF_ROW),
            ([*_of_board(board), *_cells_of(row)] for board in ranking.boards for row in board.rows),
        ),
        "standings": _csv((*_OF_ROW, *_OF_STANDING), map(_cells_of_standing, ranking.whole.standings)),
        "tie_groups": _csv(
            ("group", "entry"),
            ((number, entry) for number, group in enumerate(ranking.whole.tie_groups, 1) for entry in group),
        ),
        "pairs": _csv(
            _OF_PAIR,
            (
                [
                    *(p.one, p.other, *_numbers(p.difference), *_numbers(p.error_difference)),
                    *(f"{p.p:.3g}", f"{p.p_holm:.3g}", f"{p.wins:.3f}", p.equivalent, p.seeds_needed),
                ]
                for p in ranking.whole.pairs
            ),
        ),
        "examination": _csv(
            _OF_JUDGEMENT,
            (
                [j.entry, j.found_on, j.judge, *map(_number, (j.error, j.worse, *j.interval)), j.runs]
                for j in judgements
            ),
        ),
        "reached": _csv(_OF_REACHED, _reached(_timed(ranking, references))),
        "running_times": _csv(_OF_EXPECTED, _expected(_timed(ranking, references))),
    }


def _timed(ranking: Ranking, references: Mapping[str, Reference]) -> Iterator[tuple[str, str, float, Array]]:
    """Times to targets of each entry on each release, with the budget: shape (runs, targets)."""
    grouped: dict[tuple[str, str], list[Run]] = {}
    for run in ranking.runs:
        grouped.setdefault((run.release.name, run.cell.submission), []).append(run)
    for (release, entry), runs in sorted(grouped.items()):
        reference = references[runs[0].release.release_hash]
        times = np.array([target_times(run, reference) for run in runs])
        yield release, entry, runs[0].cell.budget_seconds, times


def _reached(timed: Iterable[tuple[str, str, float, Array]]) -> Iterator[Sequence[object]]:
    """Empirical distribution of times to targets."""
    for release, entry, budget, times in timed:
        seconds = np.geomspace(*window(budget), 61)
        for at, share in zip(seconds, reached_share(times, seconds), strict=True):
            yield release, entry, f"{at:.6g}", f"{share:.4f}"


def _expected(timed: Iterable[tuple[str, str, float, Array]]) -> Iterator[Sequence[object]]:
    """Expected running time to each target."""
    for release, entry, budget, times in timed:
        reached = np.isfinite(times).sum(axis=0).tolist()
        expected = expected_running_time(times, budget)
        for target, runs, seconds in zip(TARGETS, reached, expected, strict=True):
            yield release, entry, f"{target:.4g}", runs, f"{seconds:.6g}" if runs else ""


def _of_board(board: Board) -> list[object]:
    release = board.release
    return [release.name, release.release_hash, release.truth, len(board.seeds), f"{board.budget_seconds:g}"]


def _cells_of(row: Row) -> list[object]:
    ranks = row.ranks or ("", "")
    numbers = (row.observed_score, row.error, row.observed_error, row.regret)
    return [
        *(row.entry, row.name, row.version, *ranks, *_numbers(row.score), *map(_number, numbers)),
        *(row.evaluations, f"{row.crash_rate:.4f}", f"{row.cpu_seconds:.2f}"),
        *("" if each is None else f"{each:.4g}" for each in (row.unfamiliar, row.speed_up)),
        " ".join(row.conflicts),
    ]


def _cells_of_standing(standing: Standing) -> list[object]:
    return [
        *_cells_of(standing.row),
        "" if standing.worst is None else _number(standing.worst),
        *_numbers(standing.all_minus_random),
        *_numbers(standing.xgb_minus_gin),
    ]


def _numbers(estimate: Estimate | None) -> list[str]:
    return [_number(each) for each in astuple(estimate)] if estimate else ["", "", ""]


def _number(value: float) -> str:
    """Empty where it is not known: infinite ends of intervals."""
    return f"{value:.4f}" if np.isfinite(value) else ""


def _csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()
