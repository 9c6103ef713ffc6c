"""The curve pages: how good incumbents are at every moment, by their release and by the ground truth."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice

from leaderboard.drawing.anytime import anytime_chart
from leaderboard.drawing.race import race_chart
from leaderboard.drawing.vega import Chart
from leaderboard.problems import Problem
from leaderboard.ranking.curves import Curve
from leaderboard.ranking.race import race
from leaderboard.ranking.standings import Board, Ranking
from leaderboard.rendering import wording
from leaderboard.rendering.content import Site, names_by_entry
from leaderboard.rendering.page import Page
from leaderboard.runs.key import Track
from leaderboard.runs.record import ReleaseReference

#: Most entries of a chart; the comparison draws any.
_MOST = 12
#: Follows the name of a release in that of the chart of what it sees itself.
_OWN = "own"


def pages(site: Site) -> Iterator[Page]:
    """One page for each track; the first track's is the index."""
    path_of = partial(site.track_path, "curves")
    for ranking in site.rankings:
        track = ranking.track
        charts = _race(ranking)
        overall = tuple(charts)
        charts_by_release = []
        for board in ranking.boards:
            drawn = _charts(site, track, board)
            charts += drawn
            charts_by_release.append((board.release, drawn))
        yield Page(
            path_of(track),
            "curves.html.j2",
            {
                "track": track,
                "conditions": wording.conditions(track),
                "tracks": site.track_links(path_of, track),
                "overall": overall,
                "of_fronts": track.problem is Problem.multi_objective,
                "releases": charts_by_release,
                "seeds": len(ranking.seeds),
                "most": _MOST if any(len(board.rows) > _MOST for board in ranking.boards) else None,
                "notice": wording.notice(ranking.whole.releases),
            },
            tuple(charts),
        )


def _race(ranking: Ranking) -> list[Chart]:
    """The chart of places over time, where some entry counts on all releases."""
    placed = race(ranking)
    if len(placed.places) < 2:
        return []
    names = names_by_entry(ranking.whole.standings)
    first = dict(islice(placed.places.items(), _MOST))
    truths = "; ".join(wording.ground_truths(ranking.whole.releases))
    chart = race_chart(replace(placed, places=first), names, name=f"race-{ranking.track.slug}", truths=truths)
    return [chart]


def chart_name(track: Track, release: ReleaseReference, *, own: bool = False) -> str:
    """Name of the chart of a track's runs on a release, as they are scored or as it sees them itself."""
    return f"anytime-{track.slug}-{release.name}" + (f"-{_OWN}" if own else "")


def best_error(site: Site, track: Track, release: ReleaseReference) -> float | None:
    """Error of the best architecture that is known, percent, which curves start from; None of fronts."""
    if track.problem is Problem.multi_objective:
        return None
    return 100 * (1 - site.references[release.release_hash].best_accuracy)


def _charts(site: Site, track: Track, board: Board) -> list[Chart]:
    """The curves of one release: as they are scored, and as it sees them itself, where it is no judge."""
    release = board.release
    draw = partial(anytime_chart, budget=board.budget_seconds, release=release.name, truth=release.truth)
    charts = []
    if scored := _best_first(board, board.curves):
        best, name = best_error(site, track, release), chart_name(track, release)
        charts.append(draw(scored, name=name, best_error=best, of_fronts=best is None))
    if own := _best_first(board, board.own_curves):
        charts.append(draw(own, name=chart_name(track, release, own=True), own=True))
    return charts


def _best_first(board: Board, curves: Sequence[Curve]) -> list[Curve]:
    order = [row.entry for row in board.rows]
    return sorted(curves, key=lambda curve: order.index(curve.entry))[:_MOST]
