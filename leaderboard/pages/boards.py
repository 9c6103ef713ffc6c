"""The ranking pages: one for each track and scope of releases, a click apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from string import ascii_lowercase

from leaderboard.drawing.intervals import DrawnInterval, draw_intervals
from leaderboard.drawing.looks import Look, look_of
from leaderboard.legible import power
from leaderboard.pages.releases.card import gates
from leaderboard.problems import Problem
from leaderboard.ranking.core import CORE
from leaderboard.ranking.knowledge import Worth, counterpart, knowledge
from leaderboard.ranking.no_search import no_search
from leaderboard.ranking.pairs import EQUIVALENT
from leaderboard.ranking.scores import window
from leaderboard.ranking.selection import Scope, Unfinished
from leaderboard.ranking.standings import Ranking, Standing, View
from leaderboard.ranking.statistics import FEWEST_SEEDS, Estimate
from leaderboard.rendering import wording
from leaderboard.rendering.content import Choice, Site, names_by_entry
from leaderboard.rendering.page import FRONT, Page
from leaderboard.rendering.plots import regret_plot
from leaderboard.runs.key import Track
from leaderboard.runs.record import Entry
from nb301.releases.report import ValidationReport

#: Most entries of a page with all their numbers.
_MOST_ROWS = 100


@dataclass(frozen=True, slots=True)
class Flag:
    """What a reader has to know of an entry beside its score."""

    text: str
    #: The same in a sentence.
    about: str


@dataclass(frozen=True, slots=True)
class BoardRow:
    """An entry's line."""

    standing: Standing
    look: Look
    places: str
    score: str
    interval: str
    #: None for an entry that does not count.
    drawn: DrawnInterval | None
    #: Of the tie groups that it is in; entries that share one are not told apart.
    letters: str
    flags: tuple[Flag, ...]
    #: On each release; None where there is none that counts.
    scores: tuple[str | None, ...]
    all_minus_random: str
    xgb_minus_gin: str
    worst: str
    speed_up: str
    unfamiliar: str
    #: Why it does not count, or empty.
    note: str


def pages(site: Site) -> Iterator[Page]:
    """The front page, and one for each other track and scope."""
    if not site.rankings:
        yield Page(FRONT, "empty.html.j2", {})
    for ranking in site.rankings:
        for scope in ranking.views:
            page = _page(site, ranking, scope)
            yield page
            if page.context["all_path"]:
                yield Page(page.context["all_path"], "board_all.html.j2", page.context | {"board": page.path})


def board_path(site: Site, track: Track, scope: Scope) -> str:
    """Address of a board in the site; the first track's of all releases is the front page."""
    if track == site.rankings[0].track and scope == Scope():
        return FRONT
    return f"boards/{track.slug}/{scope.slug}.html"


def letters(groups: Sequence[Sequence[str]]) -> dict[str, str]:
    """Letters of each entry's tie groups, `a` for the first group, `aa` after `z`."""
    by_entry: dict[str, str] = {}
    for number, group in enumerate(groups):
        repeats, place = divmod(number, len(ascii_lowercase))
        letter = ascii_lowercase[place] * (repeats + 1)
        for entry in group:
            by_entry[entry] = f"{by_entry[entry]} {letter}" if entry in by_entry else letter
    return by_entry


def _page(site: Site, ranking: Ranking, scope: Scope) -> Page:
    view, track = ranking.views[scope], ranking.track
    entries = {run.cell.submission: run.entry for run in ranking.runs}
    start, end = window(track.budget_seconds)
    seeds = len(ranking.seeds)
    worths = _knowledge(site, ranking, view)
    known = no_search(view.releases, site.references, track)
    is_long = len(view.standings) > _MOST_ROWS
    rows = _rows(view, {} if track.blind else {worth.entry: worth for worth in worths})
    return Page(
        board_path(site, track, scope),
        "board.html.j2",
        {
            "track": track,
            "question": wording.question(track, scope.basis),
            "view": view,
            "rows": rows,
            "shown": rows[:_MOST_ROWS],
            # where all entries are, if they are too many for the page
            "all_path": f"boards/{track.slug}/{scope.slug}-entries.html" if is_long else "",
            "best_known": known[0] if known else None,
            "plot": regret_plot(ranking, view, known),
            "has_random": any(standing.all_minus_random for standing in view.standings),
            "has_gin": any(standing.xgb_minus_gin for standing in view.standings),
            "choices": _choices(site, ranking, scope),
            "compare": site.track_path("compare", track),
            "examination": site.track_path("examination", track),
            "unfinished": _unfinished(ranking),
            "absent": _absent(site, ranking),
            "failing": _failing(site.report, view),
            "seeds": seeds,
            "start": power(start),
            "end": power(end),
            "evaluations": f"{track.budget_evaluations:,}",
            "days": wording.gpu_days(track),
            "truths": wording.ground_truths(view.releases),
            "notice": wording.notice(view.releases),
            "equivalent": f"{EQUIVALENT:g}",
            "fewest_seeds": FEWEST_SEEDS,
            "guests": _guests(view, entries),
            "no_search": known,
            "knowledge": list(zip(worths, _drawn_worths(worths), strict=True)),
            "difference": wording.difference,
            "problems": Problem,
        },
    )


