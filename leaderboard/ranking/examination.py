"""Cross-examination: the others and the ground truth judge what was found on one release.

An architecture that its own release likes better than all others do was found by overfitting to that
surrogate's errors. A judge that rates all architectures higher or lower than the release does differs by
that, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from leaderboard.ranking.scores import final_genotype
from leaderboard.ranking.statistics import estimates
from leaderboard.runs.record import ReleaseReference, Run
from leaderboard.runs.releases import can_be_asked, loaded
from nb301 import exact
from nb301.benchmark import Benchmark
from nb301.releases import names
from nb301.space import Genotype
from nb301.truth.base import first_real
from nb301.truth.emulated import EmulatedTruth

Array = NDArray[np.float64]

#: Stands for all entries together.
ALL = "*"
#: Stands for the ground truth among the judges.
TRUTH = "ground truth"
#: Stands for the mean of the other releases on the same ground truth.
OTHERS = "other releases"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one judge says of the architectures that an entry found on one release; errors in percent."""

    #: Slug, or `ALL`.
    entry: str
    found_on: str
    #: Name of a release, `TRUTH` or `OTHERS`.
    judge: str
    #: Mean noise-free validation error by the judge.
    error: float
    #: The judge's error minus that of the release it was found on, points: how much worse it is.
    worse: float
    #: Interval of `worse` over runs.
    interval: tuple[float, float]
    runs: int


def examine(runs: Sequence[Run]) -> list[Judgement]:
    """Let all embedded releases that runs rest on, and the emulated ground truth, judge what was found.

    The ground truth judges what was found on releases that rest on it; others' cannot be asked. Releases on
    one ground truth judge together, too. Runs on releases that are not embedded, or that found nothing, are
    left out.
    """
    judges = _judges(map(attrgetter("release"), runs))
    hashes = {judge.release.release_hash for judge in judges}
    truths = {judge.release.name: judge.release.manifest.truth for judge in judges}
    judged, genotypes, releases = [], [], []
    for run in runs:
        final = final_genotype(run)
        if final is not None and run.release.release_hash in hashes:
            judged.append(run)
            releases.append(run.release)
            genotypes.append(Genotype.parse(final))
    if not judged:
        return []
    errors = errors_by_judges(genotypes, releases)
    places: dict[tuple[str, str], list[int]] = {}
    for index, run in enumerate(judged):
        for entry in (ALL, run.cell.submission):
            places.setdefault((entry, run.release.name), []).append(index)
    judgements: list[Judgement] = []
    # ALL is before every slug
    for (entry, release), indices in sorted(places.items()):
        entry_errors = {}
        for judge, judge_errors in errors.items():
            if not np.isnan(judge_errors[indices]).any():
                entry_errors[judge] = judge_errors[indices]
        others = [entry_errors[name] for name in truths if _is_another(name, release, truths)]
        if others:
            entry_errors[OTHERS] = exact.mean(np.array(others).T)
        judgements += _judged(entry, release, entry_errors)
    return judgements


def errors_by_judges(genotypes: list[Genotype], releases: Iterable[ReleaseReference]) -> Mapping[str, Array]:
    """Noise-free errors of architectures by each judge, percent, shape (n,).

    Args:
        genotypes: The architectures, n.
        releases: That each was found on, n. Those of them that are embedded are judges, and, where some rest
            on it, the emulated ground truth: NaN for architectures that were found on others.
    """
    references = list(releases)
    errors = {}
    for judge in _judges(references):
        errors[judge.release.name] = 100 * (1 - judge.query(genotypes).mean)
    is_asked = np.array([can_be_asked(reference.truth) for reference in references])
    if is_asked.any():
        errors[TRUTH] = np.where(is_asked, 100 * (1 - EmulatedTruth().mean(genotypes)), np.nan)
    return errors


def _judges(releases: Iterable[ReleaseReference]) -> list[Benchmark]:
    """The releases that are embedded, those on real CIFAR-10 trainings first, then by name."""
    hashes = {release.name: release.release_hash for release in releases}
    judges = []
    for name in sorted(hashes.keys() & set(names())):
        judge = loaded(name)
        if judge.release.release_hash == hashes[name]:
            judges.append(judge)
    return sorted(judges, key=lambda judge: first_real(judge.release.manifest.truth))


def _is_another(judge: str, release: str, truths: Mapping[str, str]) -> bool:
    return judge != release and truths[judge] == truths[release]


def _judged(entry: str, found_on: str, errors: Mapping[str, Array]) -> list[Judgement]:
    """Judgements on one entry's architectures; `errors` by judge, percent, shape (runs,)."""
    differences = np.array(list(errors.values())) - errors[found_on]
    judgements = []
    for judge, worse in zip(errors, estimates(differences), strict=True):
        judgement = Judgement(
            entry=entry,
            found_on=found_on,
            judge=judge,
            error=float(exact.mean(errors[judge])),
            worse=worse.value,
            interval=(worse.low, worse.high),
            runs=len(errors[judge]),
        )
        judgements.append(judgement)
    return judgements
