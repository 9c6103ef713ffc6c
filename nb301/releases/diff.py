"""Differences of two releases: predictions on a fixed set of probes, and manifests.

Probes are the same for a pair of releases, whatever their order, on every machine:

- `uniform`: 2,000 architectures drawn uniformly from the space;
- `skips`: for each number of skip connections 0..8, ten architectures with as many on random edges of
  the normal cell and other ops elsewhere in it (after Appendix D.6);
- `evolved`: what regularized evolution proposes after its random start when it maximises the mean of
  both releases, which is where searches end up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nb301.metrics import kendall_tau, spearman
from nb301.optimizers import Budget, RegularizedEvolution, simulate
from nb301.optimizers.base import Observation
from nb301.releases.load import Release
from nb301.space import Cell, Edge, Genotype, Op, sample, sample_many, to_codes
from nb301.surrogates.ensemble import mean_and_std

_SEED = 301
_UNIFORM, _FOR_EACH_NUMBER = 2000, 10
#: Regularized evolution's random start and its steps after it, evaluations.
_POPULATION, _STEPS = 100, 300
_LARGEST = 5
_NO_SKIP = [op for op in Op if op != Op.skip_connect]


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How two releases' predictions of one kind of probes compare; fractions, seconds, correlations."""

    #: Probes.
    n: int
    #: Mean, median and largest |B - A| of the ensembles' means.
    mean_difference: float
    median_difference: float
    largest_difference: float
    #: Mean of B - A.
    bias: float
    #: None where a release predicts the same for all.
    kendall_tau: float | None
    #: Of the two releases' predictions.
    spearman: float | None
    #: Mean over probes of the std between members.
    mean_std_a: float
    mean_std_b: float
    #: Mean of |B - A| and of B - A of the predicted runtimes, seconds.
    runtime_difference: float
    runtime_bias: float


class Probe(NamedTuple):
    """A probe that the releases differ on most."""

    #: Its text.
    genotype: str
    #: Predicted means, fractions.
    a: float
    #: Release B's prediction, fraction.
    b: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseDiff:
    """How release B differs from release A."""

    a: str
    b: str
    #: Ground truths that they rest on.
    truth_a: str
    truth_b: str
    #: Whether both manifests, and so all files, have the same hash; all below is empty then.
    identical: bool
    #: By kind of probes, and for `all` of them.
    agreement: dict[str, Agreement]
    #: Probes of the largest |B - A|, largest first.
    largest: tuple[Probe, ...]
    #: Entries of the manifests that differ, by dotted name: A's value and B's; None where there is none.
    manifest: dict[str, tuple[Any, Any]]


class _Predictions(NamedTuple):
    mean: NDArray[np.float64]
    std: NDArray[np.float64]
    runtime: NDArray[np.float64]

    def rows(self, part: slice) -> _Predictions:
        return _Predictions(self.mean[part], self.std[part], self.runtime[part])


def diff(a: Release, b: Release) -> ReleaseDiff:
    """Compare two releases, of any families, tables and ground truths."""
    identical = a.release_hash == b.release_hash
    agreement: dict[str, Agreement] = {}
    largest: list[Probe] = []
    if not identical:
        genotypes: list[Genotype] = []
        rows = {}
        for kind, probes in _probes(a, b).items():
            rows[kind] = slice(len(genotypes), len(genotypes) + len(probes))
            genotypes += probes
        rows["all"] = slice(None)
        predicted_a, predicted_b = _predict(a, genotypes), _predict(b, genotypes)
        for kind, part in rows.items():
            agreement[kind] = _agreement(predicted_a.rows(part), predicted_b.rows(part))
        largest = _largest(genotypes, predicted_a.mean, predicted_b.mean)
    return ReleaseDiff(
        a=a.name,
        b=b.name,
        truth_a=a.manifest.truth,
        truth_b=b.manifest.truth,
        identical=identical,
        agreement=agreement,
        largest=tuple(largest),
        manifest=_differing(a.manifest.model_dump(mode="json"), b.manifest.model_dump(mode="json")),
    )


