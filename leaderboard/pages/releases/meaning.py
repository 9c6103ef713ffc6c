"""What a release means for who uses it: what it rests on, what it saw, what it is good for and what not."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from leaderboard.pages.releases.facts import family
from leaderboard.runs.schedule import SCHEDULE
from nb301.releases.load import Release
from nb301.releases.manifest import Manifest
from nb301.releases.report import ClaimVerdict, ReportedClaim
from nb301.truth.base import TruthKind, kind_of, rests_on

#: Names of releases that tracks run on.
_SCHEDULED = frozenset(chain.from_iterable(stage.releases for stage in SCHEDULE))
#: Claims that a cell of skip connections alone is not overrated.
_ALL_SKIP = "all_skip"
_GOOD_FOR = {
    TruthKind.PAPER: "Comparing optimizers on what real CIFAR-10 trainings say of architectures like those "
    "that it saw.",
    TruthKind.EMULATED: "Comparing optimizers with each other: the function behind it judges whatever they "
    "find.",
    TruthKind.OTHER: "Checking the method against real trainings that take seconds: `nb301 verify` trains an "
    "architecture, and compares.",
}


def meaning(release: Release, claims: Sequence[ReportedClaim]) -> list[tuple[str, str]]:
    """Titles and sentences, in the order in which they stand on the release's page."""
    manifest = release.manifest
    return [
        ("Rests on", _basis(manifest)),
        ("Has seen", _seen(manifest)),
        ("Accuracy", _accuracy(manifest)),
        ("Good for", _GOOD_FOR[kind_of(manifest.truth)] + _curves(release)),
        ("Not good for", " ".join(_not_for(manifest, claims))),
    ]


def why_unranked(release: Release) -> str:
    """Why no ranking on this site has runs on a release."""
    manifest = release.manifest
    if release.name in _SCHEDULED:
        return "Its tracks have no published runs on this site."
    if kind_of(manifest.truth) is TruthKind.OTHER:
        return (
            "No track runs on it: budgets are seconds of CIFAR-10 trainings, and its own trainings take "
            "a few seconds."
        )
    if manifest.imported is None and manifest.family == "lgb":
        return (
            "No track runs on it. Every release costs all runs of a track once more, so tracks have two "
            "families: XGBoost and GIN, those of the models of accuracy that the authors of NAS-Bench-301 "
            "published. LightGBM is an ensemble of trees as XGBoost is, and is here to be asked and compared."
        )
    return "No track runs on it."


def _basis(manifest: Manifest) -> str:
    rows = manifest.table.rows
    what = rests_on(manifest.truth)
    if kind_of(manifest.truth) is TruthKind.EMULATED:
        return (
            f"{_count(rows)}emulated evaluations. A function that follows the published landscape gave their "
            "accuracies; no network was trained."
        )
    return f"{_count(rows)}{what}."


def _seen(manifest: Manifest) -> str:
    whose = "random search alone" if manifest.random_only else "all optimizers"
    if manifest.split is None:
        return f"Rows of {whose}; which ones is not known."
    split = manifest.split
    return (
        f"{split.train:,} rows of {whose} to fit, {split.val:,} to know when to stop. "
        f"{split.test:,} rows were kept apart."
    )


def _accuracy(manifest: Manifest) -> str:
    metrics = manifest.metrics
    if metrics is None:
        return "Not measured here: it was imported."
    noise = "evaluation" if kind_of(manifest.truth) is TruthKind.EMULATED else "training"
    return (
        f"R² {metrics.r2:.3f} and sparse Kendall's tau {metrics.sparse_kendall_tau:.3f} on the rows kept "
        f"apart. The mean of {manifest.members} {family(manifest)} models is off by "
        f"{100 * metrics.mean_absolute_error:.2f} points on average, the noise of one {noise} included."
    )


def _curves(release: Release) -> str:
    return (
        "" if release.curve_model is None else " It predicts every epoch, so that trainings may stop early."
    )


def _not_for(manifest: Manifest, claims: Sequence[ReportedClaim]) -> list[str]:
    kind = kind_of(manifest.truth)
    sentences = []
    if kind is not TruthKind.PAPER:
        sentences.append("Accuracies on CIFAR-10: no number of it is one.")
    if manifest.random_only:
        sentences.append("The best architectures, which random search hardly reaches: there it extrapolates.")
    for claim in claims:
        if claim.id.startswith(_ALL_SKIP) and claim.verdict is ClaimVerdict.fails and claim.value is not None:
            sentences.append(
                f"Cells of skip connections alone: it predicts them {claim.value:.1f} points too high."
            )
    if kind is TruthKind.PAPER:
        sentences.append("Learning curves: nobody published those of its trainings.")
    return sentences


def _count(rows: int | None) -> str:
    return "" if rows is None else f"{rows:,} "
