"""The site: what its pages are made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from leaderboard.entries.submission import Submission
from leaderboard.ranking.examination import Judgement
from leaderboard.ranking.references import Reference
from leaderboard.ranking.standings import Ranking
from leaderboard.rendering.report import Report
from leaderboard.rendering.wording import conditions
from leaderboard.runs.key import Track


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

    def track_path(self, folder: str, track: Track) -> str:
        """Address of a track's page in a folder of the site; the first track's is the folder's index."""
        return f"{folder}/{'index' if track == self.rankings[0].track else track.slug}.html"

    def track_links(self, folder: str, current: Track) -> list[tuple[str, str, bool]]:
        """Conditions and address of each track's page in a folder, and whether it is the current one."""
        tracks = [ranking.track for ranking in self.rankings]
        return [(conditions(each), self.track_path(folder, each), each == current) for each in tracks]
