"""The curve pages: how good incumbents are at every moment, by their release and by the ground truth."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from leaderboard.drawing.anytime import anytime_chart
from leaderboard.drawing.vega import Chart
from leaderboard.ranking.curves import Curve
from leaderboard.ranking.standings import Board, Ranking
from leaderboard.rendering import wording
from leaderboard.rendering.content import Site
from leaderboard.rendering.page import Page
from leaderboard.runs.key import Track
from leaderboard.runs.record import ReleaseReference
from nb301.truth.base import is_emulated

#: Most entries of a chart; the comparison draws any.
_MOST = 12
#: Follows the name of a release in that of the chart by the ground truth.
_TRUTH = "truth"


def pages(site: Site) -> Iterator[Page]:
    """One page for each track; the first track's is the index."""
    for ranking in site.rankings:
        charts = _charts(site, ranking)
        yield Page(
            site.track_path("curves", ranking.track),
            "curves.html.j2",
            {
                "track": ranking.track,
                "conditions": wording.conditions(ranking.track),
                "tracks": site.track_links("curves", ranking.track),
                "releases": [
                    (
                        board.release,
                        [c.name for c in charts if c.name in _names(ranking.track, board.release)],
                    )
                    for board in ranking.boards
                ],
                "seeds": len(ranking.seeds),
                "most": _MOST if any(len(board.rows) > _MOST for board in ranking.boards) else None,
                "is_emulated": any(is_emulated(board.release.truth) for board in ranking.boards),
            },
            tuple(charts),
        )


def chart_name(track: Track, release: ReleaseReference, *, by_truth: bool = False) -> str:
    """Name of the chart of a track's runs on a release, scored by it or by the ground truth."""
    return f"anytime-{track.slug}-{release.name}" + (f"-{_TRUTH}" if by_truth else "")


def _names(track: Track, release: ReleaseReference) -> set[str]:
    return {chart_name(track, release), chart_name(track, release, by_truth=True)}


def _charts(site: Site, ranking: Ranking) -> list[Chart]:
    charts = []
    for board in ranking.boards:
        release, budget = board.release, board.budget_seconds
        shown = _best_first(board, board.curves)
        if shown:
            charts.append(
                anytime_chart(
                    shown,
                    budget,
                    name=chart_name(ranking.track, release),
                    release=release.name,
                    truth=release.truth,
                    best_error=100 * (1 - site.references[release.release_hash].best_accuracy),
                )
            )
        by_truth = _best_first(board, board.true_curves)
        if by_truth:
            charts.append(
                anytime_chart(
                    by_truth,
                    budget,
                    name=chart_name(ranking.track, release, by_truth=True),
                    release=release.name,
                    truth=release.truth,
                    by_truth=True,
                )
            )
    return charts


def _best_first(board: Board, curves: Sequence[Curve]) -> list[Curve]:
    order = [row.entry for row in board.rows]
    return sorted(curves, key=lambda each: order.index(each.entry))[:_MOST]
