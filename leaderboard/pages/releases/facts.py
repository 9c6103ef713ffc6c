"""What the manifest of a release says, for people: facts by name, training noise, and files."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from leaderboard.drawing.vega import Table
from nb301.releases.facts import FILE
from nb301.releases.load import Release
from nb301.releases.manifest import Manifest, Noise, TableReference
from nb301.releases.report import DIVERGENCE, ReportedClaim
from nb301.releases.training_noise import TrainingNoise
from nb301.surrogates import FAMILIES
from nb301.truth.base import rests_on


def facts(release: Release, claims: Sequence[ReportedClaim]) -> list[tuple[str, str]]:
    """The manifest, and the divergence, which the manifest does not have; names and values."""
    manifest = release.manifest
    facts = [
        ("Rests on", f"{rests_on(manifest.truth)}: rows of {sources(manifest)}"),
        ("Ground truth", manifest.truth),
        *([("Credit", manifest.credit)] if manifest.credit else []),
        ("Family", f"{family(manifest)}, an ensemble of {manifest.members} members"),
        ("Fitted on", f"rows of {sources(manifest)}: {', '.join(manifest.optimizers)}"),
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


def files(release: Release) -> Table:
    """Its files with their hashes, the manifest first."""
    manifest = release.manifest
    rows = [(FILE, f"{len(manifest.to_json().encode()):,}", release.release_hash)]
    for name, file in manifest.files.items():
        size = f"{file.bytes:,}"
        rows.append((name, size, file.sha256))
    return Table(("file", "bytes", "SHA-256"), tuple(rows))


def family(manifest: Manifest) -> str:
    """Such as `XGBoost`."""
    return FAMILIES[manifest.family].full_label


def sources(manifest: Manifest) -> str:
    """Whose rows the models were fitted to."""
    return "random search alone" if manifest.random_only else "all optimizers"
