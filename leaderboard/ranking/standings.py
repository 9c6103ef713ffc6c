"""The ranking: pure functions from runs to standings, pairs, boards and anytime curves.

What is scored is the noise-free ensemble mean of the incumbent against a release's frozen references,
so that a new entry never moves another's score. How sure the order is tell rank intervals and tie
groups; what the optimizer observed, best of thousands of noisy values, stands beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leaderboard.errors import BoardError
from leaderboard.ranking import statistics
from leaderboard.ranking.curves import Curve, curve, true_means
from leaderboard.ranking.naming import names_of
from leaderboard.ranking.references import Reference, reference_of
from leaderboard.ranking.scores import (
    anytime_score,
    expected_running_time,
    final_error,
    target_times,
)
from leaderboard.ranking.selection import Scope, Unfinished, finished, releases_of, scopes_of, select
from leaderboard.ranking.statistics import Estimate, estimate, estimates
from leaderboard.runs.key import Track
from leaderboard.runs.record import ReleaseReference, Run
from leaderboard.sandbox.messages import Verdict
from nb301 import exact

Array = NDArray[np.float64]

#: The entry that speed-up is measured against.
BASELINE = "rs"
#: Final errors that differ by less, in points of error, are equivalent in practice: about a third of the
#: standard deviation between trainings of one architecture (Section 3.3).
EQUIVALENT = 0.05
#: Of so many entries all pairs are listed; of more those that are near each other in the order.
_ALL_PAIRS, _NEAR = 60, 5


@dataclass(frozen=True, slots=True)
class Row:
    """One entry on one board, or on all; errors are validation errors in percent."""

    entry: str
    #: For people; no two entries have names that look alike.
    name: str
    version: str
    reference: str
    #: The ranks that the data allow, from 1; None for an entry that does not count here.
    ranks: tuple[int, int] | None
    #: Anytime score, see `measures.anytime_score`: mean over seeds, and over the releases that count.
    score: Estimate | None
    #: The same by what the optimizer observed.
    observed_score: float
    #: In the end, noise-free, and as the optimizer observed it; medians over seeds.
    error: float
    observed_error: float
    #: Mean final error above the best known one, points.
    regret: float
    #: Evaluations that ended within the budget, median.
    evaluations: int
    #: Share of runs that did not end as `completed`.
    crash_rate: float
    #: Processor seconds of the submission's own process, mean of a run.
    cpu_seconds: float
    #: Share of its queries that were far from the releases' tables; None where that is not known.
    unfamiliar: float | None
    #: How many times faster than random search it reaches what that ends with: the ratio of expected
    #: running times, geometric mean over releases; None where one of them never does.
    speed_up: float | None
    #: Families that it shares with the release's surrogate, which is why it does not count.
    conflicts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Board:
    """All entries on one release."""

    release: ReleaseReference
    budget_seconds: float
    seeds: tuple[int, ...]
    #: Best first; those that do not count come last.
    rows: tuple[Row, ...]
    curves: tuple[Curve, ...]
    #: The same incumbents by the ground truth, as far as it can be asked: see `curves.true_means`.
    true_curves: tuple[Curve, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """One entry over all releases that count for it."""

    row: Row
    #: Mean score on each release, in the order of the ranking's; None where it has no runs.
    scores: tuple[float | None, ...]
    #: Lowest of those that count; None where none does.
    worst: float | None
    #: All-data releases minus random-only ones, over the families that it has both of.
    all_minus_random: Estimate | None
    #: Tree releases minus graph-network ones, over the tables that it has both of.
    xgb_minus_gin: Estimate | None


@dataclass(frozen=True, slots=True)
class Pair:
    """Two entries on the releases that count for both; differences are those of one minus other."""

    one: str
    other: str
    #: Of scores.
    difference: Estimate
    #: Of final errors, points.
    error_difference: Estimate
    #: Of the signed-rank test on scores, alone and corrected for all pairs.
    p: float
    p_holm: float
    #: Share of seeds on which one has the higher score; ties count half.
    wins: float
    #: Whether the interval of final errors lies within `EQUIVALENT`.
    equivalent: bool
    #: See `statistics.seeds_needed`.
    seeds_needed: int | None


@dataclass(frozen=True, slots=True)
class View:
    """The ranking over some releases of a track."""

    releases: tuple[ReleaseReference, ...]
    #: Best first.
    standings: tuple[Standing, ...]
    #: Of entries that count, each once, in the order of the standings; of more than `_ALL_PAIRS` entries
    #: those at most `_NEAR` apart. Tests are corrected for all pairs.
    pairs: tuple[Pair, ...]
    #: Entries of which no two are told apart, longest groups of neighbours.
    tie_groups: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Ranking:
    """Everything that is computed from runs of one track."""

    track: Track
    seeds: tuple[int, ...]
    #: That of all releases comes first.
    views: Mapping[Scope, View]
    #: One for each release.
    boards: tuple[Board, ...]
    #: The runs that it rests on.
    runs: tuple[Run, ...]
    #: What is passed over until it has run with all seeds.
    unfinished: tuple[Unfinished, ...]

    @property
    def whole(self) -> View:
        """The view of all releases."""
        return self.views[Scope()]


@dataclass(frozen=True, slots=True)
class _Of:
    """One entry on one release."""

    #: For people, see `naming`.
    name: str
    runs: tuple[Run, ...]
    #: Shape (seeds,).
    scores: Array
    errors: Array

    @property
    def counts(self) -> bool:
        return not self.runs[0].conflicts


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
    given = list(runs)
    found, unfinished = finished(select(given, track))
    if not found:
        raise BoardError(
            f"there is no run to rank among {len(given)} on the track {track.slug} that were sealed off: "
            "make some with `python -m leaderboard run`"
        )
    releases = releases_of(found)
    table = _table(found, references, names_of(given))
    scopes = {scope: tuple(filter(scope.holds, releases)) for scope in scopes_of(releases)}
    means = true_means(found)
    # scopes may hold the same releases
    views = {
        of: _view(of, table, references)
        for of in dict.fromkeys([*scopes.values(), *((release,) for release in releases)])
    }
    return Ranking(
        track=track,
        seeds=tuple(run.cell.seed for run in next(iter(table.values())).runs),
        views={scope: views[of] for scope, of in scopes.items()},
        boards=tuple(_board(views[(release,)], table, means) for release in releases),
        runs=tuple(found),
        unfinished=tuple(unfinished),
    )


#: By entry and release.
_Table = Mapping[tuple[str, str], _Of]


def _table(runs: Sequence[Run], references: Mapping[str, Reference], names: Mapping[str, str]) -> _Table:
    grouped: dict[tuple[str, str], list[Run]] = {}
    for run in runs:
        grouped.setdefault((run.cell.submission, run.release.name), []).append(run)
    table = {}
    for key, of_key in grouped.items():
        reference = reference_of(of_key[0].release.release_hash, key[1], references)
        scores = np.array([anytime_score(run, reference) for run in of_key])
        errors = np.array([final_error(run, reference) for run in of_key])
        table[key] = _Of(names[key[0]], tuple(of_key), scores, errors)
    return table


def _view(releases: tuple[ReleaseReference, ...], table: _Table, references: Mapping[str, Reference]) -> View:
    names = {release.name for release in releases}
    entries = sorted({entry for entry, name in table if name in names})
    standings = _standings(entries, releases, table, references)
    order = [each.row.entry for each in standings if each.row.ranks is not None]
    pairs, tie_groups = _pairs(order, releases, table)
    return View(releases, standings, pairs, tie_groups)


def _standings(
    entries: Sequence[str],
    releases: Sequence[ReleaseReference],
    table: _Table,
    references: Mapping[str, Reference],
) -> tuple[Standing, ...]:
    scores = {entry: _scores(entry, releases, table) for entry in entries}
    ranks = _ranks(scores)
    found = []
    for entry in entries:
        of_entry = [table.get((entry, release.name)) for release in releases]
        present = [each for each in of_entry if each is not None]
        counted = [each for each in present if each.counts] or present
        row = _row(counted, ranks.get(entry), table, references)
        means = [float(exact.mean(each.scores)) for each in present if each.counts]
        found.append(
            Standing(
                row=row,
                scores=tuple(None if each is None else float(exact.mean(each.scores)) for each in of_entry),
                worst=min(means, default=None),
                all_minus_random=_contrast(scores[entry], releases, _are_all_and_random),
                xgb_minus_gin=_contrast(scores[entry], releases, _are_xgb_and_gin),
            )
        )
    behind = _beaten_by(scores)
    return tuple(sorted(found, key=lambda each: _order(each.row, behind[each.row.entry])))


def _board(view: View, table: _Table, means: Mapping[str, Sequence[float]]) -> Board:
    """What there is of one release beside its view; `means` are those of `true_means`."""
    (release,), rows = view.releases, tuple(standing.row for standing in view.standings)
    present = [table[row.entry, release.name] for row in sorted(rows, key=lambda row: row.entry)]
    if not any(run.evaluations for each in present for run in each.runs):
        raise BoardError(
            f"{release.name}: no run has evaluated anything: look at the verdicts in their run.json"
        )
    by_truth = [each for each in present if all(run.cell.id in means for run in each.runs)]
    return Board(
        release=release,
        budget_seconds=present[0].runs[0].cell.budget_seconds,
        seeds=tuple(run.cell.seed for run in present[0].runs),
        rows=rows,
        curves=_drawn(curve(each.runs, name=each.name) for each in present),
        true_curves=_drawn(curve(each.runs, means=means, name=each.name) for each in by_truth),
    )


def _drawn(curves: Iterable[Curve]) -> tuple[Curve, ...]:
    return tuple(each for each in curves if len(each.seconds))


def _row(
    cells: Sequence[_Of],
    ranks: tuple[int, int] | None,
    table: _Table,
    references: Mapping[str, Reference],
) -> Row:
    """Sum one entry's runs on some releases up."""
    runs = [(run, references[run.release.release_hash]) for each in cells for run in each.runs]
    first, support = runs[0][0], [run.support for run, _ in runs if run.support is not None]
    best = np.repeat(
        [100 * (1 - references[_hash(each)].best_accuracy) for each in cells], len(cells[0].runs)
    )
    errors = np.concatenate([each.errors for each in cells])
    return Row(
        entry=first.cell.submission,
        name=cells[0].name,
        version=first.entry.version,
        reference=first.entry.reference,
        ranks=ranks,
        score=None
        if ranks is None
        else estimate(exact.mean(np.array([each.scores for each in cells]), axis=0)),
        observed_score=_mean([anytime_score(run, ref, observed=True) for run, ref in runs]),
        error=float(np.median(errors)),
        observed_error=float(np.median([final_error(run, ref, observed=True) for run, ref in runs])),
        regret=float(exact.mean(errors - best)),
        evaluations=int(np.median([run.evaluations for run, _ in runs])),
        crash_rate=float(np.mean([run.verdict is not Verdict.completed for run, _ in runs])),
        cpu_seconds=_mean([run.usage.cpu_seconds for run, _ in runs]),
        unfamiliar=sum(s.unfamiliar for s in support) / sum(s.queries for s in support) if support else None,
        speed_up=_speed_up(cells, table, references),
        conflicts=tuple(sorted({family for each in cells for family in each.runs[0].conflicts})),
    )