def _largest(genotypes: list[Genotype], a: NDArray[np.float64], b: NDArray[np.float64]) -> list[Probe]:
    """Probes of the largest |b - a|, the differences of the means, largest first."""
    order = np.argsort(-np.abs(b - a), kind="stable")[:_LARGEST]
    return [Probe(str(genotypes[row]), float(a[row]), float(b[row])) for row in order]


def _probes(a: Release, b: Release) -> dict[str, list[Genotype]]:
    rng = np.random.default_rng(_SEED)
    return {
        "uniform": sample_many(rng, _UNIFORM),
        "skips": [_with_skips(rng, skips) for skips in range(9) for _ in range(_FOR_EACH_NUMBER)],
        "evolved": _evolved(rng, a, b),
    }


def _with_skips(rng: np.random.Generator, skips: int) -> Genotype:
    """A random architecture with as many skip connections in the normal cell."""
    genotype = sample(rng)
    ops = [Op.skip_connect] * skips + [_NO_SKIP[k] for k in rng.integers(len(_NO_SKIP), size=8 - skips)]
    edges = []
    for (source, target, _), k in zip(genotype.normal.edges, rng.permutation(8), strict=True):
        edges.append(Edge(source, target, ops[k]))
    return Genotype(Cell.from_edges(edges), genotype.reduce)


def _evolved(rng: np.random.Generator, a: Release, b: Release) -> list[Genotype]:
    """Distinct architectures that evolution proposes after its random start, in canonical form."""

    def objective(genotype: Genotype, _seed: int) -> Observation:
        codes = _codes([genotype])
        mean_a, _ = mean_and_std(a.surrogate.predict(codes))
        mean_b, _ = mean_and_std(b.surrogate.predict(codes))
        return Observation(float(np.mean([mean_a, mean_b])), runtime=1.0)

    optimizer = RegularizedEvolution(rng, population_size=_POPULATION)
    run = simulate(optimizer, objective, Budget(evaluations=_POPULATION + _STEPS), seed=_SEED)
    return [*dict.fromkeys(genotype.canonical() for genotype in run.genotypes[_POPULATION:])]


def _predict(release: Release, genotypes: list[Genotype]) -> _Predictions:
    codes = _codes(genotypes)
    mean, std = mean_and_std(release.surrogate.predict(codes))
    return _Predictions(mean, std, release.runtime_model.predict(codes))


def _codes(genotypes: list[Genotype]) -> NDArray[np.uint8]:
    return to_codes([genotype.canonical() for genotype in genotypes])


def _agreement(a: _Predictions, b: _Predictions) -> Agreement:
    difference, seconds = b.mean - a.mean, b.runtime - a.runtime
    tau, rho = kendall_tau(a.mean, b.mean), spearman(a.mean, b.mean)
    return Agreement(
        n=len(difference),
        mean_difference=float(np.abs(difference).mean()),
        median_difference=float(np.median(np.abs(difference))),
        largest_difference=float(np.abs(difference).max()),
        bias=float(difference.mean()),
        kendall_tau=None if np.isnan(tau) else tau,
        spearman=None if np.isnan(rho) else rho,
        mean_std_a=float(a.std.mean()),
        mean_std_b=float(b.std.mean()),
        runtime_difference=float(np.abs(seconds).mean()),
        runtime_bias=float(seconds.mean()),
    )


#: Entries that list files, beside `files`.
_IMPORTED_FILES = {("imported.accuracy.", "members"), ("imported.runtime.", "members")}


def _differing(a: Mapping[str, Any], b: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    flat_a, flat_b = dict(_flat(a)), dict(_flat(b))
    differing = {}
    for name in sorted({*flat_a, *flat_b}):
        values = flat_a.get(name), flat_b.get(name)
        if values[0] != values[1]:
            differing[name] = values
    return differing


def _flat(entries: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Entries by dotted names, but for files: that their hashes differ says nothing more."""
    for name, value in entries.items():
        if isinstance(value, Mapping):
            if name != "files":
                yield from _flat(value, f"{prefix}{name}.")
        elif (prefix, name) not in _IMPORTED_FILES:
            yield f"{prefix}{name}", value
