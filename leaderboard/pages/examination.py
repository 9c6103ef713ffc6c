"""The cross-examination pages: what was found on one release, judged by the others and by the truth."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from leaderboard.ranking.examination import ALL, Judgement
from leaderboard.ranking.standings import Ranking
from leaderboard.ranking.statistics import Estimate
from leaderboard.rendering import wording
from leaderboard.rendering.content import Site
from leaderboard.rendering.page import Page
from nb301.truth.base import is_emulated

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
    cells: tuple[tuple[Judged, ...], ...]


def pages(site: Site) -> Iterator[Page]:
    """One page for each track; the first track's is the index."""
    for ranking in site.rankings:
        yield Page(
            site.track_path("examination", ranking.track),
            "examination.html.j2",
            {
                "track": ranking.track,
                "conditions": wording.conditions(ranking.track),
                "tracks": site.track_links("examination", ranking.track),
                "matrices": _matrices(ranking, site.judgements[ranking.track]),
                "most": _MOST if len(ranking.whole.standings) > _MOST else None,
                "truths": sorted({wording.ground_truth(each.truth) for each in ranking.whole.releases}),
                "is_emulated": any(is_emulated(each.truth) for each in ranking.whole.releases),
            },
        )


def _matrices(ranking: Ranking, judgements: Sequence[Judgement]) -> list[Matrix]:
    names = {each.row.entry: each.row.name for each in ranking.whole.standings[:_MOST]}
    largest = max((abs(each.worse) for each in judgements), default=0.0) or 1.0
    by = {(each.entry, each.found_on, each.judge): each for each in judgements}
    found_on = tuple(dict.fromkeys(each.found_on for each in judgements))
    judges = tuple(dict.fromkeys(each.judge for each in judgements))
    matrices = []
    for entry, name in ((ALL, "All entries together"), *names.items()):
        rows = tuple(each for each in found_on if (entry, each, judges[0]) in by)
        cells = tuple(tuple(_judged(by[entry, row, judge], largest) for judge in judges) for row in rows)
        if cells:
            matrices.append(Matrix(name, None if entry == ALL else entry, rows, judges, cells))
    return matrices


def _judged(judgement: Judgement, largest: float) -> Judged:
    return Judged(
        error=f"{judgement.error:.2f}",
        worse=f"{judgement.worse:+.2f}",
        interval=wording.interval(Estimate(judgement.worse, *judgement.interval)),
        is_own=judgement.judge == judgement.found_on,
        shade=round(max(0.0, judgement.worse) / largest, 2),
    )
