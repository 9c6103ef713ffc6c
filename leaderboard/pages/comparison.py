"""The comparison: a few entries side by side, and the pages of all pairs."""

from __future__ import annotations

import enum
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from leaderboard.drawing.anytime import points
from leaderboard.pages.curves import best_error, chart_name
from leaderboard.problems import Problem
from leaderboard.ranking.pairs import EQUIVALENT, Pair
from leaderboard.ranking.rows import Row
from leaderboard.ranking.standings import Board, Ranking
from leaderboard.ranking.statistics import Estimate
from leaderboard.rendering import wording
from leaderboard.rendering.content import Site, names_by_entry
from leaderboard.rendering.page import Page
from leaderboard.runs.key import Track

#: Of so many entries the page of pairs is a matrix, of more a list.
_MATRIX = 30
#: Writes what scripts take, without spaces.
_ENCODER = json.JSONEncoder(separators=(",", ":"), allow_nan=False)


class Order(enum.Enum):
    """What the tests say of two entries; pages and scripts know it as a class of style sheets."""

    ABOVE = "above"
    BELOW = "below"
    OPEN = "open"

    @property
    def sign(self) -> str:
        """For the eye."""
        return _SIGNS[self]


_SIGNS = {Order.ABOVE: "▲", Order.BELOW: "▼", Order.OPEN: "="}


@dataclass(frozen=True, slots=True)
class PairCell:
    """What the pages say of two entries: one minus the other."""

    score: str
    interval: str
    error: str
    p: str
    order: Order
    equivalent: bool
    seeds_needed: str

    @property
    def are_told_apart(self) -> bool:
        """Whether the tests tell which of the two is better."""
        return self.order is not Order.OPEN


def pages(site: Site) -> Iterator[Page]:
    """The comparison, and one page of pairs for each track."""
    if not site.rankings:
        return
    yield Page("compare.html", "compare.html.j2", {"rankings": site.rankings})
    for ranking in site.rankings:
        yield _pairs_page(site, ranking)


def files(site: Site) -> Iterator[tuple[str, str]]:
    """What the comparison loads: an index, and a script for each entry of each track."""
    if not site.rankings:
        return
    yield "data/compare.js", _script("nb301Compare", list(map(_index, site.rankings)))
    for ranking in site.rankings:
        slug = ranking.track.slug
        for entry, content in _contents(site, ranking).items():
            yield f"data/{slug}/entries/{entry}.js", _script("nb301Entry", slug, entry, content)


def _script(function: str, *arguments: Any) -> str:
    """A call of a function; its arguments as JSON."""
    return f"{function}({','.join(map(_ENCODER.encode, arguments))});\n"


def _index(ranking: Ranking) -> dict[str, Any]:
    """What there is to choose from on a track."""
    is_of_fronts = ranking.track.problem is Problem.multi_objective
    releases = []
    for board in ranking.boards:
        release = board.release
        charts = [chart_name(ranking.track, release), chart_name(ranking.track, release, own=True)]
        truth = wording.ground_truth(release.truth)
        releases.append({"name": release.name, "truth": truth, "charts": charts})
    return {
        "slug": ranking.track.slug,
        "title": wording.conditions(ranking.track),
        "seeds": len(ranking.seeds),
        "measure": f"Regret of the {'front' if is_of_fronts else 'incumbent'}",
        "entries": list(names_by_entry(ranking.whole.standings).items()),
        "releases": releases,
    }


def _contents(site: Site, ranking: Ranking) -> dict[str, dict[str, Any]]:
    """What the comparison shows of each entry of a track."""
    contents: dict[str, dict[str, Any]] = {}
    for standing in ranking.whole.standings:
        row = standing.row
        contents[row.entry] = {
            "name": row.name,
            "places": wording.places(row.ranks),
            "all": _scored(row),
            "releases": {},
            "pairs": {},
            "curves": {},
        }
    for board in ranking.boards:
        _add_board(contents, board, ranking.track, best_error(site, ranking.track, board.release))
    for pair in ranking.whole.pairs:
        contents[pair.one]["pairs"][pair.other] = _as_list(_cell(pair, 1))
        contents[pair.other]["pairs"][pair.one] = _as_list(_cell(pair, -1))
    return contents


def _add_board(contents: dict[str, dict[str, Any]], board: Board, track: Track, best: float | None) -> None:
    """Add what each entry came to on a release, whose best known architecture has the error `best`."""
    scored, own = chart_name(track, board.release), chart_name(track, board.release, own=True)
    for row in board.rows:
        contents[row.entry]["releases"][board.release.name] = _scored(row)
    for curve in board.curves:
        contents[curve.entry]["curves"][scored] = points(curve, best)
    for curve in board.own_curves:
        contents[curve.entry]["curves"][own] = points(curve, None)


def _scored(row: Row) -> dict[str, str]:
    score = wording.NONE
    if row.score is not None:
        score = f"{row.score.value:.2f} ({wording.interval(row.score)})"
    return {
        "score": score,
        "error": f"{row.error:.2f}",
        "regret": f"{row.regret:.2f}",
        "observed": f"{row.observed_score:.2f}",
        "places": wording.places(row.ranks),
    }


def _pairs_page(site: Site, ranking: Ranking) -> Page:
    order = [standing.row for standing in ranking.whole.standings if standing.row.ranks is not None]
    releases = ranking.whole.releases
    cells: dict[tuple[str, str], PairCell] = {}
    for pair in ranking.whole.pairs:
        cells[pair.one, pair.other] = _cell(pair, 1)
        cells[pair.other, pair.one] = _cell(pair, -1)
    return Page(
        _pairs_path(ranking.track),
        "pairs.html.j2",
        {
            "conditions": wording.conditions(ranking.track),
            "track": ranking.track,
            "tracks": site.track_links(_pairs_path, ranking.track),
            "order": order,
            "cells": cells,
            "pairs": ranking.whole.pairs,
            "names": names_by_entry(ranking.whole.standings),
            "is_matrix": len(order) <= _MATRIX,
            "equivalent": f"{EQUIVALENT:g}",
            "releases": releases,
            "truths": wording.ground_truths(releases),
            "notice": wording.notice(releases),
            "seeds": len(ranking.seeds),
        },
    )


def _pairs_path(track: Track) -> str:
    return f"pairs/{track.slug}.html"


def _cell(pair: Pair, sign: int) -> PairCell:
    """A pair for people; with a sign of -1 as the other entry minus the one."""
    score, error = _signed(pair.difference, sign), _signed(pair.error_difference, sign)
    order = Order.OPEN
    if pair.sign:
        order = Order.ABOVE if score.value > 0 else Order.BELOW
    return PairCell(
        score=f"{score.value:+.2f}",
        interval=wording.interval(score),
        error=wording.difference(error),
        p=f"{pair.p:.2g}",
        order=order,
        equivalent=pair.equivalent,
        seeds_needed=wording.known(pair.seeds_needed, ",d"),
    )


def _as_list(cell: PairCell) -> list[str]:
    """As the script takes it."""
    return [cell.score, cell.interval, cell.error, cell.p, cell.order.value]


def _signed(estimate: Estimate, sign: int) -> Estimate:
    if sign > 0:
        return estimate
    return Estimate(-estimate.value, -estimate.high, -estimate.low)
