"""The site: what its pages are made from, and addresses in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from leaderboard.entries.submission import Submission
from leaderboard.errors import ReportError
from leaderboard.ranking.examination import Judgement
from leaderboard.ranking.references import Reference
from leaderboard.ranking.standings import Ranking, Standing
from leaderboard.rendering.wording import conditions, switch
from leaderboard.runs.key import Track
from leaderboard.runs.record import Run
from nb301.releases.report import FORMAT, ValidationReport
from nb301.releases.report import read_report as read_validation


@dataclass(frozen=True, slots=True)
class Choice:
    """A link to a page that differs in one respect from the page that it stands on."""

    title: str
    path: str
    is_current: bool


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

    def track_links(self, path_of: Callable[[Track], str], current: Track) -> list[Choice]:
        """Links to the pages of all tracks, in few words where those tell them apart.

        Args:
            path_of: Gives the address of a track's page.
            current: The track of the page that the links stand on.
        """
        tracks = [ranking.track for ranking in self.rankings]
        titles = list(map(switch, tracks))
        if len(set(titles)) < len(titles):
            titles = list(map(conditions, tracks))
        links = []
        for title, track in zip(titles, tracks, strict=True):
            links.append(Choice(title, path_of(track), track == current))
        return links


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


def names_by_entry(standings: Iterable[Standing]) -> dict[str, str]:
    """Names of entries for people, by slug, in the order of the standings."""
    return {standing.row.entry: standing.row.name for standing in standings}


def entry_path(entry: str) -> str:
    """Address of an entry's page in the site."""
    return f"entries/{entry}.html"


def entry_runs_path(track: Track, entry: str) -> str:
    """Address of the page of an entry's runs on a track."""
    return f"runs/{track.slug}/{entry}.html"


def archive_path(entry: str) -> str:
    """Address of an entry's code in the site."""
    return f"data/submissions/{entry}.zip"


def run_path(run: Run) -> str:
    """Address of a run's record in the site."""
    cell = run.cell
    return f"data/runs/{cell.submission}/{cell.track.slug}/{run.release.name}-{cell.seed}.json"
