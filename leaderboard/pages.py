"""What the page shows: dataclasses for the template, numbers already formatted for people."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from leaderboard.charts import SIZES, SUPERSCRIPTS, THEMES
from leaderboard.drawing import draw_cell
from leaderboard.examination import ALL, Judgement
from leaderboard.inference import ALPHA, Estimate, smallest_p
from leaderboard.measures import final_genotype
from leaderboard.ranking import Board, Pair, Ranking, Row, Standing
from leaderboard.report import Claim, Report
from leaderboard.store import ReleaseReference, Run
from nb301.cost import cost_many
from nb301.space import Genotype, to_codes

#: Verdicts are told by a sign and a word, never by colour alone.
_SIGNS = {"holds": "✓", "fails": "✗", "undecided": "?", "not run": "○", "not applicable": "\N{EN DASH}"}
_SECONDS_PER_DAY = 86_400


@dataclass(frozen=True, slots=True)
class RowView:
    """A line of the ranking; errors in percent, without the sign."""

    #: Empty for an entry that does not count.
    places: str
    name: str
    reference: str
    score: str
    interval: str
    error: str
    observed_error: str
    evaluations: str
    #: Why it does not count, or empty.
    note: str


@dataclass(frozen=True, slots=True)
class StandingView:
    """A line of the ranking over all releases."""

    row: RowView
    #: Score on each release, `not counted` ones in brackets.
    scores: tuple[str, ...]
    worst: str
    observed_score: str
    all_minus_random: str
    xgb_minus_gin: str
    speed_up: str
    crash_rate: str
    cpu_seconds: str
    unfamiliar: str


@dataclass(frozen=True, slots=True)
class PairView:
    """Two entries."""

    names: tuple[str, str]
    difference: str
    interval: str
    p: str
    #: What follows from it.
    verdict: str
    seeds_needed: str


@dataclass(frozen=True, slots=True)
class JudgedView:
    """What was found on one release, as all judges see it."""

    found_on: str
    #: Error by each judge, and how much worse that is; in the order of the page's judges.
    errors: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Best:
    """The best architecture of a board, and where it comes from."""

    genotype: str
    #: The same, cut where a line may break.
    pieces: tuple[str, ...]
    #: Inline SVG, escaped.
    normal: str
    reduce: str
    entry: str
    seed: int
    error: str
    parameters: str
    multiply_adds: str


@dataclass(frozen=True, slots=True)
class BoardView:
    """Everything that the page shows of one release."""

    release: ReleaseReference
    #: Such as `All-data release`, and what that means.
    kind: str
    meaning: str
    #: Stands beside every number, table and plot.
    truth: str
    is_emulated: bool
    rows: tuple[RowView, ...]
    #: Sentence for those who cannot see the plot.
    plot_alt: str
    best: Best
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class ClaimCell:
    """One claim about one release."""

    verdict: str
    sign: str
    #: Statistic with value and interval; what was asked of it; empty where nothing was measured.
    measured: str
    needed: str
    #: Why nothing was measured.
    note: str


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """One claim about all releases."""

    statement: str
    source: str
    reason: str
    cells: tuple[ClaimCell, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """The page."""

    boards: tuple[BoardView, ...]
    standings: tuple[StandingView, ...]
    pairs: tuple[PairView, ...]
    judges: tuple[str, ...]
    judged: tuple[JudgedView, ...]
    claims: tuple[ClaimRow, ...]
    #: Whether a validation report was given.
    has_report: bool
    n_seeds: int
    budget: str
    budget_days: str
    #: Smallest p-value that the seeds allow, and whether it is below 5 %.
    smallest_p: str
    can_be_significant: bool
    versions: str


def make_page(ranking: Ranking, judgements: Sequence[Judgement], report: Report | None) -> Page:
    """Put the page together.

    Args:
        ranking: Of at least one run.
        judgements: Of the cross-examination.
        report: Of the validation, if there is one.
    """
    runs, n_seeds = ranking.runs, len(ranking.seeds)
    budgets = sorted({board.budget_seconds for board in ranking.boards})
    versions = {
        f"{name} {getattr(run.origin, name)}" for run in runs for name in ("nb301", "numpy", "python")
    }
    names = {each.row.entry: each.row.name for each in ranking.standings}
    judges = tuple(dict.fromkeys(each.judge for each in judgements))
    return Page(
        boards=tuple(_board(board, runs) for board in ranking.boards),
        standings=tuple(_standing(each) for each in ranking.standings),
        pairs=tuple(_pair(pair, names) for pair in ranking.pairs),
        judges=judges,
        judged=_judged(judgements, judges),
        claims=_claims([board.release for board in ranking.boards], report),
        has_report=report is not None,
        n_seeds=n_seeds,
        budget=" or ".join(_seconds(budget) for budget in budgets),
        budget_days=" or ".join(f"{budget / _SECONDS_PER_DAY:,.3g}" for budget in budgets),
        smallest_p=f"{smallest_p(n_seeds):.3g}",
        can_be_significant=smallest_p(n_seeds) < ALPHA,
        versions=", ".join(sorted(versions)),
    )


def chart_path(release: str, theme: str, size: str) -> str:
    """Where a plot lies in the site."""
    if theme not in THEMES or size not in SIZES:
        raise ValueError(f"no plot in theme {theme!r} and size {size!r}")
    return f"charts/{release}-{theme}-{size}.svg"


def run_path(run: Run) -> str:
    """Where a run's record lies in the site."""
    return f"data/runs/{run.cell.submission}/{run.release.name}-{run.cell.seed}-{run.cell.id[:12]}.json"


