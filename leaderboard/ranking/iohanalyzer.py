"""Export for IOHanalyzer and iohinspector: the incumbents of all runs as rows of one CSV."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from leaderboard.legible import to_csv
from leaderboard.problems import Problem
from leaderboard.ranking.csv_columns import TABLES
from leaderboard.runs.record import Run

#: Choices that make an architecture: an op for each of 16 edges, inputs for nodes 3 to 5 of both cells.
DIMENSION = 22


def incumbents_csv(runs: Iterable[Run]) -> str:
    """The table `iohanalyzer` of `csv_columns.TABLES`; runs of two objectives have no row, nor empty ones."""
    rows = chain.from_iterable(map(_rows, runs))
    return to_csv(tuple(TABLES["iohanalyzer"].columns), rows)


def _rows(run: Run) -> Iterator[tuple[object, ...]]:
    incumbents = run.incumbents
    if not run.evaluations or run.cell.problem is Problem.multi_objective:
        return
    labels = (run.release.name, run.cell.submission, DIMENSION, run.cell.seed)
    columns = (incumbents.evaluation, incumbents.judged, incumbents.val_accuracy, incumbents.clock_seconds)
    for number, judged, observed, seconds in zip(*columns, strict=True):
        yield (*labels, number + 1, _percent(judged), _percent(observed), f"{seconds:.6g}")
    if run.evaluations > number + 1:
        end = f"{run.cell.budget_seconds:.6g}"
        yield (*labels, run.evaluations, _percent(judged), _percent(observed), end)


def _percent(accuracy: float) -> str:
    """Error in percent of an accuracy."""
    return f"{100 * (1 - accuracy):.4f}"
