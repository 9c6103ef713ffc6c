"""Release pages: what a release is, how to load it, and what every claim about it came to."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter

import numpy as np

from leaderboard.drawing.vega import Table
from leaderboard.pages.releases.charts import Fitted, release_charts
from leaderboard.rendering import wording
from leaderboard.rendering.page import Page
from nb301 import tables
from nb301.releases import find, names
from nb301.releases.diff import ReleaseDiff, diff
from nb301.releases.load import Release
from nb301.releases.manifest import FILE, Manifest, Noise, TableReference
from nb301.releases.report import (
    DIVERGENCE,
    ClaimKind,
    ClaimVerdict,
    ReportedClaim,
    ValidatedRelease,
    ValidationReport,
)
from nb301.releases.training_noise import TrainingNoise
from nb301.surrogates import FAMILIES
from nb301.tables.schema import EvaluationTable
from nb301.truth.base import first_real, rests_on

_PLURALS = {ClaimVerdict.holds: "hold", ClaimVerdict.fails: "fail"}
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
        chosen: Names of embedded releases; those on real CIFAR-10 trainings come first.
        report: Of the validation; claims about a release of another hash are not its own.

    Raises:
        UnknownRelease: There is no release of a name.
        ReleaseError: One cannot be read.
    """
    by_hash = {} if report is None else {validated.release_hash: validated for validated in report.releases}
    rows, pages = [], []
    for release in sorted(map(find, chosen), key=lambda release: first_real(release.manifest.truth)):
        validated = by_hash.get(release.release_hash)
        rows.append(_line(release, validated))
        pages.append(_page(release, validated))
    return [_list(rows), *pages]


def _list(rows: Sequence[tuple[str, ...]]) -> Page:
    return Page(
        path="releases/index.html",
        template="list.html.j2",
        context={
            "title": "Releases",
            "lead": "A release is a frozen ensemble of surrogate models: what entries are run on. Each says "
            "what it rests on, and each claim about it is a test.",
            "table": Table(
                ("release", "rests on", "rows of", "family", "ground truth", "R²", "sKT", "gates"),
                tuple(rows),
            ),
        },
    )


def _line(release: Release, validated: ValidatedRelease | None) -> tuple[str, ...]:
    """A release in the list."""
    manifest, metrics = release.manifest, release.manifest.metrics
    return (
        release.name,
        rests_on(manifest.truth),
        _sources(manifest),
        _family(manifest),
        manifest.truth,
        wording.NONE if metrics is None else f"{metrics.r2:.3f}",
        wording.NONE if metrics is None else f"{metrics.sparse_kendall_tau:.3f}",
        "not validated" if validated is None else _counts(_of_kind(validated.claims, ClaimKind.gate)),
    )


def _page(release: Release, validated: ValidatedRelease | None) -> Page:
    manifest = release.manifest
    claims = () if validated is None else validated.claims
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
            "rests_on": rests_on(manifest.truth),
            "basis": wording.basis(manifest.truth),
            "sources": _sources(manifest),
            "noise": manifest.noise and noise_table(manifest.noise),
            "folder": f"{_FOLDER}/{release.name}",
            "files": _files(release),
            "is_validated": validated is not None,
            "kinds": _by_kind(claims),
            "signs": _signs(claims),
            "changes": _changes(release),
        },
        charts=charts,
    )


def _facts(release: Release, claims: Sequence[ReportedClaim]) -> list[tuple[str, str]]:
    """The manifest, and the divergence, which the manifest does not have; names and values."""
    manifest = release.manifest
    facts = [
        ("Rests on", f"{rests_on(manifest.truth)}: rows of {_sources(manifest)}"),
        ("Ground truth", manifest.truth),
        *([("Credit", manifest.credit)] if manifest.credit else []),
        ("Family", f"{_family(manifest)}, an ensemble of {manifest.members} members"),
        ("Fitted on", f"rows of {_sources(manifest)}: {', '.join(manifest.optimizers)}"),
        ("Table", _described(manifest.table)),
        *_measured_facts(manifest),
        *_imported_facts(manifest),
    ]
    for claim in claims:
        if claim.id == DIVERGENCE and claim.value is not None:
            title = f"{claim.symbol}, five-seed study"
            facts.append((title, f"{claim.value:.3g} {claim.unit}"))
    return [
        *facts,
        *_runtime_facts(manifest),
        ("Seed", str(manifest.seed)),
        ("Made with", ", ".join(f"{name} {version}" for name, version in manifest.libraries.items())),
        ("Release hash", release.release_hash),
    ]


def _measured_facts(manifest: Manifest) -> list[tuple[str, str]]:
    """How the table was split, and what was measured on the test part; nothing where it was imported."""
    split, metrics = manifest.split, manifest.metrics
    if split is None or metrics is None:
        return []
    parts = f"{split.train:,} training, {split.val:,} validation and {split.test:,} test rows"
    return [
        ("Split", f"{split.kind}, seed {split.seed}: {parts}"),
        ("R² on test rows", f"{metrics.r2:.4f}"),
        ("Sparse Kendall's tau on test rows", f"{metrics.sparse_kendall_tau:.4f}"),
        ("Mean absolute error on test rows", f"{100 * metrics.mean_absolute_error:.4f} points"),
        ("Mean std between members", f"{100 * metrics.mean_std:.4f} points"),
    ]