def _speed_up(cells: Sequence[_Of], table: _Table, references: Mapping[str, Reference]) -> float | None:
    logarithms = []
    for each in cells:
        baseline = table.get((BASELINE, each.runs[0].release.name))
        if baseline is None:
            return None
        reference, budget = references[_hash(each)], each.runs[0].cell.budget_seconds
        # half of random search's runs reach the median of what they end with
        target = reference.regret(np.array([1 - np.median(baseline.errors) / 100]))
        times = (
            np.array([target_times(run, reference, target) for run in of.runs]) for of in (baseline, each)
        )
        theirs, ours = (expected_running_time(of, budget)[0] for of in times)
        if not np.isfinite(theirs) or not np.isfinite(ours):
            return None
        logarithms.append(exact.log(theirs / ours))
    return exact.exp(_mean(logarithms))


def _mean(values: Sequence[float]) -> float:
    return float(exact.mean(np.array(values)))


def _pairs(
    order: Sequence[str], releases: Sequence[ReleaseReference], table: _Table
) -> tuple[tuple[Pair, ...], tuple[tuple[str, ...], ...]]:
    """Pairs of entries in their order, and the groups of neighbours that no test tells apart."""
    if not order:
        return (), ()
    differences, errors = (
        statistics.paired_differences(
            np.array([_scores(entry, releases, table, of_errors=of_errors) for entry in order])
        )
        for of_errors in (False, True)
    )
    p_values = statistics.signed_rank_p(differences)
    corrected = statistics.holm(p_values)
    first, second = np.triu_indices(len(order), 1)
    matrix = np.ones((len(order), len(order)))
    matrix[first, second] = matrix[second, first] = corrected
    groups = tuple(tuple(order[start : end + 1]) for start, end in statistics.tie_groups(matrix))
    listed = np.flatnonzero((second - first <= _NEAR) | (len(order) <= _ALL_PAIRS))
    pairs = tuple(
        Pair(
            one=order[first[index]],
            other=order[second[index]],
            difference=difference,
            error_difference=error,
            p=float(p_values[index]),
            p_holm=float(corrected[index]),
            wins=float(np.mean(np.sign(differences[index]) / 2 + 0.5)),
            equivalent=error.low > -EQUIVALENT and error.high < EQUIVALENT,
            seeds_needed=statistics.seeds_needed(differences[index], len(differences)),
        )
        for index, difference, error in zip(
            listed.tolist(), estimates(differences[listed]), estimates(errors[listed]), strict=True
        )
    )
    return pairs, groups


