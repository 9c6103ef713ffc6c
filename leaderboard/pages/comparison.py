"""The comparison: a few entries side by side, and the pages of all pairs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from leaderboard.drawing.anytime import points
from leaderboard.pages.curves import chart_name
from leaderboard.ranking.pairs import EQUIVALENT, Pair
from leaderboard.ranking.rows import Row
from leaderboard.ranking.standings import Ranking
from leaderboard.ranking.statistics import ALPHA, Estimate
from leaderboard.rendering import wording
from leaderboard.rendering.content import Site
from leaderboard.rendering.page import Page
from nb301.truth.base import is_emulated

#: Of so many entries the page of pairs is a matrix, of more a list.
_MATRIX = 30


@dataclass(frozen=True, slots=True)
class PairCell:
    """What the pages say of two entries: one minus the other."""

    score: str
    interval: str
    error: str
    p: str
    #: `above`, `below` or `open`: one of its classes, told by a sign, too.
    verdict: str
    sign: str
    equivalent: bool
    seeds_needed: str


def pages(site: Site) -> Iterator[Page]:
    """The comparison, and one page of pairs for each track."""
    if not site.rankings:
        return
    yield Page("compare.html", "compare.html.j2", {"tracks": [each.track for each in site.rankings]})
    for ranking in site.rankings:
        yield _pairs_page(site, ranking)


def files(site: Site) -> Iterator[tuple[str, str]]:
    """What the comparison loads: an index, and a script for each entry of each track."""
    if not site.rankings:
        return
    yield "data/compare.js", _script("nb301Compare", [_listed(each) for each in site.rankings])
    for ranking in site.rankings:
        for entry, content in _contents(site, ranking).items():
            yield (
                f"data/{ranking.track.slug}/entries/{entry}.js",
                _script("nb301Entry", ranking.track.slug, entry, content),
            )


def _script(function: str, *arguments: Any) -> str:
    given = ",".join(json.dumps(each, separators=(",", ":"), allow_nan=False) for each in arguments)
    return f"{function}({given});\n"


def _listed(ranking: Ranking) -> dict[str, Any]:
    return {
        "slug": ranking.track.slug,
        "title": wording.conditions(ranking.track),
        "seeds": len(ranking.seeds),
        "entries": [[each.row.entry, each.row.name] for each in ranking.whole.standings],
        "releases": [
            {
                "name": board.release.name,
                "truth": wording.ground_truth(board.release.truth),
                "charts": [
                    chart_name(ranking.track, board.release, by_truth=by_truth) for by_truth in (False, True)
                ],
            }
            for board in ranking.boards
        ],
    }


def _contents(site: Site, ranking: Ranking) -> Mapping[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {
        each.row.entry: {
            "name": each.row.name,
            "places": wording.places(each.row.ranks),
            "all": _scored(each.row),
            "releases": {},
            "pairs": {},
            "curves": {},
        }
        for each in ranking.whole.standings
    }
    for board in ranking.boards:
        for row in board.rows:
            found[row.entry]["releases"][board.release.name] = _scored(row)
        best_error = 100 * (1 - site.references[board.release.release_hash].best_accuracy)
        own = chart_name(ranking.track, board.release)
        by_truth = chart_name(ranking.track, board.release, by_truth=True)
        for each in board.curves:
            found[each.entry]["curves"][own] = points(each, best_error)
        for each in board.true_curves:
            found[each.entry]["curves"][by_truth] = points(each, None)
    for pair in ranking.whole.pairs:
        for one, other, sign in ((pair.one, pair.other, 1), (pair.other, pair.one, -1)):
            cell = _cell(pair, sign)
            found[one]["pairs"][other] = [cell.score, cell.interval, cell.error, cell.p, cell.verdict]
    return found


def _scored(row: Row) -> dict[str, str]:
    return {
        "score": wording.NONE
        if row.score is None
        else f"{row.score.value:.2f} ({wording.interval(row.score)})",
        "error": f"{row.error:.2f}",
        "regret": f"{row.regret:.2f}",
        "observed": f"{row.observed_score:.2f}",
        "places": wording.places(row.ranks),
    }


def _pairs_page(site: Site, ranking: Ranking) -> Page:
    order = [each.row for each in ranking.whole.standings if each.row.ranks is not None]
    cells: dict[tuple[str, str], PairCell] = {}
    for pair in ranking.whole.pairs:
        cells[pair.one, pair.other] = _cell(pair, 1)
        cells[pair.other, pair.one] = _cell(pair, -1)
    return Page(
        f"pairs/{ranking.track.slug}.html",
        "pairs.html.j2",
        {
            "conditions": wording.conditions(ranking.track),
            "track": ranking.track,
            "tracks": [
                (wording.conditions(each.track), f"pairs/{each.track.slug}.html", each is ranking)
                for each in site.rankings
            ],
            "order": order,
            "cells": cells,
            "pairs": ranking.whole.pairs,
            "names": {row.entry: row.name for row in order},
            "is_matrix": len(order) <= _MATRIX,
            "equivalent": f"{EQUIVALENT:g}",
            "releases": [release.name for release in ranking.whole.releases],
            "truths": sorted({wording.ground_truth(each.truth) for each in ranking.whole.releases}),
            "is_emulated": any(is_emulated(each.truth) for each in ranking.whole.releases),
            "seeds": len(ranking.seeds),
        },
    )


def _cell(pair: Pair, sign: int) -> PairCell:
    score, error = _signed(pair.difference, sign), _signed(pair.error_difference, sign)
    verdict = "open"
    if pair.p_holm < ALPHA:
        verdict = "above" if score.value > 0 else "below"
    return PairCell(
        score=f"{score.value:+.2f}",
        interval=wording.interval(score),
        error=wording.difference(error),
        p=f"{pair.p_holm:.2g}",
        verdict=verdict,
        sign={"above": "▲", "below": "▼", "open": "="}[verdict],
        equivalent=pair.equivalent,
        seeds_needed=wording.known(pair.seeds_needed, ",d"),
    )


def _signed(estimate: Estimate, sign: int) -> Estimate:
    if sign > 0:
        return estimate
    return Estimate(-estimate.value, -estimate.high, -estimate.low)
