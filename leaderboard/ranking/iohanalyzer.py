"""Export for IOHanalyzer and iohinspector: the incumbents of all runs as rows of one CSV."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from leaderboard.legible import to_csv
from leaderboard.ranking.csv_columns import TABLES
from leaderboard.runs.record import Run

#: Choices that make an architecture: an op for each of 16 edges, inputs for nodes 3 to 5 of both cells.
DIMENSION = 22


def incumbents_csv(runs: Iterable[Run]) -> str:
    """Rows of `columns.TABLES["iohanalyzer"]`; runs without an evaluation have none."""
    rows = (row for run in runs for row in _rows(run))
    return to_csv(tuple(TABLES["iohanalyzer"].columns), tuple(rows))


def _rows(run: Run) -> Iterator[tuple[object, ...]]:
    found = run.incumbents
    if not found.mean:
        return
    what = (run.release.name, run.cell.submission, DIMENSION, run.cell.seed)
    columns = (found.evaluation, found.mean, found.val_accuracy, found.clock_seconds)
    for number, mean, observed, seconds in zip(*columns, strict=True):
        yield (*what, number + 1, *map(_percent, (mean, observed)), f"{seconds:.6g}")
    if run.evaluations > found.evaluation[-1] + 1:
        end = f"{run.cell.budget_seconds:.6g}"
        yield (*what, run.evaluations, *map(_percent, (found.mean[-1], found.val_accuracy[-1])), end)


def _percent(accuracy: float) -> str:
    """Error of an accuracy."""
    return f"{100 * (1 - accuracy):.4f}"