def _scores(
    entry: str, releases: Sequence[ReleaseReference], table: _Table, *, of_errors: bool = False
) -> Array:
    """Scores, or final errors, of an entry: shape (releases, seeds), NaN where it does not count."""
    n_seeds = len(next(iter(table.values())).runs)
    rows = []
    for release in releases:
        each = table.get((entry, release.name))
        counts = each is not None and each.counts
        rows.append(
            (each.errors if of_errors else each.scores) if each and counts else np.full(n_seeds, np.nan)
        )
    return np.array(rows)


def _ranks(scores: Mapping[str, Array]) -> dict[str, tuple[int, int]]:
    """Rank intervals of the entries that count anywhere."""
    counted = {entry: each for entry, each in scores.items() if not np.isnan(each).all()}
    if not counted:
        return {}
    return dict(zip(counted, statistics.rank_intervals(np.array(list(counted.values()))), strict=True))


def _beaten_by(scores: Mapping[str, Array]) -> dict[str, int]:
    """How many others have the higher mean on the releases that both count on, by entry."""
    first, second = np.triu_indices(len(scores), 1)
    means = exact.mean(statistics.paired_differences(np.array(list(scores.values()))))
    beaten = np.zeros(len(scores), dtype=int)
    np.add.at(beaten, first, means < 0)
    np.add.at(beaten, second, means > 0)
    return dict(zip(scores, beaten.tolist(), strict=True))


def _order(row: Row, behind: int) -> tuple[bool, int, float, str]:
    return row.ranks is None, behind, -(row.score.value if row.score else row.observed_score), row.entry


def _contrast(
    scores: Array,
    releases: Sequence[ReleaseReference],
    are_opposite: Callable[[ReleaseReference, ReleaseReference], bool],
) -> Estimate | None:
    """Mean difference of an entry's scores over the opposite pairs of releases that both count."""
    differences = [
        of_one - of_other
        for one, of_one in zip(releases, scores, strict=True)
        for other, of_other in zip(releases, scores, strict=True)
        if are_opposite(one, other) and not np.isnan(of_one - of_other).any()
    ]
    return estimate(exact.mean(np.array(differences), axis=0)) if differences else None


def _are_all_and_random(one: ReleaseReference, other: ReleaseReference) -> bool:
    return one.family == other.family and other.random_only > one.random_only


def _are_xgb_and_gin(one: ReleaseReference, other: ReleaseReference) -> bool:
    return one.random_only == other.random_only and (one.family, other.family) == ("xgb", "gin")


def _hash(each: _Of) -> str:
    return each.runs[0].release.release_hash
