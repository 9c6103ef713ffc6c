"""What `docs/real_releases.py` tells of releases: measured on rows that neither fitted nor stopped them."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from pathlib import Path
from time import process_time
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from nb301.formats import read
from nb301.metrics import r2, sparse_kendall_tau, spearman
from nb301.releases import Release
from nb301.space import Cell, Genotype, Op
from nb301.surrogates.ensemble import fit_one
from nb301.tables.schema import EvaluationTable
from validation.intervals import bootstrap_interval
from validation.measures.base import observed, predicted
from validation.predictors import noise_std, training_std
from validation.subject import Subject, subject_of

Array = NDArray[np.float64]
#: Columns of the paper's Table 3, and one that it does not have.
STATISTICS = {"R2": r2, "sparse Kendall tau": sparse_kendall_tau, "Spearman": spearman}
#: Draws of trainings that a ceiling is the mean of.
_DRAWS = 100
#: Zip archives, and so wheels, are packed like that by default.
_LEVEL = 6


class Judged(NamedTuple):
    """A release on the test rows of its table; fractions, shape (n,)."""

    subject: Subject
    accuracy: Array
    """One training each."""
    mean: Array
    member_std: Array
    """Between the members."""
    noise_std: Array
    """Between trainings, by the manifest."""
    training_std: Array
    """Of a training that is still to come, around the mean: both of the above."""

    def ask(self, genotypes: list[Genotype]) -> tuple[Array, Array]:
        """Predicted means, and the stds of a training around them, fractions, shape (n,) each."""
        mean, _ = self.subject.predictor.predict(genotypes)
        return mean, training_std(self.subject.predictor, genotypes)


def judge(release: Release, table: EvaluationTable, cache: Path) -> Judged:
    """Ask a release about the test rows.

    Args:
        release: Was fitted on the table.
        table: Has the trainings.
        cache: Folder of what is fitted for measures.

    Raises:
        ReleaseError: It was fitted on another table.
    """
    subject = subject_of(release, table, cache)
    rows = subject.split.test
    genotypes = subject.genotypes(rows)
    mean, std = predicted(subject, rows)
    noise = noise_std(subject.predictor, genotypes)
    return Judged(
        subject, observed(subject, rows), mean, std, noise, training_std(subject.predictor, genotypes)
    )


class Score(NamedTuple):
    """A statistic with its 95 % bootstrap interval."""

    value: float
    low: float
    high: float


def scores(accuracy: Array, predicted: Array) -> dict[str, Score]:
    """The statistics of Table 3; accuracies of shape (n,) each."""
    found = {}
    for name, statistic in STATISTICS.items():
        low, high = bootstrap_interval(lambda r, s=statistic: s(accuracy[r], predicted[r]), len(accuracy))
        found[name] = Score(statistic(accuracy, predicted), low, high)
    return found


def ceiling(accuracy: Array, noise: Array, seed: int) -> dict[str, float]:
    """What the mean of all trainings of each architecture would score against one training of each.

    R2 follows from the variances. For ranks the means are taken to be distributed as the trainings are, but
    for the noise's share of the variance, and trainings are drawn around them.

    Args:
        accuracy: Of one training each, fractions, shape (n,).
        noise: Std of the trainings of each, fractions, shape (n,); from 0 to the trainings' own spread.
        seed: Of the draws.
    """
    share = max(0.0, 1 - float((noise**2).mean() / accuracy.var()))
    means = accuracy.mean() + share**0.5 * (accuracy - accuracy.mean())
    rng = np.random.default_rng(seed)
    trainings = means + noise * rng.standard_normal((_DRAWS, len(means)))
    reached = {"R2": share}
    for name in ("sparse Kendall tau", "Spearman"):
        reached[name] = float(np.mean([STATISTICS[name](drawn, means) for drawn in trainings]))
    return reached


def share_inside(judged: Judged, std: Array, level: float) -> float:
    """Share of the trainings inside the central interval of a nominal share, 0..1, by a std of each."""
    off = np.abs(judged.accuracy - judged.mean)
    return float((off <= norm.ppf((1 + level) / 2) * std).mean())


def landmarks() -> dict[str, Genotype]:
    """Architectures of which the paper's models' predictions were published (official_facts F41)."""
    darts = read("DARTS_V2")
    return {
        "DARTS cell": darts,
        "skip connections alone": Genotype(_all_skip(darts.normal), _all_skip(darts.reduce)),
    }


def _all_skip(cell: Cell) -> Cell:
    return Cell.from_edges((edge.source, edge.target, Op.skip_connect) for edge in cell.edges)


def fit_seconds(judged: Judged) -> float:
    """CPU seconds of fitting one model like the release's members, now and on this machine."""
    subject = judged.subject
    if subject.family is None or subject.release is None:
        raise ValueError(f"{subject.name} does not say how it is fitted: give a release")
    hyperparameters = subject.release.manifest.hyperparameters
    start = process_time()
    fit_one(subject.family, subject.table, subject.split, subject.split_seed, hyperparameters)
    return process_time() - start


def packed_bytes(files: Iterable[Path]) -> int:
    """Bytes that files take in a wheel, each packed by itself."""
    total = 0
    for file in files:
        packing = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
        total += len(packing.compress(file.read_bytes())) + len(packing.flush())
    return total
