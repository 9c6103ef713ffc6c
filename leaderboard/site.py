"""The site: what its pages are made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from leaderboard.cells import Track
from leaderboard.examination import Judgement
from leaderboard.ranking import Ranking
from leaderboard.references import Reference
from leaderboard.report import Report
from leaderboard.submission import Submission


@dataclass(frozen=True, slots=True)
class Site:
    """Everything that pages show."""

    #: One for each track; the first is that of the front page.
    rankings: tuple[Ranking, ...]
    judgements: Mapping[Track, tuple[Judgement, ...]]
    #: By release hash.
    references: Mapping[str, Reference]
    #: By slug, those of ranked entries whose folder is at hand.
    submissions: Mapping[str, Submission]
    #: None where none was given.
    report: Report | None
