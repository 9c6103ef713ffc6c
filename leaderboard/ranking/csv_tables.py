"""All numbers as CSV: what follows from the runs, for the site and beside the committed results."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple

import numpy as np
from numpy.typing import NDArray

from leaderboard.legible import to_csv
from leaderboard.ranking.examination import Judgement, examine
from leaderboard.ranking.references import Reference
from leaderboard.ranking.scores import TARGETS, expected_running_time, reached_share, target_times, window
from leaderboard.ranking.standings import Board, Ranking, Row, Standing
from leaderboard.ranking.statistics import Estimate
from leaderboard.runs.record import Run
from nb301 import exact

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


def tables(rankings: Iterable[Ranking], references: Mapping[str, Reference]) -> dict[str, str]:
    """All numbers as CSV, by path without suffix: the track's slug and the name of the table."""
    return {
        f"{ranking.track.slug}/{name}": text
        for ranking in rankings
        for name, text in tables_of(ranking, examine(ranking.runs), references).items()
    }


def tables_of(
    ranking: Ranking, judgements: Sequence[Judgement], references: Mapping[str, Reference]
) -> dict[str, str]:
    """A track's numbers as CSV, by name of the table."""
    return {
        "ranking": to_csv(
            ("release", "release_hash", "truth", "seeds", "budget_seconds", *_OF_ROW),
            ([*_of_board(board), *_cells_of(row)] for board in ranking.boards for row in board.rows),
        ),
        "standings": to_csv((*_OF_ROW, *_OF_STANDING), map(_cells_of_standing, ranking.whole.standings)),
        "tie_groups": to_csv(
            ("group", "entry"),
            ((number, entry) for number, group in enumerate(ranking.whole.tie_groups, 1) for entry in group),
        ),
        "pairs": to_csv(
            _OF_PAIR,
            (
                [
                    *(p.one, p.other, *_numbers(p.difference), *_numbers(p.error_difference)),
                    *(f"{p.p:.3g}", f"{p.p_holm:.3g}", f"{p.wins:.3f}", p.equivalent, p.seeds_needed),
                ]
                for p in ranking.whole.pairs
            ),
        ),
        "examination": to_csv(
            _OF_JUDGEMENT,
            (
                [j.entry, j.found_on, j.judge, *map(_number, (j.error, j.worse, *j.interval)), j.runs]
                for j in judgements
            ),
        ),
        "reached": to_csv(_OF_REACHED, _reached(_timed(ranking, references))),
        "running_times": to_csv(_OF_EXPECTED, _expected(_timed(ranking, references))),
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
