"""The comparison: a few entries side by side, and the pages of all pairs."""

from __future__ import annotations

import enum
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any

from leaderboard.drawing.intervals import draw_intervals
from leaderboard.drawing.looks import look_of
from leaderboard.drawing.plots import MOST, Plot
from leaderboard.ranking.no_search import no_search
from leaderboard.ranking.pairs import EQUIVALENT, Pair
from leaderboard.ranking.rows import Row
from leaderboard.ranking.standings import Ranking
from leaderboard.ranking.statistics import DRAWS, Estimate
from leaderboard.rendering import wording
from leaderboard.rendering.content import Site, names_by_entry
from leaderboard.rendering.page import Page
from leaderboard.rendering.plots import overall_plots, regret_plot, release_plots
from leaderboard.runs.key import Track

#: Of so many entries the page of pairs is a matrix, of more a list.
_MATRIX = 30
#: Most pairs of a list: the CSV has all.
_LISTED = 500
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
_VERDICTS = {
    Order.ABOVE: "the first is better",
    Order.BELOW: "the second is better",
    Order.OPEN: "not told apart",
}


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
    def verdict(self) -> str:
        """Which of the two is better, as far as the tests tell."""
        return _VERDICTS[self.order]


def pages(site: Site) -> Iterator[Page]:
    """The comparison and all pairs, a page for each track."""
    for ranking in site.rankings:
        yield _comparison_page(site, ranking)
        yield _pairs_page(site, ranking)


def _comparison_page(site: Site, ranking: Ranking) -> Page:
    """The comparison of a track, with a script for each entry, which the page loads when one is chosen."""
    path_of = partial(site.track_path, "compare")
    slug, releases = ranking.track.slug, ranking.whole.releases
    overall = list(overall_plots(ranking))
    plot = regret_plot(ranking, ranking.whole, no_search(releases, site.references, ranking.track))
    if plot is not None:
        overall.insert(0, plot)
    by_release = []
    for board in ranking.boards:
        by_release.append((board.release, list(release_plots(site, ranking, board))))
    plots = [*overall, *chain.from_iterable(plots for _, plots in by_release)]
    files = [(f"data/{slug}/compare.js", _script("nb301Compare", _index(ranking)))]
    for entry, content in _contents(ranking, plots).items():
        files.append((f"data/{slug}/entries/{entry}.js", _script("nb301Entry", entry, content)))
    context = {
        "track": ranking.track,
        "conditions": wording.conditions(ranking.track),
        "tracks": site.track_links(path_of, ranking.track),
        "overall": overall,
        "releases": by_release,
        "seeds": len(ranking.seeds),
        "most": MOST if len(ranking.whole.standings) > MOST else None,
        "notice": wording.notice(releases),
    }
    return Page(path_of(ranking.track), "compare.html.j2", context, files=tuple(files))


def _script(function: str, *arguments: Any) -> str:
    """A call of a function; its arguments as JSON."""
    return f"{function}({','.join(map(_ENCODER.encode, arguments))});\n"


def _index(ranking: Ranking) -> dict[str, Any]:
    """What there is to choose from on a track."""
    entries = []
    for standing in ranking.whole.standings:
        entries.append([standing.row.entry, standing.row.name, look_of(standing.row.entry).classes])
    return {
        "slug": ranking.track.slug,
        "seeds": len(ranking.seeds),
        "truths": wording.ground_truths(ranking.whole.releases),
        "entries": entries,
        "releases": [release.name for release in ranking.whole.releases],
    }


def _contents(ranking: Ranking, plots: Iterable[Plot]) -> dict[str, dict[str, Any]]:
    """What the comparison shows of each entry of a track."""
    contents: dict[str, dict[str, Any]] = {}
    for standing in ranking.whole.standings:
        contents[standing.row.entry] = {
            "name": standing.row.name,
            "all": _scored(standing.row),
            "releases": {},
            "pairs": {},
            "plots": {},
        }
    for board in ranking.boards:
        for row in board.rows:
            contents[row.entry]["releases"][board.release.name] = _scored(row)
    for plot in plots:
        for one in plot.drawn:
            if one.entry:
                contents[one.entry]["plots"][plot.name] = [one.path, one.band, one.end, one.right]
    for pair in ranking.whole.pairs:
        contents[pair.one]["pairs"][pair.other] = _as_list(_cell(pair, 1))
        contents[pair.other]["pairs"][pair.one] = _as_list(_cell(pair, -1))
    return contents


def _scored(row: Row) -> dict[str, str]:
    score = wording.NONE
    if row.score is not None:
        score = f"{row.score.value:.2f} ({wording.interval(row.score)})"
    return {
        "score": score,
        "error": f"{row.error:.2f}",
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
            "compare": site.track_path("compare", ranking.track),
            "order": order,
            "places": list(zip(order, draw_intervals([_ranks(row) for row in order]), strict=True)),
            "written": wording.places,
            "cells": cells,
            "pairs": ranking.whole.pairs[:_LISTED],
            "all_pairs": len(ranking.whole.pairs),
            "names": names_by_entry(ranking.whole.standings),
            "is_matrix": len(order) <= _MATRIX,
            "equivalent": f"{EQUIVALENT:g}",
            "releases": releases,
            "truths": wording.ground_truths(releases),
            "notice": wording.notice(releases),
            "seeds": len(ranking.seeds),
        },
    )


def _ranks(row: Row) -> tuple[float, None, float] | None:
    return None if row.ranks is None else (row.ranks[0] - 0.2, None, row.ranks[1] + 0.2)


def _pairs_path(track: Track) -> str:
    return f"pairs/{track.slug}.html"


def _cell(pair: Pair, sign: int) -> PairCell:
    """A pair for people; with a sign of -1 as the other entry minus the one."""
    score, error = _signed(pair.difference, sign), _signed(pair.error_difference, sign)
    order = Order.OPEN
    if pair.sign:
        order = Order.ABOVE if score.value > 0 else Order.BELOW
    return PairCell(
        score=wording.signed(f"{score.value:+.2f}"),
        interval=wording.interval(score),
        error=wording.difference(error),
        p=_p_value(pair.p),
        order=order,
        equivalent=pair.equivalent,
        seeds_needed=wording.known(pair.seeds_needed, ",d"),
    )


def _p_value(p: float) -> str:
    """Two digits; none is smaller than resamples can tell."""
    return f"{p:.2g}" if p >= 1 / DRAWS else f"< {1 / DRAWS:g}"


def _as_list(cell: PairCell) -> list[str]:
    """As the script takes it."""
    return [cell.score, cell.interval, cell.error, cell.p, cell.order.value]


def _signed(estimate: Estimate, sign: int) -> Estimate:
    if sign > 0:
        return estimate
    return Estimate(-estimate.value, -estimate.high, -estimate.low)
