"""Release pages: what a release is, how to load it, and what every claim about it came to."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from leaderboard.drawing.vega import Table
from leaderboard.pages.releases.charts import Fitted, release_charts
from leaderboard.rendering import wording
from leaderboard.rendering.page import Page
from nb301 import tables
from nb301.releases import find, names
from nb301.releases.diff import ReleaseDiff, diff
from nb301.releases.load import Release
from nb301.releases.manifest import FILE, Manifest
from nb301.releases.report import (
    DIVERGENCE,
    ClaimKind,
    ClaimVerdict,
    ReportedClaim,
    ValidatedRelease,
    ValidationReport,
)
from nb301.surrogates import FAMILIES
from nb301.tables.schema import EvaluationTable

#: Where an embedded release lies, in the repository and in an installed nb301.
_FOLDER = "nb301/releases/data"
_VERSION = re.compile(r"(?P<line>.+)-v(?P<version>\d+(\.\d+)*)")


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """A claim about a release, for people."""

    claim: ReportedClaim
    sign: str
    #: Value with its interval, and what was asked; a dash where nothing was measured.
    measured: str
    needed: str


def release_pages(chosen: Sequence[str], report: ValidationReport | None) -> list[Page]:
    """The list of releases, then a page for each.

    Args:
        chosen: Names of embedded releases.
        report: Of the validation; claims about a release of another hash are not its own.

    Raises:
        UnknownRelease: There is no release of a name.
        ReleaseError: One cannot be read.
    """
    releases = [find(name) for name in chosen]
    known = {} if report is None else {found.release_hash: found for found in report.releases}
    validated = [known.get(release.release_hash) for release in releases]
    pages = [_page(release, found) for release, found in zip(releases, validated, strict=True)]
    return [_list(releases, validated), *pages]


def _list(releases: Sequence[Release], validated: Sequence[ValidatedRelease | None]) -> Page:
    rows = []
    for release, found in zip(releases, validated, strict=True):
        manifest = release.manifest
        gates = _counts(found.claims, ClaimKind.gate) if found else "not validated"
        metrics = manifest.metrics
        numbers = (f"{metrics.r2:.3f}", f"{metrics.sparse_kendall_tau:.3f}")
        rows.append((release.name, _family(manifest), _scope(manifest), manifest.truth, *numbers, gates))
    return Page(
        path="releases/index.html",
        template="list.html.j2",
        context={
            "title": "Releases",
            "lead": "A release is a frozen ensemble of surrogate models: what entries are run on. Each says "
            "which ground truth it was fitted on, and each claim about it is a test.",
            "table": Table(
                ("release", "family", "fitted on", "ground truth", "R²", "sKT", "gates"), tuple(rows)
            ),
        },
    )


def _page(release: Release, found: ValidatedRelease | None) -> Page:
    manifest = release.manifest
    claims = () if found is None else found.claims
    table = _table(manifest)
    charts = () if table is None else tuple(release_charts(Fitted(release, table), claims))
    return Page(
        path=f"releases/{release.name}.html",
        template="release.html.j2",
        context={
            "release": release,
            "manifest": manifest,
            "facts": _facts(release, claims),
            "family": _family(manifest),
            "is_the_papers": wording.is_the_papers(manifest.truth),
            "basis": wording.basis(manifest.truth),
            "folder": f"{_FOLDER}/{release.name}",
            "files": _files(release),
            "is_validated": found is not None,
            "kinds": [(kind, _rows(claims, kind), _counts(claims, kind)) for kind in ClaimKind],
            "signs": _signs(claims),
            "changes": _changes(release),
        },
        charts=charts,
    )


def _facts(release: Release, claims: Sequence[ReportedClaim]) -> list[tuple[str, str]]:
    """The manifest, and the divergence, which the manifest does not have; names and values."""
    manifest = release.manifest
    table, split, metrics = manifest.table, manifest.split, manifest.metrics
    parts = f"{split.train:,} training, {split.val:,} validation and {split.test:,} test rows"
    facts = [
        ("Ground truth", manifest.truth),
        ("Family", f"{_family(manifest)}, an ensemble of {manifest.members} members"),
        ("Fitted on", f"{_scope(manifest)}: {', '.join(manifest.optimizers)}"),
        ("Table", f"{table.name}-v{table.version}, {table.rows:,} rows, content {table.content_hash}"),
        ("Split", f"{split.kind}, seed {split.seed}: {parts}"),
        ("R² on test rows", f"{metrics.r2:.4f}"),
        ("Sparse Kendall's tau on test rows", f"{metrics.sparse_kendall_tau:.4f}"),
        ("Mean absolute error on test rows", f"{100 * metrics.mean_absolute_error:.4f} points"),
        ("Mean std between members", f"{100 * metrics.mean_std:.4f} points"),
    ]
    facts += [
        (f"{claim.symbol}, five-seed study", f"{claim.value:.3g} {claim.unit}")
        for claim in claims
        if claim.id == DIVERGENCE and claim.value is not None
    ]
    return [
        *facts,
        ("R² of the runtime", "none" if metrics.runtime_r2 is None else f"{metrics.runtime_r2:.4f}"),
        ("Seed", str(manifest.seed)),
        ("Made with", ", ".join(f"{name} {version}" for name, version in manifest.libraries.items())),
        ("Release hash", release.release_hash),
    ]


def _files(release: Release) -> Table:
    rows = [(FILE, f"{len(release.manifest.to_json().encode()):,}", release.release_hash)]
    rows += [(name, f"{file.bytes:,}", file.sha256) for name, file in release.manifest.files.items()]
    return Table(("file", "bytes", "SHA-256"), tuple(rows))


def _signs(claims: Sequence[ReportedClaim]) -> dict[ClaimVerdict, str]:
    """Signs of the verdicts that there are."""
    verdicts = {claim.verdict for claim in claims}
    return {verdict: verdict.sign for verdict in ClaimVerdict if verdict in verdicts}


def _rows(claims: Sequence[ReportedClaim], kind: ClaimKind) -> list[ClaimRow]:
    return [_row(claim) for claim in claims if claim.kind is kind]


def _row(claim: ReportedClaim) -> ClaimRow:
    measured = "\N{EN DASH}"
    if claim.value is not None:
        measured = f"{claim.value:.4g}"
        if claim.interval is not None and claim.interval[0] != claim.interval[1]:
            measured += f" ({claim.interval[0]:.4g} to {claim.interval[1]:.4g})"
    needed = f"{claim.direction.sign} {claim.threshold:g} {claim.unit}".strip()
    return ClaimRow(claim, claim.verdict.sign, measured, needed)


def _counts(claims: Sequence[ReportedClaim], kind: ClaimKind) -> str:
    """Such as `12 hold, 3 undecided`."""
    counts = Counter(claim.verdict for claim in claims if claim.kind is kind)
    plurals = {ClaimVerdict.holds: "hold", ClaimVerdict.fails: "fail"}
    parts = [
        f"{counts[verdict]} {plurals.get(verdict, verdict)}" for verdict in ClaimVerdict if counts[verdict]
    ]
    return ", ".join(parts)


def _changes(release: Release) -> ReleaseDiff | None:
    """From the release of the same line before it; None where it is the first."""
    match = _VERSION.fullmatch(release.name)
    if match is None:
        return None
    earlier = [
        (_number(other["version"]), name)
        for name in names()
        if (other := _VERSION.fullmatch(name)) and other["line"] == match["line"]
    ]
    earlier = sorted(each for each in earlier if each[0] < _number(match["version"]))
    return diff(find(earlier[-1][1]), release) if earlier else None


def _number(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def _table(manifest: Manifest) -> EvaluationTable | None:
    """The embedded table that the release was fitted on; None where there is none."""
    name = f"{manifest.table.name}-v{manifest.table.version}"
    if name not in tables.names():
        return None
    table = tables.load(name)
    return table if table.content_hash == manifest.table.content_hash else None


def _family(manifest: Manifest) -> str:
    return FAMILIES[manifest.family].full_label


def _scope(manifest: Manifest) -> str:
    return "random search's rows alone" if manifest.random_only else "all optimizers' rows"
