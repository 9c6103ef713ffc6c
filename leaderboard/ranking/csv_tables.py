"""CSV tables: all numbers that follow from the runs, for the site and beside the committed results."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import repeat

import numpy as np
from numpy.typing import NDArray

from leaderboard.legible import to_csv
from leaderboard.ranking.csv_columns import TABLES
from leaderboard.ranking.examination import Judgement, examine
from leaderboard.ranking.no_search import no_search
from leaderboard.ranking.pairs import Pair
from leaderboard.ranking.references import Reference
from leaderboard.ranking.rows import Row
from leaderboard.ranking.scores import TARGETS, expected_running_time, reached_share, target_moments
from leaderboard.ranking.standings import Board, Ranking, Standing
from leaderboard.ranking.statistics import Estimate
from nb301.truth.base import rests_on

Array = NDArray[np.float64]


#: What plots draw: long, and the site's alone.
_DRAWN = frozenset({"overall", "curves"})


def tables(rankings: Iterable[Ranking], references: Mapping[str, Reference]) -> dict[str, str]:
    """All numbers but those of plots as CSV, by path without suffix: track and name of the table."""
    texts = {}
    for ranking in rankings:
        for name, text in tables_of(ranking, examine(ranking.runs), references).items():
            if name not in _DRAWN:
                texts[f"{ranking.track.slug}/{name}"] = text
    return texts


def tables_of(
    ranking: Ranking, judgements: Sequence[Judgement], references: Mapping[str, Reference]
) -> dict[str, str]:
    """A track's numbers as CSV, by name of the table; columns are those of `csv_columns`."""
    rows: dict[str, Iterable[Sequence[object]]] = {
        "ranking": _on_boards(ranking.boards),
        "standings": map(_standing_cells, ranking.whole.standings),
        "tie_groups": _grouped(ranking.whole.tie_groups),
        "pairs": map(_pair_cells, ranking.whole.pairs),
        "examination": map(_judgement_cells, judgements),
        "no_search": _without_search(ranking, references),
        "overall": _overall(ranking),
        "curves": _curves(ranking.boards),
        "reached": _reached(ranking),
        "running_times": _expected(ranking),
    }
    texts = {}
    for name, table_rows in rows.items():
        texts[name] = to_csv(tuple(TABLES[name].columns), table_rows)
    return texts


def _without_search(ranking: Ranking, references: Mapping[str, Reference]) -> Iterator[Sequence[object]]:
    for board in ranking.boards:
        for known in no_search([board.release], references, ranking.track):
            numbers = map(_number, (known.score, known.error, known.regret))
            yield board.release.name, known.name, str(known.genotype), *numbers


def _overall(ranking: Ranking) -> Iterator[Sequence[object]]:
    """Regrets and places over all releases that count."""
    entries, releases = [standing.row.entry for standing in ranking.whole.standings], ranking.whole.releases
    places = ranking.overall.places(entries, releases)
    for entry in entries:
        regrets = ranking.overall.regret(entry, releases)
        if regrets is not None:
            placed = map(_number, places[entry]) if entry in places else repeat("")
            for at, regret, place in zip(ranking.overall.seconds, regrets, placed, strict=False):
                yield entry, f"{at:.6g}", f"{regret:.6f}", place


def _curves(boards: Iterable[Board]) -> Iterator[Sequence[object]]:
    """Quartiles on each release: as runs are scored, and as the release sees them itself."""
    for board in boards:
        for by, curves in (("score", board.curves), ("release", board.own_curves)):
            for curve in curves:
                for at, *values in zip(curve.seconds, curve.low, curve.median, curve.high, strict=True):
                    yield board.release.name, curve.entry, by, f"{at:.6g}", *map(_number, values)


def _reached(ranking: Ranking) -> Iterator[Sequence[object]]:
    """Empirical distribution of times to targets."""
    seconds = target_moments(ranking.track.budget_seconds)
    for release, entry, times in _timed(ranking):
        for at, share in zip(seconds, reached_share(times, seconds), strict=True):
            yield release, entry, f"{at:.6g}", f"{share:.4f}"


def _expected(ranking: Ranking) -> Iterator[Sequence[object]]:
    """Expected running time to each target."""
    for release, entry, times in _timed(ranking):
        reached = np.isfinite(times).sum(axis=0).tolist()
        expected = expected_running_time(times, ranking.track.budget_seconds)
        for target, runs, seconds in zip(TARGETS, reached, expected, strict=True):
            yield release, entry, f"{target:.4g}", runs, f"{seconds:.6g}" if runs else ""


def _timed(ranking: Ranking) -> Iterator[tuple[str, str, Array]]:
    """Times to targets by release and entry, shape (seeds, targets)."""
    for (entry, release), scored in sorted(ranking.table.scored.items(), key=lambda item: item[0][::-1]):
        yield release, entry, scored.times


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
