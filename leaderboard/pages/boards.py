"""The ranking pages: one for each track and scope of releases, a click apart."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from string import ascii_lowercase

from leaderboard.ranking.pairs import EQUIVALENT
from leaderboard.ranking.scores import window
from leaderboard.ranking.selection import Scope
from leaderboard.ranking.standings import Ranking, Standing, View
from leaderboard.ranking.statistics import ALPHA, Estimate, smallest_p
from leaderboard.rendering import wording
from leaderboard.rendering.content import Site
from leaderboard.rendering.page import FRONT, Page
from leaderboard.runs.key import Track
from leaderboard.runs.record import Entry
from nb301.truth.base import is_emulated

#: Size of the drawing of an interval, pixels.
_WIDTH, _HEIGHT = 150, 18


@dataclass(frozen=True, slots=True)
class Choice:
    """A link to a board that differs in one respect from the page's."""

    title: str
    path: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Interval:
    """Where a score and its interval lie in the drawing, pixels; None for ends that are not known."""

    at: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class BoardRow:
    """An entry's line."""

    standing: Standing
    entry: Entry
    places: str
    score: str
    interval: str
    #: None for an entry that does not count.
    drawn: Interval | None
    #: Of the tie groups that it is in; entries that share one are not told apart.
    letters: str
    scores: tuple[str, ...]
    all_minus_random: str
    xgb_minus_gin: str
    worst: str
    speed_up: str
    unfamiliar: str
    note: str


def pages(site: Site) -> Iterator[Page]:
    """The front page, and one for each other track and scope."""
    if not site.rankings:
        yield Page(FRONT, "empty.html.j2", {})
    for ranking in site.rankings:
        for scope in ranking.views:
            yield _page(site, ranking, scope)


def board_path(site: Site, track: Track, scope: Scope) -> str:
    """Address of a board in the site; the first track's of all releases is the front page."""
    if track == site.rankings[0].track and scope == Scope():
        return FRONT
    return f"boards/{track.slug}/{scope.slug}.html"


def letters(groups: Sequence[Sequence[str]]) -> dict[str, str]:
    """Letters of each entry's tie groups, `a` for the first group, `aa` after `z`."""
    found: dict[str, str] = {}
    for number, group in enumerate(groups):
        repeats, place = divmod(number, len(ascii_lowercase))
        for entry in group:
            found[entry] = f"{found.get(entry, '')} {ascii_lowercase[place] * (repeats + 1)}".strip()
    return found


def _page(site: Site, ranking: Ranking, scope: Scope) -> Page:
    view, track = ranking.views[scope], ranking.track
    entries = {run.cell.submission: run.entry for run in ranking.runs}
    start, end = window(track.budget_seconds)
    seeds = len(ranking.seeds)
    return Page(
        board_path(site, track, scope),
        "board.html.j2",
        {
            "track": track,
            "scope": scope,
            "view": view,
            "rows": _rows(view, entries),
            "has_random": any(each.all_minus_random for each in view.standings),
            "has_gin": any(each.xgb_minus_gin for each in view.standings),
            "width": _WIDTH,
            "height": _HEIGHT,
            "choices": _choices(site, ranking, scope),
            "curves": site.track_path("curves", track),
            "unfinished": ranking.unfinished,
            "seeds": seeds,
            "start": wording.power(start),
            "end": wording.power(end),
            "evaluations": f"{track.budget_evaluations:,}",
            "days": wording.gpu_days(track),
            "truths": sorted({wording.ground_truth(release.truth) for release in view.releases}),
            "is_emulated": any(is_emulated(release.truth) for release in view.releases),
            "families": sorted({family for each in entries.values() for family in each.families}),
            "equivalent": f"{EQUIVALENT:g}",
            "smallest_p": f"{smallest_p(seeds):.3g}",
            "can_be_significant": smallest_p(seeds) < ALPHA,
        },
    )


def _choices(site: Site, ranking: Ranking, scope: Scope) -> dict[str, list[Choice]]:
    """Links to other tracks, families and kinds, by what they choose."""
    here = ranking.track
    tracks = [
        Choice(
            wording.conditions(each.track),
            board_path(site, each.track, scope if scope in each.views else Scope()),
            each.track == here,
        )
        for each in site.rankings
    ]
    families = dict.fromkeys(each.family for each in ranking.views)
    kinds = dict.fromkeys(each.random_only for each in ranking.views)
    return {
        "Budget and workers": tracks,
        "Release family": [
            Choice(
                family or "all",
                board_path(site, here, _nearest(ranking.views, Scope(family, scope.random_only))),
                family == scope.family,
            )
            for family in families
        ],
        "Fitted on": [
            Choice(
                {None: "both", False: "all data", True: "random search alone"}[only],
                board_path(site, here, _nearest(ranking.views, Scope(scope.family, only))),
                only == scope.random_only,
            )
            for only in kinds
        ],
    }


def _nearest(views: Mapping[Scope, View], wanted: Scope) -> Scope:
    """The scope, or where a family has no release of a kind, the family or the kind alone."""
    alternatives = (wanted, Scope(wanted.family), Scope(None, wanted.random_only), Scope())
    return next(each for each in alternatives if each in views)


def _rows(view: View, entries: Mapping[str, Entry]) -> list[BoardRow]:
    scores = [each.row.score for each in view.standings if each.row.score is not None]
    ends = [end for each in scores for end in (each.low, each.value, each.high) if math.isfinite(end)]
    low, high = min(ends, default=0.0), max(ends, default=1.0)
    shared = letters(view.tie_groups)
    return [_row(each, entries[each.row.entry], (low, high), shared) for each in view.standings]


def _row(
    standing: Standing, entry: Entry, limits: tuple[float, float], shared: Mapping[str, str]
) -> BoardRow:
    row = standing.row
    return BoardRow(
        standing=standing,
        entry=entry,
        places=wording.places(row.ranks),
        score=wording.NONE if row.score is None else f"{row.score.value:.2f}",
        interval="" if row.score is None else wording.interval(row.score),
        drawn=None if row.score is None else _drawn(row.score, *limits),
        letters=shared.get(row.entry, ""),
        scores=tuple(wording.known(score, ".2f") for score in standing.scores),
        all_minus_random=wording.difference(standing.all_minus_random),
        xgb_minus_gin=wording.difference(standing.xgb_minus_gin),
        worst=wording.known(standing.worst, ".2f"),
        speed_up=wording.speed_up(row.speed_up),
        unfamiliar=wording.known(row.unfamiliar, ".0%"),
        note=""
        if row.ranks is not None
        else f"not counted: fits {', '.join(row.conflicts)} as the release does",
    )


def _drawn(score: Estimate, low: float, high: float) -> Interval:
    def at(value: float) -> float:
        margin = 5
        return round(margin + (value - low) / ((high - low) or 1.0) * (_WIDTH - 2 * margin), 1)

    return Interval(
        at(score.value), *(at(end) if math.isfinite(end) else None for end in (score.low, score.high))
    )
