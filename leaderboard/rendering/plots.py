"""Plots of a track: regrets, places, targets and costs over all releases, and each release by itself."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from leaderboard.drawing.axes import Axis, linear_axis, log_axis
from leaderboard.drawing.plots import Level, Plot, Series, draw_dots, draw_lines
from leaderboard.legible import power
from leaderboard.ranking.curves import Curve
from leaderboard.ranking.no_search import NoSearch
from leaderboard.ranking.rows import BASELINE
from leaderboard.ranking.scores import TARGETS, expected_running_time, reached_share, target_moments, window
from leaderboard.ranking.standings import Board, Ranking, View
from leaderboard.rendering import wording
from leaderboard.rendering.content import Site
from leaderboard.runs.key import Track
from leaderboard.runs.record import ReleaseReference

Array = NDArray[np.float64]

#: Regret below this is drawn as this, so that there is a log scale; points of error.
LEAST_REGRET = 0.01
#: So many of the best have their colours at first, and random search.
_FIRST = 5


def first_of(view: View) -> frozenset[str]:
    """Slugs of the entries that have their colours before a reader has chosen any."""
    best = [standing.row.entry for standing in view.standings[:_FIRST]]
    return frozenset([*best, BASELINE])


def time_axis(track: Track, start: float) -> Axis:
    """Simulated seconds from a start to the end of the budget."""
    end = track.budget_seconds
    title = f"Simulated seconds ({power(end)} s are {wording.gpu_days(track)} GPU days)"
    return log_axis(title, [start, end], is_cut=True)


def regret_plot(
    ranking: Ranking, view: View, known: Sequence[NoSearch] = (), only: Collection[str] | None = None
) -> Plot | None:
    """What the score integrates, over all releases of a view; None where no entry counts.

    Args:
        ranking: The track's.
        view: Which releases.
        known: What needs no search; the best is drawn as a level.
        only: Slugs of the entries that are drawn, all of them coloured; by default all are drawn.
    """
    seconds = ranking.overall.seconds
    series = _named(view, partial(_regrets, ranking, view), only)
    if not series:
        return None
    levels = [Level(f"No search: {one.name}", one.final_regret) for one in known[:1]]
    values = np.concatenate([*(one.y for one in series), [level.value for level in levels]])
    x, y = time_axis(ranking.track, seconds[0]), linear_axis("Normalised regret", values.tolist())
    start, _ = window(ranking.track.budget_seconds)
    what = "of the incumbent, the best architecture so far: 0 for the best known"
    if ranking.table.is_of_fronts:
        what = "of the front: 0 for the reference front"
    return Plot(
        name="regret",
        title="Regret over time",
        caption=f"Mean regret {what}, 1 for the median random architecture. The score is the area "
        "above a line, from where the plot is white.",
        description=_described("Mean regret", series, ".2f"),
        x=x,
        y=y,
        drawn=draw_lines(series, x, y, first=first_of(view) if only is None else only, levels=levels),
        unscored=round(100 * float(x.shares([start])[0]), 1),
    )


def overall_plots(ranking: Ranking) -> Iterator[Plot]:
    """Places, targets, running times and costs, over all releases that count."""
    view = ranking.whole
    plots = [make(ranking, view) for make in (_places, _reached, _running_times)]
    yield from filter(None, [*plots, _costs(view)])


def release_plots(site: Site, ranking: Ranking, board: Board) -> Iterator[Plot]:
    """Medians on one release: as runs are scored, and as it sees them where it is no judge."""
    release, truth = board.release, wording.ground_truth(board.release.truth)
    if board.curves:
        # fronts may be better than the reference front, and incumbents than the best known architecture
        best, quantity = 0.0, "Regret of the front, %"
        if not ranking.table.is_of_fronts:
            best, quantity = best_error(site, release), "Regret, points of error"
        curves = _above(board.curves, best)
        draw = _medians(ranking, f"on-{release.name}", curves, log_axis, quantity)
        yield draw(f"On {release.name}", f"Median of runs; {truth}.")
    if board.own_curves:
        draw = _medians(ranking, f"own-{release.name}", board.own_curves, linear_axis, "Error, %")
        yield draw(
            f"On {release.name}, as it sees itself",
            f"Median of runs by the release, which is not what is scored: it may promise too much; {truth}.",
        )


def best_error(site: Site, release: ReleaseReference) -> float:
    """Error of the best architecture that is known, percent, which regrets start from."""
    return 100 * (1 - site.references[release.release_hash].best_accuracy)


def _above(curves: Iterable[Curve], best: float) -> tuple[Curve, ...]:
    """Errors as distances from the best one, as far as they can be drawn."""
    regrets = []
    for curve in curves:
        low, median, high = (
            np.maximum(errors - best, LEAST_REGRET) for errors in (curve.low, curve.median, curve.high)
        )
        regrets.append(replace(curve, low=low, median=median, high=high))
    return tuple(regrets)


def _medians(
    ranking: Ranking,
    name: str,
    curves: Sequence[Curve],
    make_axis: Callable[[str, Sequence[float]], Axis],
    quantity: str,
) -> Callable[[str, str], Plot]:
    """A plot of medians, with quartiles for those that are chosen; it lacks its title and its caption."""
    series = []
    for curve in curves:
        series.append(Series(curve.entry, curve.name, curve.seconds, curve.median, (curve.low, curve.high)))
    x = time_axis(ranking.track, float(curves[0].seconds[0]))
    y = make_axis(quantity, np.concatenate([one.y for one in series]).tolist())
    drawn = draw_lines(_in_order(series, ranking.whole), x, y, first=first_of(ranking.whole))
    described = _described(f"Median of {quantity}", series, ".2f")
    return lambda title, caption: Plot(name, title, caption, described, x, y, drawn)


def _in_order(series: Iterable[Series], view: View) -> list[Series]:
    """As the ranking has their entries."""
    order = {standing.row.entry: place for place, standing in enumerate(view.standings)}
    return sorted(series, key=lambda one: order[one.entry])


def _named(
    view: View, values_of: Callable[[str], tuple[Array, Array] | None], only: Collection[str] | None = None
) -> list[Series]:
    """Series of the entries of a view, or of some of them, that have values."""
    series = []
    for standing in view.standings:
        if only is not None and standing.row.entry not in only:
            continue
        values = values_of(standing.row.entry)
        if values is not None:
            series.append(Series(standing.row.entry, standing.row.name, *values))
    return series


def _regrets(ranking: Ranking, view: View, entry: str) -> tuple[Array, Array] | None:
    regret = ranking.overall.regret(entry, view.releases)
    return None if regret is None else (ranking.overall.seconds, regret)


def _places(ranking: Ranking, view: View) -> Plot | None:
    entries = [standing.row.entry for standing in view.standings]
    places = ranking.overall.places(entries, view.releases)
    if len(places) < 2:
        return None
    seconds = ranking.overall.seconds
    series = _named(view, lambda entry: (seconds, places[entry]) if entry in places else None)
    x = time_axis(ranking.track, seconds[0])
    y = linear_axis("Mean place", [1, len(places)], is_falling=True, is_cut=True)
    return Plot(
        name="places",
        title="Place over time",
        caption="Mean place among all entries by the regret of what they would return: 1 is best.",
        description=_described("Mean place", series, ".1f"),
        x=x,
        y=y,
        drawn=draw_lines(series, x, y, first=first_of(view)),
    )


def _times(ranking: Ranking, view: View, entry: str) -> Array | None:
    """Times to targets of an entry's runs on all releases that count, shape (runs, targets)."""
    times = []
    for release in view.releases:
        scored = ranking.table.get(entry, release)
        if scored is not None and scored.counts:
            times.append(scored.times)
    return np.concatenate(times) if times else None


