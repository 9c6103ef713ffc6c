"""The cross-examination pages: what was found on one release, judged by the others and by the truth."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from leaderboard.ranking.examination import ALL, TRUTH, Judgement
from leaderboard.ranking.standings import Ranking
from leaderboard.ranking.statistics import Estimate
from leaderboard.rendering import wording
from leaderboard.rendering.content import Site, names_by_entry
from leaderboard.rendering.page import Page

#: Most entries with a matrix of their own on the page; the CSV has all.
_MOST = 30


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
        yield Page(
            path_of(track),
            "examination.html.j2",
            {
                "track": track,
                "conditions": wording.conditions(track),
                "tracks": site.track_links(path_of, track),
                "matrices": _matrices(ranking, site.judgements[track]),
                "most": _MOST if len(ranking.whole.standings) > _MOST else None,
                "truths": wording.ground_truths(releases),
                "notice": wording.notice(releases),
            },
        )


def _matrices(ranking: Ranking, judgements: Sequence[Judgement]) -> list[Matrix]:
    """All entries together, then each of the first ones that was judged."""
    by_entry: dict[str, list[Judgement]] = {}
    largest = 0.0
    for judgement in judgements:
        by_entry.setdefault(judgement.entry, []).append(judgement)
        largest = max(largest, abs(judgement.worse))
    names = {ALL: "All entries together"} | names_by_entry(ranking.whole.standings[:_MOST])
    matrices = []
    for entry, name in names.items():
        if entry in by_entry:
            matrices.append(_matrix(name, by_entry[entry], largest or 1.0))
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
        worse=f"{judgement.worse:+.2f}",
        interval=wording.interval(Estimate(judgement.worse, *judgement.interval)),
        is_own=judgement.judge == judgement.found_on,
        shade=round(max(0.0, judgement.worse) / largest, 2),
    )
