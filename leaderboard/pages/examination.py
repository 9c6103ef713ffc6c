"""The cross-examination pages: how far finds fall short of what their release promised."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from leaderboard.ranking.examination import ALL, OTHERS, TRUTH, Judgement
from leaderboard.ranking.standings import Ranking
from leaderboard.ranking.statistics import Estimate
from leaderboard.rendering import wording
from leaderboard.rendering.content import Site, names_by_entry
from leaderboard.rendering.page import Page
from leaderboard.runs.record import ReleaseReference
from nb301.truth.base import rests_on

#: Most entries with a matrix of their own on the page; the CSV has all.
_MOST = 30
#: Most entries in the table.
_MOST_ROWS = 200


@dataclass(frozen=True, slots=True)
class Judged:
    """One judge's view of what was found on one release."""

    error: str
    worse: str
    interval: str
    is_own: bool
    #: Strength of the cell's shade, 0..1, by how much worse it is.
    shade: float


@dataclass(frozen=True, slots=True)
class Column:
    """A release, and who judges what was found on it."""

    release: ReleaseReference
    rests_on: str
    #: Empty where nobody can.
    judge: str


@dataclass(frozen=True, slots=True)
class Gaps:
    """How far what an entry found falls short of the promise, for each release; None where nobody judges."""

    name: str
    entry: str | None
    cells: tuple[Judged | None, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """All judges' views of one entry, or of all together."""

    name: str
    entry: str | None
    found_on: tuple[str, ...]
    judges: tuple[str, ...]
    #: A row for each of `found_on`; None where a judge has no view.
    cells: tuple[tuple[Judged | None, ...], ...]


def pages(site: Site) -> Iterator[Page]:
    """One page for each track; the first track's is the index."""
    path_of = partial(site.track_path, "examination")
    for ranking in site.rankings:
        track, releases = ranking.track, ranking.whole.releases
        judgements = site.judgements[track]
        columns = _columns(releases, judgements)
        yield Page(
            path_of(track),
            "examination.html.j2",
            {
                "track": track,
                "conditions": wording.conditions(track),
                "tracks": site.track_links(path_of, track),
                "columns": columns,
                "gaps": _gaps(ranking, judgements, columns),
                "matrices": _matrices(ranking, judgements),
                "most": _MOST if len(ranking.whole.standings) > _MOST else None,
                "most_rows": _MOST_ROWS if len(ranking.whole.standings) > _MOST_ROWS else None,
                "truths": wording.ground_truths(releases),
                "notice": wording.notice(releases),
            },
        )


def _columns(releases: Iterable[ReleaseReference], judgements: Iterable[Judgement]) -> list[Column]:
    """The ground truth judges where it can be asked, else the other releases that rest on it together."""
    judges: dict[str, set[str]] = {}
    for judgement in judgements:
        judges.setdefault(judgement.found_on, set()).add(judgement.judge)
    columns = []
    for release in releases:
        asked = [judge for judge in (TRUTH, OTHERS) if judge in judges.get(release.name, ())]
        columns.append(Column(release, rests_on(release.truth), asked[0] if asked else ""))
    return columns


def _gaps(ranking: Ranking, judgements: Sequence[Judgement], columns: Sequence[Column]) -> list[Gaps]:
    """All entries together, then each in the order of the ranking."""
    by_place = {(each.entry, each.found_on, each.judge): each for each in judgements}
    rows = []
    for entry, name in _names(ranking, _MOST_ROWS).items():
        found = [by_place.get((entry, column.release.name, column.judge)) for column in columns]
        rows.append((entry, name, found))
    largest = _largest(judgement for _, _, found in rows for judgement in found if judgement)
    gaps = []
    for entry, name, found in rows:
        cells = tuple(None if each is None else _judged(each, largest) for each in found)
        if any(cells):
            gaps.append(Gaps(name, None if entry == ALL else entry, cells))
    return gaps


def _names(ranking: Ranking, most: int) -> Mapping[str, str]:
    """Names of all entries together, and of the first ones."""
    return {ALL: "All entries together"} | names_by_entry(ranking.whole.standings[:most])


def _largest(judgements: Iterable[Judgement]) -> float:
    """The largest difference, which has the full shade."""
    return max((abs(judgement.worse) for judgement in judgements), default=0.0) or 1.0


def _matrices(ranking: Ranking, judgements: Sequence[Judgement]) -> list[Matrix]:
    """All entries together, then each of the first ones that was judged."""
    by_entry: dict[str, list[Judgement]] = {}
    for judgement in judgements:
        if judgement.judge != OTHERS:
            by_entry.setdefault(judgement.entry, []).append(judgement)
    largest = _largest(judgements)
    matrices = []
    for entry, name in _names(ranking, _MOST).items():
        if entry in by_entry:
            matrices.append(_matrix(name, by_entry[entry], largest))
    return matrices


def _matrix(name: str, judgements: Sequence[Judgement], largest: float) -> Matrix:
    """One entry's judgements; a cell that is worse by the largest difference has the full shade."""
    judges: dict[str, None] = {}
    rows: dict[str, dict[str, Judged]] = {}
    for judgement in judgements:
        judges[judgement.judge] = None
        rows.setdefault(judgement.found_on, {})[judgement.judge] = _judged(judgement, largest)
    # the ground truth last: not every row has its view
    ordered = sorted(judges, key=lambda judge: judge == TRUTH)
    entry = judgements[0].entry
    return Matrix(
        name=name,
        entry=None if entry == ALL else entry,
        found_on=tuple(rows),
        judges=tuple(ordered),
        cells=tuple(tuple(map(row.get, ordered)) for row in rows.values()),
    )


def _judged(judgement: Judgement, largest: float) -> Judged:
    return Judged(
        error=f"{judgement.error:.2f}",
        worse=wording.signed(f"{judgement.worse:+z.2f}"),
        interval=wording.interval(Estimate(judgement.worse, *judgement.interval)),
        is_own=judgement.judge == judgement.found_on,
        shade=round(max(0.0, judgement.worse) / largest, 2),
    )
