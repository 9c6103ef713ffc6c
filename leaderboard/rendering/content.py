"""The site: what its pages are made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from leaderboard.entries.submission import Submission
from leaderboard.errors import ReportError
from leaderboard.ranking.examination import Judgement
from leaderboard.ranking.references import Reference
from leaderboard.ranking.standings import Ranking
from leaderboard.rendering.wording import conditions
from leaderboard.runs.key import Track
from nb301.releases.report import FORMAT, ValidationReport
from nb301.releases.report import read_report as read_validation


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
    report: ValidationReport | None

    def track_path(self, folder: str, track: Track) -> str:
        """Address of a track's page in a folder of the site; the first track's is the folder's index."""
        return f"{folder}/{'index' if track == self.rankings[0].track else track.slug}.html"

    def track_links(self, folder: str, current: Track) -> list[tuple[str, str, bool]]:
        """Conditions and address of each track's page in a folder, and whether it is the current one."""
        tracks = [ranking.track for ranking in self.rankings]
        return [(conditions(each), self.track_path(folder, each), each == current) for each in tracks]


def read_report(path: Path) -> ValidationReport:
    """Read a validation report, in which validation and leaderboard meet.

    Raises:
        ReportError: It cannot be read, or is of another format; names the entry.
    """
    try:
        return read_validation(path)
    except OSError as error:
        raise ReportError(f"{path}: cannot be read ({error.strerror})") from None
    except ValueError as error:
        raise ReportError(
            f"{path}: not a validation report of format {FORMAT} ({error}): write one with "
            "`pytest validation --report FILE`"
        ) from None