def _imported_facts(manifest: Manifest) -> list[tuple[str, str]]:
    """What an imported release was imported from, and what of that is not kept."""
    if manifest.imported is None:
        return []
    facts = []
    ensembles = {
        "Imported from": manifest.imported.accuracy,
        "Runtimes imported from": manifest.imported.runtime,
    }
    for title, ensemble in ensembles.items():
        if ensemble is not None:
            facts.append((title, f"{ensemble.folder}, {len(ensemble.members)} members of {ensemble.model}"))
    return [*facts, ("Not kept", "; ".join(manifest.imported.not_kept))]


def noise_table(noise: Noise) -> Table:
    """What trainings of one architecture differ by, at the ends of the fitted accuracies and between."""
    accuracies = np.array([noise.low, (noise.low + noise.high) / 2, noise.high])
    rows = []
    for accuracy, std in zip(accuracies.tolist(), TrainingNoise(noise).std(accuracies).tolist(), strict=True):
        # the mean distance of two draws from one normal distribution
        apart = 2 * std / math.sqrt(math.pi)
        rows.append((f"{100 * accuracy:.2f}", f"{100 * std:.3f}", f"{100 * apart:.3f}"))
    return Table(
        (
            "mean validation accuracy (%)",
            "standard deviation of one training (points)",
            "two trainings differ by, on average (points)",
        ),
        tuple(rows),
    )


def _runtime_facts(manifest: Manifest) -> list[tuple[str, str]]:
    """How good predicted runtimes are, and the table that they were fitted on where it is another one."""
    table = manifest.runtime_table
    if manifest.metrics is None:
        return [] if table is None else [("Runtimes fitted on", _described(table))]
    r2 = manifest.metrics.runtime_r2
    fit = "none" if r2 is None else f"{r2:.4f}"
    if table is None:
        return [("R² of the runtime on test rows", fit)]
    return [("Runtimes fitted on", _described(table)), ("R² of the runtime on rows left out there", fit)]


def _described(table: TableReference) -> str:
    name = f"{table.name}-v{table.version}"
    if table.rows is None:
        return f"{name}, which is not here, ground truth: {table.truth}"
    return f"{name}, {table.rows:,} rows, ground truth: {table.truth}, content {table.content_hash}"


def _files(release: Release) -> Table:
    manifest = release.manifest
    rows = [(FILE, f"{len(manifest.to_json().encode()):,}", release.release_hash)]
    for name, file in manifest.files.items():
        size = f"{file.bytes:,}"
        rows.append((name, size, file.sha256))
    return Table(("file", "bytes", "SHA-256"), tuple(rows))


def _signs(claims: Sequence[ReportedClaim]) -> dict[ClaimVerdict, str]:
    """Signs of the verdicts that there are."""
    verdicts = {claim.verdict for claim in claims}
    return {verdict: verdict.sign for verdict in ClaimVerdict if verdict in verdicts}


def _by_kind(claims: Sequence[ReportedClaim]) -> list[tuple[ClaimKind, list[ClaimRow], str]]:
    """Claims of each kind, and how many of them hold."""
    kinds = []
    for kind in ClaimKind:
        kind_claims = _of_kind(claims, kind)
        kinds.append((kind, list(map(_row, kind_claims)), _counts(kind_claims)))
    return kinds


def _of_kind(claims: Sequence[ReportedClaim], kind: ClaimKind) -> list[ReportedClaim]:
    return [claim for claim in claims if claim.kind is kind]


def _row(claim: ReportedClaim) -> ClaimRow:
    measured = wording.NONE
    if claim.value is not None:
        measured = f"{claim.value:.4g}"
        if claim.interval is not None and claim.interval[0] != claim.interval[1]:
            measured += f" ({claim.interval[0]:.4g} to {claim.interval[1]:.4g})"
    needed = f"{claim.direction.sign} {claim.threshold:g} {claim.unit}".strip()
    return ClaimRow(claim, claim.verdict.sign, measured, needed)


def _counts(claims: Sequence[ReportedClaim]) -> str:
    """Such as `12 hold, 3 undecided`."""
    counts = Counter(map(attrgetter("verdict"), claims))
    parts = []
    for verdict in ClaimVerdict:
        if counts[verdict]:
            word = _PLURALS.get(verdict, verdict)
            parts.append(f"{counts[verdict]} {word}")
    return ", ".join(parts)


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


def _family(manifest: Manifest) -> str:
    return FAMILIES[manifest.family].full_label


def _sources(manifest: Manifest) -> str:
    return "random search alone" if manifest.random_only else "all optimizers"
