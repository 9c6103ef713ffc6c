"""Entry pages: one for each ranked entry, with who made it, how it did, every run, and its code."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from leaderboard.entries.scan import scan
from leaderboard.entries.submission import Submission
from leaderboard.pages.entries.best import best_run, best_view, judged
from leaderboard.pages.entries.checks import checks
from leaderboard.pages.entries.code import archive, code_files
from leaderboard.pages.entries.facts import declared_facts
from leaderboard.pages.entries.tracks import EntryOnTrack, entries_by_slug, track_view
from leaderboard.rendering import wording
from leaderboard.rendering.content import Site, archive_path, entry_path
from leaderboard.rendering.page import Page
from leaderboard.runs.record import Run

_ADDRESS = re.compile(r"https?://[^\s<>\"]+")


def pages(site: Site, packed: Collection[str] = ()) -> Iterator[Page]:
    """A page for each entry, and one of its runs on each track.

    Args:
        site: What there is.
        packed: Entries with committed results at `data/results/<entry>.parquet`.
    """
    entries = entries_by_slug(site)
    best = {slug: best_run(entry, site.references) for slug, entry in entries.items()}
    errors = judged(list(filter(None, best.values())))
    for slug, entry in entries.items():
        run = best[slug]
        best_shown = None if run is None else best_view(run, errors[run.cell.id], entry, site.references)
        tracks = [track_view(on_track, site) for on_track in entry]
        results = {
            "tracks": tracks,
            "best": best_shown,
            "is_packed": slug in packed,
        }
        about = _about(slug, entry, site.submissions.get(slug))
        yield Page(entry_path(slug), "entry.html.j2", about | results)
        for track in tracks:
            shown = {"track": track, "title": about["title"], "slug": slug, "notice": about["notice"]}
            yield Page(track.runs_path, "entry_runs.html.j2", shown)


def files(site: Site) -> Iterator[tuple[str, bytes]]:
    """The entries' code: addresses in the site, and contents."""
    for entry, submission in sorted(site.submissions.items()):
        yield archive_path(entry), archive(submission)


def _about(slug: str, entry: Sequence[EntryOnTrack], submission: Submission | None) -> dict[str, object]:
    """What stands above and below an entry's results."""
    runs: list[Run] = []
    for on_track in entry:
        runs += on_track.runs
    recorded = runs[0].entry
    findings = [] if submission is None else scan(submission)
    return {
        "slug": slug,
        "title": entry[0].standing.row.name,
        "entry": recorded,
        "address": _ADDRESS.fullmatch(recorded.reference) and recorded.reference,
        "manifest": submission and submission.manifest,
        "declared": declared_facts(runs, submission),
        "checks": checks(runs, submission, findings),
        "findings": findings,
        "code": [] if submission is None else code_files(submission),
        "archive": None if submission is None else archive_path(slug),
        "has_own_code": submission is not None and any(path.endswith(".py") for path in submission.files),
        "notice": wording.notice(run.release for run in runs),
        "versions": _versions(runs),
    }


def _versions(runs: Sequence[Run]) -> str:
    """What the runs were made with, such as `nb301 0.1.0, numpy 2.0.0, python 3.11.0`."""
    versions: set[str] = set()
    for run in runs:
        made_with = run.origin
        versions |= {f"nb301 {made_with.nb301}", f"numpy {made_with.numpy}", f"python {made_with.python}"}
    return ", ".join(sorted(versions))
