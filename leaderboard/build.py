"""The build: a folder of runs becomes a folder of plain files, the site."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from leaderboard.charts import SIZES, THEMES, anytime_svg, error_range
from leaderboard.pages import chart_path, make_page
from leaderboard.ranking import Board, boards
from leaderboard.render import SITE, render
from leaderboard.report import read_report
from leaderboard.store import read_runs
from nb301.files import write_text

_COLUMNS = (
    "release",
    "release_hash",
    "truth",
    "entry",
    "name",
    "first_place",
    "last_place",
    "seeds",
    "budget_seconds",
    "error_percent",
    "error_low_percent",
    "error_high_percent",
    "observed_error_percent",
    "evaluations",
)


def build_site(runs_folder: Path, out: Path, report_path: Path | None = None) -> Path:
    """Rank the runs of a folder and write the site; equal input gives equal bytes.

    Each file appears whole or not at all; the page comes last, when all that it links is there.

    Args:
        runs_folder: What `python -m leaderboard run` filled.
        out: Where the site goes; files of the same name are replaced.
        report_path: Validation report, if there is one.

    Returns:
        The page.

    Raises:
        RunFileError: A file among the runs is damaged, or no run.
        BoardError: There is no run, or runs cannot be compared.
        ReportError: The report cannot be read.
    """
    runs = read_runs(runs_folder)
    found = boards(runs)
    report = None if report_path is None else read_report(report_path)
    page = render("index.html.j2", {"page": make_page(found, runs, report), "chart_path": chart_path})
    for source in sorted((SITE / "static").iterdir()):
        write_text(out / "static" / source.name, source.read_text(encoding="utf-8"))
    _write_charts(found, out)
    write_text(out / "data" / "ranking.csv", ranking_csv(found))
    for run in runs:
        text = (runs_folder / run.identity.path).read_text(encoding="utf-8")
        write_text(out / "data" / "runs" / run.identity.path, text)
    write_text(out / "index.html", page)
    return out / "index.html"


def ranking_csv(found: Sequence[Board]) -> str:
    """The rankings of all boards as one CSV table; errors are validation errors in percent."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for board in found:
        release = board.release
        for row in board.rows:
            errors = (row.error, *row.interval, row.observed_error)
            writer.writerow(
                [
                    release.name,
                    release.release_hash,
                    release.truth,
                    row.entry,
                    row.name,
                    *row.ranks,
                    len(board.seeds),
                    f"{board.budget_seconds:g}",
                    *(f"{error:.4f}" for error in errors),
                    row.evaluations,
                ]
            )
    return text.getvalue()


def _write_charts(found: Sequence[Board], out: Path) -> None:
    errors = error_range([curve for board in found for curve in board.curves])
    for board in found:
        for theme in THEMES:
            for size in SIZES:
                svg = anytime_svg(board.curves, board.budget_seconds, errors, theme, size)
                write_text(out / chart_path(board.release.name, theme, size), svg)