def _reached(ranking: Ranking, view: View) -> Plot | None:
    """The empirical distribution of times to targets."""
    seconds = target_moments(ranking.track.budget_seconds)

    def shares(entry: str) -> tuple[Array, Array] | None:
        times = _times(ranking, view, entry)
        return None if times is None else (seconds, 100 * reached_share(times, seconds))

    series = _named(view, shares)
    if not series:
        return None
    x = time_axis(ranking.track, seconds[0])
    y = linear_axis("Targets reached, %", np.concatenate([one.y for one in series]).tolist())
    return Plot(
        name="reached",
        title="Targets reached",
        caption=f"Share of all pairs of a run and one of {len(TARGETS)} targets of regret, from 1 to 0.01, "
        "that were reached by then (empirical cumulative distribution).",
        description=_described("Percent of targets reached", series, ".0f"),
        x=x,
        y=y,
        drawn=draw_lines(series, x, y, first=first_of(view)),
    )


def _running_times(ranking: Ranking, view: View) -> Plot | None:
    """Expected running times to targets."""

    def expected(entry: str) -> tuple[Array, Array] | None:
        times = _times(ranking, view, entry)
        if times is None:
            return None
        seconds = expected_running_time(times, ranking.track.budget_seconds)
        return TARGETS[np.isfinite(seconds)], seconds[np.isfinite(seconds)]

    series = _named(view, expected)
    values = np.concatenate([one.y for one in series]) if series else np.empty(0)
    if not len(values):
        return None
    x = log_axis("Target of regret", np.concatenate([one.x for one in series]).tolist(), is_falling=True)
    y = log_axis("Expected simulated seconds", values.tolist())
    return Plot(
        name="running-times",
        title="Expected running time",
        caption="Seconds that all runs spend for each one that reaches a regret. A line ends where all do.",
        description="Least regret that some run reached: "
        + "; ".join(f"{one.name} {one.x[-1]:.2f}" for one in series if len(one.x)),
        x=x,
        y=y,
        drawn=draw_lines(series, x, y, first=first_of(view)),
    )


def _costs(view: View) -> Plot | None:
    """Scores against what the optimizers themselves take."""
    series = []
    for standing in view.standings:
        row = standing.row
        if row.score is not None and row.cpu_seconds > 0:
            series.append(
                Series(row.entry, row.name, np.array([row.cpu_seconds]), np.array([row.score.value]))
            )
    if not series:
        return None
    x = log_axis("Processor seconds of a run", np.concatenate([one.x for one in series]).tolist())
    y = linear_axis("Score", np.concatenate([one.y for one in series]).tolist())
    return Plot(
        name="costs",
        title="Score and processor time",
        caption="Score against the processor time that the optimizer itself takes for a run.",
        description="; ".join(f"{one.name}: {one.x[0]:.1f} s, score {one.y[0]:.1f}" for one in series),
        x=x,
        y=y,
        drawn=draw_dots(series, x, y, first=first_of(view)),
        is_of_dots=True,
    )


def _described(what: str, series: Iterable[Series], form: str) -> str:
    """For those who cannot see a plot: where its lines end."""
    ends = "; ".join(f"{one.name} {one.y[-1]:{form}}" for one in series)
    return f"{what} in the end: {ends}."
