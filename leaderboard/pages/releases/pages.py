"""Release pages: what a release is good for, which gates it holds, how to load it, what is known of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from leaderboard.drawing.vega import Table
from leaderboard.pages.releases.card import cards, gates, unmet
from leaderboard.pages.releases.charts import release_charts
from leaderboard.pages.releases.facts import facts, family, files, noise_table, sources
from leaderboard.pages.releases.meaning import meaning, why_unranked
from leaderboard.rendering import wording
from leaderboard.rendering.content import Choice
from leaderboard.rendering.page import Page
from nb301 import tables
from nb301.releases import find, names
from nb301.releases.diff import ReleaseDiff, diff
from nb301.releases.load import Release
from nb301.releases.manifest import Manifest
from nb301.releases.report import ClaimVerdict, ValidatedRelease, ValidationReport
from nb301.tables.schema import EvaluationTable
from nb301.truth.base import first_real, rests_on

#: Where an embedded release lies, in the repository and in an installed nb301.
_FOLDER = "nb301/releases/data"
_VERSION = re.compile(r"(?P<line>.+)-v(?P<version>\d+(\.\d+)*)")
_MEGABYTE = 1e6
#: What the list counts of gates.
_COUNTED = (ClaimVerdict.holds, ClaimVerdict.fails, ClaimVerdict.undecided)


def release_pages(
    chosen: Sequence[str],
    report: ValidationReport | None,
    rankings: Mapping[str, Sequence[Choice]] | None = None,
) -> list[Page]:
    """The list of releases, then a page for each.

    Args:
        chosen: Names of embedded releases; those on real CIFAR-10 trainings come first.
        report: Of the validation; claims about a release of another hash are not its own.
        rankings: Links to the rankings on each release, by its hash; none by default.

    Raises:
        UnknownRelease: There is no release of a name.
        ReleaseError: One cannot be read.
        BoardError: What is kept of a release's predictions cannot be read.
    """
    by_hash = {} if report is None else {validated.release_hash: validated for validated in report.releases}
    rows, pages = [], []
    for release in sorted(map(find, chosen), key=lambda release: first_real(release.manifest.truth)):
        validated = by_hash.get(release.release_hash)
        links = (rankings or {}).get(release.release_hash, ())
        rows.append(_line(release, validated, len(links)))
        pages.append(_page(release, validated, links))
    return [_list(rows), *pages]


def _list(rows: Sequence[tuple[str, ...]]) -> Page:
    columns = ("release", "rests on", "family", "rows seen", "R²", "gates held / failed / undecided")
    return Page(
        path="releases/index.html",
        template="list.html.j2",
        context={
            "title": "Releases",
            "lead": "A release is a frozen ensemble of models that predicts what training an architecture "
            "would give. Optimizers run on releases, and what a release rests on decides what a result says.",
            "note": "R² is of rows that were kept apart. Gates are claims that a surrogate must hold to "
            "stand in for its ground truth.",
            "table": Table((*columns, "ranked on", "MB"), tuple(rows)),
            "more": ("What the search space looks like", "landscape/index.html"),
        },
    )


def _line(release: Release, validated: ValidatedRelease | None, rankings: int) -> tuple[str, ...]:
    """A release in the list."""
    manifest = release.manifest
    counts = gates(() if validated is None else validated.claims)
    seen = "not known" if manifest.split is None else f"{manifest.split.train:,}"
    tracks = "1 track" if rankings == 1 else f"{rankings} tracks"
    return (
        release.name,
        rests_on(manifest.truth),
        family(manifest),
        f"{seen} of {sources(manifest)}",
        wording.NONE if manifest.metrics is None else f"{manifest.metrics.r2:.3f}",
        " / ".join(str(counts[verdict]) for verdict in _COUNTED) if counts else "not validated",
        tracks if rankings else wording.NONE,
        f"{sum(file.bytes for file in manifest.files.values()) / _MEGABYTE:.1f}",
    )


def _page(release: Release, validated: ValidatedRelease | None, rankings: Sequence[Choice]) -> Page:
    manifest = release.manifest
    claims = () if validated is None else validated.claims
    return Page(
        path=f"releases/{release.name}.html",
        template="release.html.j2",
        context={
            "release": release,
            "manifest": manifest,
            "meaning": meaning(release, claims),
            "rankings": rankings,
            "why_unranked": why_unranked(release),
            "facts": facts(release, claims),
            "family": family(manifest),
            "is_the_papers": wording.is_the_papers(manifest.truth),
            "rests_on": rests_on(manifest.truth),
            "sources": sources(manifest),
            "noise": manifest.noise and noise_table(manifest.noise),
            "folder": f"{_FOLDER}/{release.name}",
            "files": files(release),
            "gates": gates(claims),
            "unmet": unmet(claims),
            "cards": cards(claims),
            "changes": _changes(release),
        },
        charts=tuple(release_charts(release, _table(manifest), claims)),
    )


def _changes(release: Release) -> ReleaseDiff | None:
    """From the release of the same line before it; None where it is the first."""
    line, version = _line_and_version(release.name)
    earlier: dict[tuple[int, ...], str] = {}
    for name in names():
        other_line, other_version = _line_and_version(name)
        if other_line == line and other_version < version:
            earlier[other_version] = name
    return diff(find(earlier[max(earlier)]), release) if earlier else None


def _line_and_version(name: str) -> tuple[str, tuple[int, ...]]:
    """Such as `emulated-xgb` and (1, 0); a name without a version is a line of its own."""
    match = _VERSION.fullmatch(name)
    if match is None:
        return name, ()
    return match["line"], tuple(map(int, match["version"].split(".")))


def _table(manifest: Manifest) -> EvaluationTable | None:
    """The embedded table that the release was fitted on; None where there is none."""
    name = f"{manifest.table.name}-v{manifest.table.version}"
    if name not in tables.names():
        return None
    table = tables.load(name)
    return table if table.content_hash == manifest.table.content_hash else None
