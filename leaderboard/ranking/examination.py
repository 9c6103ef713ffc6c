"""Cross-examination: what was found on one release, judged by the others and by the ground truth.

An architecture that its own release likes better than all others do was found by overfitting to that
surrogate's errors. A judge's level counts, too: what one release deems better of all architectures is
in the difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leaderboard.ranking.scores import final_genotype
from leaderboard.ranking.statistics import estimates
from leaderboard.runs.record import ReleaseReference, Run
from nb301 import exact
from nb301.benchmark import load
from nb301.releases import find, names
from nb301.space import Genotype
from nb301.truth.base import is_emulated
from nb301.truth.emulated import EmulatedTruth

Array = NDArray[np.float64]

#: Stands for all entries together.
ALL = "*"
#: Stands for the ground truth among the judges.
TRUTH = "ground truth"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one judge says of the architectures that an entry found on one release; errors in percent."""

    #: Slug, or `ALL`.
    entry: str
    found_on: str
    #: Name of a release, or `TRUTH`.
    judge: str
    #: Mean noise-free validation error by the judge.
    error: float
    #: The judge's error minus that of the release it was found on, points: how much worse it is.
    worse: float
    #: Interval of `worse` over runs.
    interval: tuple[float, float]
    runs: int


def examine(runs: Sequence[Run]) -> list[Judgement]:
    """Let all embedded releases that runs rest on, and their emulated ground truth, judge what was found.

    Runs on releases that are not embedded, or that found nothing, are left out.
    """
    embedded = _embedded([run.release for run in runs])
    found = [run for run in runs if run.release.release_hash in embedded.values() and final_genotype(run)]
    if not found:
        return []
    genotypes = [Genotype.parse(str(final_genotype(run))) for run in found]
    errors = errors_by_judges(genotypes, [run.release for run in found])
    of: dict[tuple[str, str], list[int]] = {}
    for index, run in enumerate(found):
        for entry in (ALL, run.cell.submission):
            of.setdefault((entry, run.release.name), []).append(index)
    judgements = []
    # ALL is before every slug
    for (entry, release), chosen in sorted(of.items()):
        own = errors[release][chosen]
        judgements += _judged(entry, release, {judge: by[chosen] for judge, by in errors.items()}, own)
    return judgements


def errors_by_judges(genotypes: list[Genotype], releases: Iterable[ReleaseReference]) -> Mapping[str, Array]:
    """Noise-free errors of architectures by each judge, percent, shape (n,).

    Args:
        genotypes: The architectures, n.
        releases: Those of them that are embedded are judges, and, where all rest on it, the emulated
            ground truth.
    """
    given = list(releases)
    errors = {name: 100 * (1 - load(name).query(genotypes).mean) for name in sorted(_embedded(given))}
    if all(is_emulated(release.truth) for release in given):
        errors[TRUTH] = 100 * (1 - EmulatedTruth().mean(genotypes))
    return errors


def _embedded(releases: Iterable[ReleaseReference]) -> dict[str, str]:
    """Hashes, by name, of the releases that are embedded."""
    used = {release.name: release.release_hash for release in releases}
    return {name: used[name] for name in names() if name in used and find(name).release_hash == used[name]}


def _judged(entry: str, found_on: str, errors: Mapping[str, Array], own: Array) -> list[Judgement]:
    return [
        Judgement(
            entry=entry,
            found_on=found_on,
            judge=judge,
            error=float(exact.mean(errors[judge])),
            worse=worse.value,
            interval=(worse.low, worse.high),
            runs=len(own),
        )
        for judge, worse in zip(errors, estimates(np.array([*errors.values()]) - own), strict=True)
    ]
