"""No search: architectures that anybody knows beforehand, valued as runs are, and never ranked.

An optimizer that does not beat them has found nothing that was not known; where one begins with them, its
place is not owed to its search.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leaderboard.problems import Problem
from leaderboard.ranking.references import Reference
from leaderboard.ranking.scores import window
from leaderboard.runs.key import Track
from leaderboard.runs.record import ReleaseReference
from leaderboard.runs.releases import judged, loaded
from nb301 import exact
from nb301.cost import cost_many
from nb301.formats import read
from nb301.releases import names
from nb301.space import Genotype, to_codes

Array = NDArray[np.float64]


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
    #: Normalised regret, likewise.
    final_regret: float


def no_search(
    releases: Sequence[ReleaseReference],
    references: Mapping[str, Reference],
    track: Track,
) -> list[NoSearch]:
    """Value the known architectures on releases, the best first.

    Args:
        releases: Nothing is said where one of them is not embedded.
        references: By release hash.
        track: What runs are about, and their budget.
    """
    embedded = set(names())
    if any(
        release.name not in embedded or loaded(release.name).release.release_hash != release.release_hash
        for release in releases
    ):
        return []
    genotypes = [read(text) for text in KNOWN.values()]
    costs = cost_many(to_codes(genotypes))[:, 1]
    first, end = window(track.budget_seconds)
    scores, errors, regrets, normalised = [], [], [], []
    for release in releases:
        reference, benchmark = references[release.release_hash], loaded(release.name)
        accuracies = judged(benchmark, genotypes)
        # from the end of its training on it is the incumbent
        since = np.clip(benchmark.query(genotypes).runtime, first, end)
        share = exact.log(end / since) / exact.log(end / first)
        normalised.append(_regrets(accuracies, costs, reference, track.problem))
        scores.append(100 * share * (1 - normalised[-1]))
        errors.append(100 * (1 - accuracies))
        regrets.append(100 * (reference.best_accuracy - accuracies))
    together = [exact.mean(np.array(values), axis=0) for values in (scores, errors, regrets, normalised)]
    known = []
    for place, (name, genotype) in enumerate(zip(KNOWN, genotypes, strict=True)):
        of_releases = tuple(float(on_release[place]) for on_release in scores)
        known.append(NoSearch(name, genotype, of_releases, *(float(values[place]) for values in together)))
    return sorted(known, key=lambda one: -one.score)


def _regrets(accuracies: Array, costs: NDArray[np.int64], reference: Reference, problem: Problem) -> Array:
    """Normalised regrets of architectures, each on its own, shape (n,)."""
    if problem is not Problem.multi_objective:
        return reference.regret(accuracies)
    alone = zip(accuracies[:, None], costs[:, None], strict=True)
    return np.array([reference.front_regret(accuracy, cost) for accuracy, cost in alone])
