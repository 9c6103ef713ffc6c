"""The ranking: pure functions from runs to standings, pairs, boards and anytime curves.

The incumbent's noise-free accuracy, by the ground truth where that can be asked, is scored against frozen
references, so that a new entry never moves another's score. Rank intervals and tie groups tell how sure the
order is; what the optimizer observed, the best of thousands of noisy values, stands beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, product

import numpy as np
from numpy.typing import NDArray

from leaderboard.errors import BoardError
from leaderboard.problems import Problem
from leaderboard.ranking import statistics
from leaderboard.ranking.curves import Curve, curve
from leaderboard.ranking.naming import names_of
from leaderboard.ranking.overall import Overall, overall
from leaderboard.ranking.pairs import Pair, compare
from leaderboard.ranking.references import Reference
from leaderboard.ranking.rows import Row, row_of
from leaderboard.ranking.scored import ScoreTable, score_runs
from leaderboard.ranking.selection import Scope, Unfinished, finished, releases_of, scopes_of, select
from leaderboard.ranking.statistics import Estimate, estimate
from leaderboard.runs.key import Track
from leaderboard.runs.record import ReleaseReference, Run
from leaderboard.runs.releases import can_be_asked
from nb301 import exact

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Board:
    """All entries on one release."""

    release: ReleaseReference
    budget_seconds: float
    seeds: tuple[int, ...]
    #: Best first; those that do not count come last.
    rows: tuple[Row, ...]
    curves: tuple[Curve, ...]
    #: The same incumbents as the release itself sees them, where they are scored by the ground truth.
    own_curves: tuple[Curve, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """One entry over all releases that count for it."""

    row: Row
    #: Mean score on each release, in the order of the ranking's; None where it has no runs.
    scores: tuple[float | None, ...]
    #: Lowest of those that count; None where none does.
    worst: float | None
    #: All-data releases minus random-only ones on one ground truth, over the families that it has both of.
    all_minus_random: Estimate | None
    #: Tree releases minus graph-network ones, over the tables that it has both of.
    xgb_minus_gin: Estimate | None


@dataclass(frozen=True, slots=True)
class View:
    """The ranking over some releases of a track."""

    releases: tuple[ReleaseReference, ...]
    #: Best first.
    standings: tuple[Standing, ...]
    #: Of entries that count, each once, in the order of the standings, see `pairs.compare`.
    pairs: tuple[Pair, ...]
    #: Entries of which no two are told apart, longest groups of neighbours.
    tie_groups: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Ranking:
    """All that is computed from runs of one track."""

    track: Track
    #: What it rests on.
    table: ScoreTable
    #: That of all releases comes first.
    views: Mapping[Scope, View]
    #: One for each release.
    boards: tuple[Board, ...]
    #: At every moment.
    overall: Overall
    #: What is passed over until it has run with all seeds.
    unfinished: tuple[Unfinished, ...]

    @property
    def seeds(self) -> tuple[int, ...]:
        """Of each entry on each release."""
        return self.table.seeds

    @property
    def runs(self) -> tuple[Run, ...]:
        """The runs that it rests on, by entry, release and seed."""
        return tuple(chain.from_iterable(scored.runs for scored in self.table.scored.values()))

    @property
    def whole(self) -> View:
        """The view of all releases."""
        return self.views[Scope()]


def rank(runs: Iterable[Run], references: Mapping[str, Reference], track: Track) -> Ranking:
    """Rank runs.

    Args:
        runs: Of any tracks and generations: of each entry on each release those of the generation
            with most seeds are taken, and of several such those that ran last.
        references: By release hash.
        track: Whose runs are ranked.

    Raises:
        BoardError: There is no run that can be ranked, or runs cannot be compared.
        UnknownReference: A release has no references.
    """
    all_runs = list(runs)
    ranked, unfinished = finished(select(all_runs, track))
    if not ranked:
        raise BoardError(
            f"there is no run to rank among {len(all_runs)} on the track {track.slug} that were sealed off: "
            "make some with `python -m leaderboard run`"
        )
    releases = releases_of(ranked)
    table = score_runs(ranked, references, names_of(all_runs))
    views: dict[tuple[ReleaseReference, ...], View] = {}
    by_scope = {}
    for scope in scopes_of(releases):
        held = tuple(filter(scope.holds, releases))
        if held not in views:  # scopes may hold the same releases
            views[held] = _view(held, table)
        by_scope[scope] = views[held]
    boards = []
    for release in releases:
        view = views.get((release,)) or _view((release,), table)
        boards.append(_board(view, table))
    return Ranking(
        track=track,
        table=table,
        views=by_scope,
        boards=tuple(boards),
        overall=overall(table, track.budget_seconds),
        unfinished=tuple(unfinished),
    )


def _view(releases: tuple[ReleaseReference, ...], table: ScoreTable) -> View:
    scores = {entry: table.scores(entry, releases) for entry in table.entries(releases)}
    behind = _beaten_by(scores)
    counted = {entry: _mean(rows) for entry, rows in scores.items() if not np.isnan(rows).all()}
    order = sorted(counted, key=lambda entry: (behind[entry], -counted[entry], entry))
    comparison = compare(order, releases, table)
    ranked: list[Standing] = []
    others: list[Standing] = []
    for entry in (*order, *sorted(scores.keys() - counted)):
        standing = _standing(entry, scores[entry], comparison.ranks.get(entry), releases, table)
        (ranked if entry in counted else others).append(standing)
    others.sort(key=lambda standing: -standing.row.observed_score)
    return View(releases, (*ranked, *others), comparison.pairs, comparison.tie_groups)


def _mean(rows: Array) -> float:
    """Of scores on the releases that count, shape (releases, seeds)."""
    return float(exact.mean(rows[~np.isnan(rows).any(axis=1)].ravel()))


def _standing(
    entry: str,
    scores: Array,
    ranks: tuple[int, int] | None,
    releases: Sequence[ReleaseReference],
    table: ScoreTable,
) -> Standing:
    """The standing of an entry; its `scores` have shape (releases, seeds)."""
    means: list[float | None] = []
    counted_means, present, counted = [], [], []
    for release in releases:
        scored = table.get(entry, release)
        if scored is None:
            means.append(None)
            continue
        mean = float(exact.mean(scored.scores))
        means.append(mean)
        present.append(scored)
        if scored.counts:
            counted_means.append(mean)
            counted.append(scored)
    return Standing(
        row=row_of(counted or present, ranks, table),
        scores=tuple(means),
        worst=min(counted_means, default=None),
        all_minus_random=_contrast(scores, releases, _are_all_and_random),
        xgb_minus_gin=_contrast(scores, releases, _are_xgb_and_gin),
    )


def _board(view: View, table: ScoreTable) -> Board:
    """What there is of one release beside its view."""
    (release,), rows = view.releases, tuple(standing.row for standing in view.standings)
    runs_by_entry = [table.scored[entry, release.name] for entry in table.entries(view.releases)]
    curves, own_curves = [], []
    for scored in runs_by_entry:
        curves.append(curve(scored.runs, scored.reference, name=scored.name))
        if can_be_asked(release.truth) and scored.runs[0].cell.problem is not Problem.multi_objective:
            own_curves.append(curve(scored.runs, scored.reference, judged=False, name=scored.name))
    return Board(
        release=release,
        budget_seconds=runs_by_entry[0].runs[0].cell.budget_seconds,
        seeds=table.seeds,
        rows=rows,
        curves=_drawn(curves),
        own_curves=_drawn(own_curves),
    )


def _drawn(curves: Iterable[Curve]) -> tuple[Curve, ...]:
    return tuple(curve for curve in curves if len(curve.seconds))


def _beaten_by(scores: Mapping[str, Array]) -> dict[str, int]:
    """How many others have the higher mean on the releases that both count on, by entry."""
    first, second = np.triu_indices(len(scores), 1)
    means = exact.mean(statistics.paired_differences(np.array(list(scores.values()))))
    beaten = np.zeros(len(scores), dtype=int)
    np.add.at(beaten, first, means < 0)
    np.add.at(beaten, second, means > 0)
    return dict(zip(scores, beaten.tolist(), strict=True))


def _contrast(
    scores: Array,
    releases: Sequence[ReleaseReference],
    are_opposite: Callable[[ReleaseReference, ReleaseReference], bool],
) -> Estimate | None:
    """Mean difference of an entry's scores over the opposite pairs of releases that both count."""
    differences = []
    for (one, one_scores), (other, other_scores) in product(zip(releases, scores, strict=True), repeat=2):
        difference = one_scores - other_scores
        if are_opposite(one, other) and not np.isnan(difference).any():
            differences.append(difference)
    return estimate(exact.mean(np.array(differences), axis=0)) if differences else None


def _are_all_and_random(one: ReleaseReference, other: ReleaseReference) -> bool:
    alike = one.truth == other.truth and one.family == other.family
    return alike and other.random_only > one.random_only


def _are_xgb_and_gin(one: ReleaseReference, other: ReleaseReference) -> bool:
    alike = one.truth == other.truth and one.random_only == other.random_only
    return alike and (one.family, other.family) == ("xgb", "gin")