def _board(board: Board, runs: Sequence[Run]) -> BoardView:
    release = board.release
    rand = release.random_only
    return BoardView(
        release=release,
        kind="Random-only release" if rand else "All-data release",
        meaning="fitted on random search\N{RIGHT SINGLE QUOTATION MARK}s architectures alone"
        if rand
        else "fitted on the architectures of all optimizers",
        truth=_truth(release.truth),
        is_emulated=_is_emulated(release.truth),
        rows=tuple(_row(row) for row in board.rows),
        plot_alt=_plot_alt(board),
        best=_best(board.best, board.best_error),
        runs=tuple(run for run in runs if run.release == release),
    )


def _truth(truth: str) -> str:
    return f"ground truth: {truth}" + (", not CIFAR-10" if _is_emulated(truth) else "")


def _is_emulated(truth: str) -> bool:
    return truth.startswith("emulated")


def _row(row: Row) -> RowView:
    return RowView(
        places=_places(row.ranks),
        name=row.name,
        reference=row.reference,
        score="\N{EN DASH}" if row.score is None else f"{row.score.value:.2f}",
        interval="" if row.score is None else _range(row.score),
        error=f"{row.error:.2f}",
        observed_error=f"{row.observed_error:.2f}",
        evaluations=f"{row.evaluations:,}",
        note=f"not counted: fits {', '.join(row.conflicts)} as the release does" if row.ranks is None else "",
    )


def _standing(standing: Standing) -> StandingView:
    row = standing.row
    return StandingView(
        row=_row(row),
        scores=tuple("\N{EN DASH}" if score is None else f"{score:.2f}" for score in standing.scores),
        worst=_known(standing.worst, ".2f"),
        observed_score=f"{row.observed_score:.2f}",
        all_minus_random=_difference(standing.all_minus_random),
        xgb_minus_gin=_difference(standing.xgb_minus_gin),
        speed_up=_known(row.speed_up, ".2g"),
        crash_rate=f"{row.crash_rate:.0%}",
        cpu_seconds=f"{row.cpu_seconds:,.1f}",
        unfamiliar=_known(row.unfamiliar, ".0%"),
    )


def _pair(pair: Pair, names: Mapping[str, str]) -> PairView:
    told_apart = pair.p_holm < ALPHA
    verdict = "told apart" if told_apart else "not told apart"
    if pair.equivalent:
        verdict += ", final errors equivalent"
    return PairView(
        names=(names[pair.one], names[pair.other]),
        difference=f"{pair.difference.value:+.2f}",
        interval=_range(pair.difference),
        p=f"{pair.p_holm:.2g}",
        verdict=verdict,
        seeds_needed="\N{EN DASH}" if pair.seeds_needed is None else f"{pair.seeds_needed:,}",
    )


