"""No search: architectures that anybody knows beforehand, valued as runs are, and never ranked.

An optimizer that does not beat them has found nothing that was not known; where one begins with them, its
place is not owed to its search.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from leaderboard.ranking.references import Reference
from leaderboard.ranking.scores import window
from leaderboard.runs.record import ReleaseReference
from leaderboard.runs.releases import loaded
from nb301 import exact
from nb301.formats import read
from nb301.releases import names
from nb301.space import Genotype


def _of_one_op(op: str) -> str:
    """All edges with an op, all nodes on the two inputs."""
    cell = "/".join([f"{op}@0+{op}@1"] * 4)
    return f"normal:{cell},reduce:{cell}"


#: By what people call them, in any notation.
KNOWN: Mapping[str, str] = {
    "Separable 5x5 everywhere": _of_one_op("sep_conv_5x5"),
    "Separable 3x3 everywhere": _of_one_op("sep_conv_3x3"),
    "DARTS' cell, second order": "DARTS_V2",
    "PC-DARTS' cell": "PC_DARTS",
    "DrNAS' cell": "DrNAS",
    "GDAS' cell": "GDAS",
}


@dataclass(frozen=True, slots=True)
class NoSearch:
    """One architecture, as if a run had proposed nothing else."""

    name: str
    genotype: Genotype
    #: Anytime score on each release, in their order, and the mean.
    scores: tuple[float, ...]
    score: float
    #: Noise-free validation error, percent, mean over releases.
    error: float
    #: Its distance from the best known one, points, likewise.
    regret: float


def no_search(
    releases: Sequence[ReleaseReference],
    references: Mapping[str, Reference],
    budget_seconds: float,
) -> list[NoSearch]:
    """Value the known architectures on releases, the best first.

    Args:
        releases: Nothing is said where one of them is not embedded.
        references: By release hash.
        budget_seconds: Of a run.
    """
    embedded = set(names())
    if any(
        release.name not in embedded or loaded(release.name).release.release_hash != release.release_hash
        for release in releases
    ):
        return []
    genotypes = [read(text) for text in KNOWN.values()]
    first, end = window(budget_seconds)
    scores, errors, regrets = [], [], []
    for release in releases:
        reference = references[release.release_hash]
        answers = loaded(release.name).query(genotypes)
        # from the end of its training on it is the incumbent
        since = np.clip(answers.runtime, first, end)
        share = exact.log(end / since) / exact.log(end / first)
        scores.append(100 * share * (1 - reference.regret(answers.mean)))
        errors.append(100 * (1 - answers.mean))
        regrets.append(100 * (reference.best_accuracy - answers.mean))
    together = [exact.mean(np.array(values), axis=0) for values in (scores, errors, regrets)]
    known = []
    for place, (name, genotype) in enumerate(zip(KNOWN, genotypes, strict=True)):
        of_releases = tuple(float(on_release[place]) for on_release in scores)
        known.append(NoSearch(name, genotype, of_releases, *(float(values[place]) for values in together)))
    return sorted(known, key=lambda one: -one.score)
