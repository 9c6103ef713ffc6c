"""Releases as runs need them: each is loaded once in a process, and each run notes which one answered."""

from __future__ import annotations

from functools import cache

from leaderboard.runs.record import ReleaseReference
from nb301.benchmark import Benchmark, load
from nb301.releases import Manifest


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