def _judged(judgements: Sequence[Judgement], judges: Sequence[str]) -> tuple[JudgedView, ...]:
    by = {(each.found_on, each.judge): each for each in judgements if each.entry == ALL}
    found_on = dict.fromkeys(each.found_on for each in judgements)
    return tuple(
        JudgedView(
            name,
            tuple((f"{by[name, judge].error:.2f}", f"{by[name, judge].worse:+.2f}") for judge in judges),
        )
        for name in found_on
    )


def _places(ranks: tuple[int, int] | None) -> str:
    if ranks is None:
        return "\N{EN DASH}"
    first, last = ranks
    return str(first) if first == last else f"{first}\N{EN DASH}{last}"


def _range(estimate: Estimate) -> str:
    """An interval; open where seeds are too few."""
    if not math.isfinite(estimate.low + estimate.high):
        return "too few runs"
    return f"{estimate.low:.2f} to {estimate.high:.2f}"


def _difference(estimate: Estimate | None) -> str:
    return "\N{EN DASH}" if estimate is None else f"{estimate.value:+.2f} ({_range(estimate)})"


def _known(value: float | None, form: str) -> str:
    return "\N{EN DASH}" if value is None else format(value, form)


def _plot_alt(board: Board) -> str:
    ends = "; ".join(f"{row.name} ends at {row.error:.2f} %" for row in board.rows)
    return (
        f"Validation error of the incumbent over simulated wallclock on {board.release.name} "
        f"({_truth(board.release.truth)}). Medians: {ends}."
    )


def _best(run: Run, error: float) -> Best:
    text = str(final_genotype(run))
    genotype = Genotype.parse(text)
    parameters, multiply_adds = cost_many(to_codes([genotype]))[0]
    name = run.release.name
    return Best(
        genotype=text,
        pieces=tuple(re.split(r"(?<=[/,])", text)),
        normal=draw_cell(genotype.normal, f"Normal cell of the best architecture on {name}"),
        reduce=draw_cell(genotype.reduce, f"Reduction cell of the best architecture on {name}"),
        entry=run.entry.name,
        seed=run.cell.seed,
        error=f"{error:.2f}",
        parameters=f"{parameters / 1e6:.2f}",
        multiply_adds=f"{multiply_adds / 1e6:,.0f}",
    )


def _claims(releases: Sequence[ReleaseReference], report: Report | None) -> tuple[ClaimRow, ...]:
    validated = {} if report is None else {found.release_hash: found for found in report.releases}
    # in the order in which the report first names them
    declared = {
        c.id: c
        for found in reversed(validated.values())
        for c in reversed(found.claims)
        if c.kind == "gate"  # the many comparisons are in the report card
    }
    rows = []
    for claim_id, claim in reversed(declared.items()):
        cells = []
        for release in releases:
            found = validated.get(release.release_hash)
            of_release = {c.id: c for c in found.claims} if found else {}
            cells.append(_claim_cell(of_release.get(claim_id), has_release=found is not None))
        rows.append(ClaimRow(claim.statement, claim.source, claim.reason, tuple(cells)))
    return tuple(rows)


def _claim_cell(claim: Claim | None, *, has_release: bool) -> ClaimCell:
    if claim is None:
        note = "not in the report for this release" if has_release else "this release is not in the report"
        return ClaimCell("not run", _SIGNS["not run"], "", "", note)
    symbol = claim.symbol.replace("R2", "R²")
    measured = "" if claim.value is None else f"{symbol} {claim.value:.3f}"
    if measured and claim.interval is not None and claim.interval[0] != claim.interval[1]:
        measured += f" ({claim.interval[0]:.3f}\N{EN DASH}{claim.interval[1]:.3f})"
    sign = "≥" if claim.direction == "at_least" else "≤"
    note = "" if claim.n is None else f"n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{claim.n:,}"
    if claim.ceiling is not None:
        note += f"; a perfect model would reach {claim.ceiling:.3f}"
    needed = f"{symbol} {sign} {claim.threshold:g} {claim.unit}".strip()
    return ClaimCell(claim.verdict, _SIGNS[claim.verdict], measured, needed, note)


def _seconds(seconds: float) -> str:
    mantissa, exponent = f"{seconds:.2e}".split("e")
    mantissa = mantissa.rstrip("0").rstrip(".")
    power = "10" + "".join(SUPERSCRIPTS[int(digit)] for digit in str(int(exponent)))
    return power if mantissa == "1" else f"{mantissa} \N{MULTIPLICATION SIGN} {power}"
