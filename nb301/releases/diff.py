"""What changes from one release to another: predictions on a fixed set of probes, and manifests.

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
_UNIFORM, _EACH_SKIP = 2000, 10
#: Regularized evolution's random start and its steps after it, evaluations.
_POPULATION, _STEPS = 100, 300
_LARGEST = 5
_NO_SKIP = [op for op in Op if op != Op.skip_connect]


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How two releases' predictions of one kind of probes compare; fractions, seconds, correlations."""

    n: int
    #: Of |B - A| of the ensembles' means.
    mean_difference: float
    median_difference: float
    largest_difference: float
    #: Mean of B - A.
    bias: float
    #: None where a release predicts the same for all.
    kendall_tau: float | None
    spearman: float | None
    #: Mean over probes of the std between members.
    mean_std_a: float
    mean_std_b: float
    #: Mean of |B - A| and of B - A of the predicted runtimes, seconds.
    runtime_difference: float
    runtime_bias: float


class Probe(NamedTuple):
    """A probe that the releases differ on most."""

    genotype: str
    #: Predicted means, fractions.
    a: float
    b: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseDiff:
    """How release B differs from release A."""

    a: str
    b: str
    #: The ground truth that each rests on.
    truth_a: str
    truth_b: str
    #: Whether both manifests, and so all files, have the same hash; what follows is empty then.
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


def diff(a: Release, b: Release) -> ReleaseDiff:
    """Compare two releases, of any families, tables and ground truths."""
    about: dict[str, Any] = {
        "a": a.name,
        "b": b.name,
        "truth_a": a.manifest.truth,
        "truth_b": b.manifest.truth,
    }
    if a.release_hash == b.release_hash:
        return ReleaseDiff(**about, identical=True, agreement={}, largest=(), manifest={})
    probes = _probes(a, b)
    genotypes = [genotype for part in probes.values() for genotype in part]
    of_a, of_b = _predict(a, genotypes), _predict(b, genotypes)
    kind = np.repeat([*probes], [len(part) for part in probes.values()])
    parts = {name: np.flatnonzero(kind == name) for name in probes} | {"all": np.arange(len(genotypes))}
    order = np.argsort(-np.abs(of_b.mean - of_a.mean), kind="stable")[:_LARGEST]
    return ReleaseDiff(
        **about,
        identical=False,
        agreement={name: _agreement(of_a, of_b, rows) for name, rows in parts.items()},
        largest=tuple(
            Probe(str(genotypes[row]), float(of_a.mean[row]), float(of_b.mean[row])) for row in order
        ),
        manifest=_differing(a.manifest.model_dump(mode="json"), b.manifest.model_dump(mode="json")),
    )


def _probes(a: Release, b: Release) -> dict[str, list[Genotype]]:
    rng = np.random.default_rng(_SEED)
    return {
        "uniform": sample_many(rng, _UNIFORM),
        "skips": [_with_skips(rng, skips) for skips in range(9) for _ in range(_EACH_SKIP)],
        "evolved": _evolved(rng, a, b),
    }


def _with_skips(rng: np.random.Generator, skips: int) -> Genotype:
    """A random architecture with as many skip connections in the normal cell."""
    genotype = sample(rng)
    ops = [Op.skip_connect] * skips + [_NO_SKIP[k] for k in rng.integers(len(_NO_SKIP), size=8 - skips)]
    drawn = zip(genotype.normal.edges, rng.permutation(8), strict=True)
    return Genotype(
        Cell.from_edges(Edge(source, target, ops[k]) for (source, target, _), k in drawn), genotype.reduce
    )


def _evolved(rng: np.random.Generator, a: Release, b: Release) -> list[Genotype]:
    """Distinct architectures that evolution proposes after its random start, in canonical form."""

    def objective(genotype: Genotype, _seed: int) -> Observation:
        codes = _codes([genotype])
        means = [mean_and_std(release.surrogate.predict(codes))[0] for release in (a, b)]
        return Observation(float(np.mean(means)), runtime=1.0)

    optimizer = RegularizedEvolution(rng, population_size=_POPULATION)
    run = simulate(optimizer, objective, Budget(evaluations=_POPULATION + _STEPS), seed=_SEED)
    return [*dict.fromkeys(genotype.canonical() for genotype in run.genotypes[_POPULATION:])]


def _predict(release: Release, genotypes: list[Genotype]) -> _Predictions:
    codes = _codes(genotypes)
    mean, std = mean_and_std(release.surrogate.predict(codes))
    return _Predictions(mean, std, release.runtime_model.predict(codes))


def _codes(genotypes: list[Genotype]) -> NDArray[np.uint8]:
    return to_codes([genotype.canonical() for genotype in genotypes])


def _agreement(a: _Predictions, b: _Predictions, rows: NDArray[np.intp]) -> Agreement:
    a, b = (_Predictions(*(values[rows] for values in part)) for part in (a, b))
    difference, seconds = b.mean - a.mean, b.runtime - a.runtime
    tau, rho = kendall_tau(a.mean, b.mean), spearman(a.mean, b.mean)
    return Agreement(
        n=len(rows),
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


def _differing(a: Mapping[str, Any], b: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    flat_a, flat_b = dict(_flat(a)), dict(_flat(b))
    return {
        name: (flat_a.get(name), flat_b.get(name))
        for name in sorted({*flat_a, *flat_b})
        if flat_a.get(name) != flat_b.get(name)
    }


def _flat(entries: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Entries by dotted names, but for the files: that their hashes differ says nothing more."""
    for name, value in entries.items():
        if isinstance(value, Mapping):
            if name != "files":
                yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value