def _failing(report: ValidationReport | None, view: View) -> dict[str, int]:
    """How many gates of each release do not hold; of releases that were validated."""
    hashes = {release.release_hash: release.name for release in view.releases}
    failing = {}
    for validated in () if report is None else report.releases:
        if validated.release_hash in hashes:
            verdicts = gates(validated.claims)
            failing[hashes[validated.release_hash]] = sum(
                count for verdict, count in verdicts.items() if not verdict.lets_publish
            )
    return failing


def _absent(site: Site, ranking: Ranking) -> list[str]:
    """Names of entries that have run on another track of the same problem, and not on this one."""
    here = names_by_entry(ranking.whole.standings)
    names: dict[str, str] = {}
    for other in site.rankings:
        if other.track.problem is ranking.track.problem:
            names |= names_by_entry(other.whole.standings)
    return sorted(name for entry, name in names.items() if entry not in here)


def _knowledge(site: Site, ranking: Ranking, view: View) -> list[Worth]:
    """What entries lose on the blind track; nothing where there is no such pair of tracks."""
    other = counterpart(ranking, site.rankings)
    if other is None:
        return []
    named, blind = (other, ranking) if ranking.track.blind else (ranking, other)
    return knowledge(named, blind, view.releases)


def _drawn_worths(worths: Sequence[Worth]) -> list[DrawnInterval | None]:
    return draw_intervals([_ends(worth.difference) for worth in worths], holds=[0.0])


def _ends(estimate: Estimate | None) -> tuple[float, float, float] | None:
    return None if estimate is None else (estimate.low, estimate.value, estimate.high)


def _unfinished(ranking: Ranking) -> list[str]:
    """What is passed over, such as `re (12 to 14 of 30 seeds on 3 releases)`."""
    by_entry: dict[str, list[Unfinished]] = {}
    for passed_over in ranking.unfinished:
        by_entry.setdefault(passed_over.entry, []).append(passed_over)
    lines = []
    for _, some in sorted(by_entry.items()):
        seeds = sorted({passed_over.seeds for passed_over in some})
        many = f"{seeds[0]} to {seeds[-1]}" if len(seeds) > 1 else str(seeds[0])
        where = some[0].release if len(some) == 1 else f"{len(some)} releases"
        lines.append(f"{some[0].name} ({many} of {some[0].needed} seeds on {where})")
    return lines


def _guests(view: View, entries: Mapping[str, Entry]) -> list[str]:
    """Names of ranked entries outside of the core set."""
    ranked = [standing.row for standing in view.standings if standing.row.ranks is not None]
    outside = [row for row in ranked if row.entry not in CORE]
    # where less than two are of the core set, all are ranked among all
    return [entries[row.entry].name for row in outside] if len(ranked) - len(outside) > 1 else []


def _choices(site: Site, ranking: Ranking, scope: Scope) -> dict[str, list[Choice]]:
    """Links to other tracks and releases, by what they choose."""
    views = {other.track: other.views for other in site.rankings}

    def on_track(track: Track) -> str:
        return board_path(site, track, scope if scope in views[track] else Scope())

    bases = []
    for choice in ranking.views:
        path = board_path(site, ranking.track, choice)
        bases.append(Choice(wording.short(choice.basis) if choice.basis else "all", path, choice == scope))
    return {"Track": site.track_links(on_track, ranking.track), "Rests on": bases}


def _rows(view: View, worths: Mapping[str, Worth]) -> list[BoardRow]:
    scores = [standing.row.score for standing in view.standings]
    drawn = draw_intervals([_ends(score) for score in scores])
    shared = letters(view.tie_groups)
    rows = []
    for standing, interval in zip(view.standings, drawn, strict=True):
        entry = standing.row.entry
        flags = tuple(_flags(standing, worths.get(entry)))
        rows.append(_row(standing, interval, shared.get(entry, ""), flags))
    return rows


def _flags(standing: Standing, worth: Worth | None) -> Iterator[Flag]:
    row, run_on = standing.row, [score for score in standing.scores if score is not None]
    if len(run_on) < len(standing.scores):
        text = f"{len(run_on)} of {len(standing.scores)} releases"
        yield Flag(text, f"It has run on {text}: its score is the mean of those, and pairs share releases")
    if row.ranks is None:
        yield Flag("not counted", wording.why_not_counted(row))
    if row.crash_rate:
        share = wording.known(row.crash_rate, ".1%")
        yield Flag(f"{share} failed", f"{share} of its runs did not end as completed")
    if worth is not None and worth.difference.low > 0:
        lost = f"{worth.difference.value:.1f}"
        yield Flag(
            f"\N{MINUS SIGN}{lost} blind",
            f"It scores {lost} less where operations and inputs have no names that it knows",
        )


def _row(standing: Standing, drawn: DrawnInterval | None, letters: str, flags: tuple[Flag, ...]) -> BoardRow:
    row = standing.row
    return BoardRow(
        standing=standing,
        look=look_of(row.entry),
        places=wording.places(row.ranks),
        score=wording.NONE if row.score is None else f"{row.score.value:.1f}",
        interval="" if row.score is None else wording.interval(row.score, 1),
        drawn=drawn,
        letters=letters,
        flags=flags,
        scores=tuple(map(_score, standing.scores)),
        all_minus_random=wording.difference(standing.all_minus_random),
        xgb_minus_gin=wording.difference(standing.xgb_minus_gin),
        worst=wording.known(standing.worst, ".2f"),
        speed_up=wording.speed_up(row.speed_up),
        unfamiliar=wording.known(row.unfamiliar, ".0%"),
        note=wording.why_not_counted(row),
    )


def _score(mean: float | None) -> str | None:
    return None if mean is None else f"{mean:.2f}"
