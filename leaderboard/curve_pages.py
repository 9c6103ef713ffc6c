"""The curve pages: how good incumbents are at every moment, by their release and by the ground truth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from leaderboard import wording
from leaderboard.anytime import anytime_chart
from leaderboard.cells import Track
from leaderboard.chart import Chart
from leaderboard.curves import Curve, curve, true_means
from leaderboard.ranking import Board, Ranking
from leaderboard.site import Site
from leaderboard.site_page import Page
from leaderboard.store import ReleaseReference, Run

#: Most entries of a chart; the comparison draws any.
_MOST = 12
#: Follows the name of a release in that of the chart by the ground truth.
_TRUTH = "truth"


def pages(site: Site) -> Iterator[Page]:
    """One page for each track; the first track's is the index."""
    for ranking in site.rankings:
        charts = _charts(site, ranking)
        yield Page(
            curves_path(site, ranking.track),
            "curves.html.j2",
            {
                "track": ranking.track,
                "conditions": wording.conditions(ranking.track),
                "tracks": [
                    (wording.conditions(each.track), curves_path(site, each.track), each is ranking)
                    for each in site.rankings
                ],
                "releases": [
                    (
                        board.release,
                        [c.name for c in charts if c.name in _names(ranking.track, board.release)],
                    )
                    for board in ranking.boards
                ],
                "seeds": len(ranking.seeds),
                "most": _MOST if any(len(board.rows) > _MOST for board in ranking.boards) else None,
                "is_emulated": any(wording.is_emulated(board.release.truth) for board in ranking.boards),
            },
            tuple(charts),
        )


def curves_path(site: Site, track: Track) -> str:
    """Address of a track's curves in the site."""
    return f"curves/{'index' if track == site.rankings[0].track else track.slug}.html"


def chart_name(track: Track, release: ReleaseReference, *, by_truth: bool = False) -> str:
    """Name of the chart of a track's runs on a release, scored by it or by the ground truth."""
    return f"anytime-{track.slug}-{release.name}" + (f"-{_TRUTH}" if by_truth else "")


def curves_of(
    ranking: Ranking, release: ReleaseReference, means: Mapping[str, Sequence[float]]
) -> list[Curve]:
    """Curves of all entries on a release by the ground truth, as far as it can be asked; see `true_means`."""
    grouped: dict[str, list[Run]] = {}
    for run in ranking.runs:
        if run.release.name == release.name and run.cell.id in means:
            grouped.setdefault(run.cell.submission, []).append(run)
    return [curve(runs, means=means) for runs in grouped.values()]


def _names(track: Track, release: ReleaseReference) -> set[str]:
    return {chart_name(track, release), chart_name(track, release, by_truth=True)}


def _charts(site: Site, ranking: Ranking) -> list[Chart]:
    means, charts = true_means(ranking.runs), []
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
        by_truth = _best_first(board, curves_of(ranking, release, means))
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
    drawn = [each for each in curves if len(each.seconds)]
    return sorted(drawn, key=lambda each: order.index(each.entry))[:_MOST]
