"""CSV tables: all numbers that follow from the runs, for the site and beside the committed results."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from leaderboard.legible import to_csv
from leaderboard.ranking.csv_columns import TABLES
from leaderboard.ranking.examination import Judgement, examine
from leaderboard.ranking.no_search import no_search
from leaderboard.ranking.pairs import Pair
from leaderboard.ranking.references import Reference
from leaderboard.ranking.rows import Row
from leaderboard.ranking.scores import TARGETS, expected_running_time, reached_share, target_times, window
from leaderboard.ranking.standings import Board, Ranking, Standing
from leaderboard.ranking.statistics import Estimate
from leaderboard.runs.record import Run
from nb301 import exact
from nb301.truth.base import rests_on

Array = NDArray[np.float64]


def tables(rankings: Iterable[Ranking], references: Mapping[str, Reference]) -> dict[str, str]:
    """All numbers as CSV, by path without suffix: the track's slug and the name of the table."""
    texts = {}
    for ranking in rankings:
        for name, text in tables_of(ranking, examine(ranking.runs), references).items():
            texts[f"{ranking.track.slug}/{name}"] = text
    return texts


def tables_of(
    ranking: Ranking, judgements: Sequence[Judgement], references: Mapping[str, Reference]
) -> dict[str, str]:
    """A track's numbers as CSV, by name of the table; columns are those of `csv_columns`."""
    timed = list(_timed(ranking, references))
    rows: dict[str, Iterable[Sequence[object]]] = {
        "ranking": _on_boards(ranking.boards),
        "standings": map(_standing_cells, ranking.whole.standings),
        "tie_groups": _grouped(ranking.whole.tie_groups),
        "pairs": map(_pair_cells, ranking.whole.pairs),
        "examination": map(_judgement_cells, judgements),
        "no_search": _without_search(ranking, references),
        "reached": _reached(timed),
        "running_times": _expected(timed),
    }
    texts = {}
    for name, table_rows in rows.items():
        texts[name] = to_csv(tuple(TABLES[name].columns), table_rows)
    return texts


def _timed(ranking: Ranking, references: Mapping[str, Reference]) -> Iterator[tuple[str, str, float, Array]]:
    """Times to targets of each entry on each release, with the budget: shape (runs, targets)."""
    grouped: dict[tuple[str, str], list[Run]] = {}
    for run in ranking.runs:
        grouped.setdefault((run.release.name, run.cell.submission), []).append(run)
    for (release, entry), runs in sorted(grouped.items()):
        reference = references[runs[0].release.release_hash]
        times = np.array([target_times(run, reference) for run in runs])
        yield release, entry, runs[0].cell.budget_seconds, times


def _without_search(ranking: Ranking, references: Mapping[str, Reference]) -> Iterator[Sequence[object]]:
    for board in ranking.boards:
        for known in no_search([board.release], references, ranking.track):
            numbers = map(_number, (known.score, known.error, known.regret))
            yield board.release.name, known.name, str(known.genotype), *numbers


def _reached(timed: Iterable[tuple[str, str, float, Array]]) -> Iterator[Sequence[object]]:
    """Empirical distribution of times to targets."""
    for release, entry, budget, times in timed:
        seconds = exact.geometric(*window(budget), 61)
        for at, share in zip(seconds, reached_share(times, seconds), strict=True):
            yield release, entry, f"{at:.6g}", f"{share:.4f}"


def _expected(timed: Iterable[tuple[str, str, float, Array]]) -> Iterator[Sequence[object]]:
    """Expected running time to each target."""
    for release, entry, budget, times in timed:
        reached = np.isfinite(times).sum(axis=0).tolist()
        expected = expected_running_time(times, budget)
        for target, runs, seconds in zip(TARGETS, reached, expected, strict=True):
            yield release, entry, f"{target:.4g}", runs, f"{seconds:.6g}" if runs else ""


def _on_boards(boards: Iterable[Board]) -> Iterator[Sequence[object]]:
    for board in boards:
        release, budget = board.release, f"{board.budget_seconds:g}"
        board_cells = (
            release.name,
            release.release_hash,
            release.truth,
            rests_on(release.truth),
            len(board.seeds),
            budget,
        )
        for row in board.rows:
            yield (*board_cells, *_row_cells(row))


def _grouped(tie_groups: Iterable[Sequence[str]]) -> Iterator[Sequence[object]]:
    for number, group in enumerate(tie_groups, 1):
        for entry in group:
            yield number, entry


def _row_cells(row: Row) -> list[object]:
    cells: list[object] = [row.entry, row.name, row.version]
    cells += row.ranks or ("", "")
    cells += _estimate_cells(row.score)
    cells += map(_number, (row.observed_score, row.early_score, row.error, row.observed_error))
    cells += map(_number, (row.regret, row.final_regret))
    cells += [row.evaluations, f"{row.crash_rate:.4f}", f"{row.cpu_seconds:.2f}"]
    cells += map(_ratio, (row.unfamiliar, row.speed_up))
    cells.append(" ".join(row.conflicts))
    return cells


def _standing_cells(standing: Standing) -> list[object]:
    cells = _row_cells(standing.row)
    cells.append("" if standing.worst is None else _number(standing.worst))
    cells += _estimate_cells(standing.all_minus_random)
    cells += _estimate_cells(standing.xgb_minus_gin)
    return cells


def _pair_cells(pair: Pair) -> list[object]:
    cells: list[object] = [pair.one, pair.other]
    cells += _estimate_cells(pair.difference)
    cells += _estimate_cells(pair.error_difference)
    wins = f"{pair.wins:.3f}" if np.isfinite(pair.wins) else ""
    cells += [f"{pair.p:.3g}", wins, pair.equivalent, pair.seeds_needed]
    return cells


def _judgement_cells(judgement: Judgement) -> list[object]:
    cells: list[object] = [judgement.entry, judgement.found_on, judgement.judge]
    cells += map(_number, (judgement.error, judgement.worse, *judgement.interval))
    cells.append(judgement.runs)
    return cells


def _estimate_cells(estimate: Estimate | None) -> list[str]:
    if estimate is None:
        return ["", "", ""]
    return [_number(estimate.value), _number(estimate.low), _number(estimate.high)]


def _number(value: float) -> str:
    """Empty where it is not known: infinite ends of intervals."""
    return f"{value:.4f}" if np.isfinite(value) else ""


def _ratio(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"
