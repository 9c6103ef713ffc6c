"""Releases as runs need them: each is loaded once in a process, and each run notes which one answered."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from leaderboard.runs.record import ReleaseReference
from nb301.benchmark import Benchmark, load
from nb301.releases import Manifest
from nb301.space import Genotype
from nb301.truth.base import described
from nb301.truth.emulated import EmulatedTruth


@cache
def loaded(release: str) -> Benchmark:
    """A release by name or folder, as `nb301.load` takes it; this process reads and hashes it once.

    Raises:
        ReleaseError: It cannot be read, or there is none of that name.
    """
    return load(release)


def release_reference(manifest: Manifest) -> ReleaseReference:
    """What a run notes of the release that answered."""
    return ReleaseReference(
        name=manifest.name,
        release_hash=manifest.release_hash,
        truth=manifest.truth,
        family=manifest.family,
        random_only=manifest.random_only,
    )


def judged(benchmark: Benchmark, genotypes: Sequence[Genotype]) -> NDArray[np.float64]:
    """Noise-free accuracies that architectures are scored by, whatever a release's models err in.

    Args:
        benchmark: The release that answered a run's queries.
        genotypes: The architectures, n.

    Returns:
        Fractions, shape (n,): of the release's ground truth where that can be asked, as the emulated one,
        and else the release's own.
    """
    if not genotypes:
        return np.empty(0)
    if can_be_asked(benchmark.release.manifest.truth):
        return EmulatedTruth().mean(list(genotypes))
    return benchmark.query(list(genotypes)).mean


def can_be_asked(truth: str) -> bool:
    """Whether a ground truth tells what any architecture is worth: the emulated one does."""
    return truth == described(EmulatedTruth())
