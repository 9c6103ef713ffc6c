"""Frozen references: scores are measured against them, so that a new entry never moves another.

A release has, by its hash, the median random architecture and the best that is known, both without noise and
by what runs on it are scored by: the ground truth where that can be asked (`releases.judged`). Where
multiply-adds count, too, the best is a front. `python -m leaderboard references` computes all of it into
`references.toml`; entries may pass the best, and score more than 100. The file is only ever replaced together
with a release.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property, partial
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError, model_validator

from leaderboard.errors import UnknownReference
from leaderboard.places import REFERENCES
from leaderboard.runs.fronts import entering, hypervolume
from leaderboard.runs.key import Sha256, Slug
from leaderboard.runs.record import Fraction
from leaderboard.runs.releases import judged
from nb301.benchmark import Benchmark
from nb301.cost import cost_many
from nb301.errors import one_line
from nb301.files import write_text
from nb301.parsing import parse_toml, read_bytes
from nb301.records import Record, first_wrong
from nb301.space import Genotype, mutate, neighbours, sample_many, to_codes

_SEED, _RANDOM = 301, 10_000
#: Bytes of a file of references, 400 each.
_MOST_BYTES = 2**20
#: How far beyond the worst of the reference front and the median random architecture, in each objective, an
#: architecture still counts, as a share of the front's range: these would add nothing otherwise.
MARGIN = 0.1
#: Points of a reference front, which more hardly change.
_POINTS = 60
#: What the whole range of random architectures' multiply-adds is worth when the front is looked for, points
#: of error.
_EXCHANGE_RATES = (0.01, 0.03, 0.1, 0.2, 0.4, 0.7, 1.0, 1.5, 3.0, 6.0, 12.0)
#: An architecture's value, to be maximized, shape (n,).
_Value = Callable[[list[Genotype]], NDArray[np.float64]]
#: Architectures that climb at a time, how often they are shaken, and by how many mutations.
_CLIMBERS, _ROUNDS, _KICKS = 64, 12, 3


class Reference(Record):
    """What a release's scores are measured against."""

    name: Slug
    release_hash: Sha256
    random_accuracy: Fraction
    """Median noise-free accuracy of random architectures, fraction: regret 1."""
    best_accuracy: Fraction
    """Best noise-free accuracy that is known, fraction: regret 0."""
    best_genotype: str
    """Text form of the architecture that has it."""
    random_multiply_adds: int
    """Median multiply-adds of random architectures."""
    front: tuple[tuple[Fraction, int], ...]
    """Accuracies and multiply-adds of architectures that nothing known is better than in both, the cheapest
    first."""

    @model_validator(mode="after")
    def _apart(self) -> Reference:
        if not self.random_accuracy < self.best_accuracy:
            raise ValueError("best_accuracy must lie above random_accuracy")
        accuracies, costs = zip(*self.front, strict=True) if self.front else ((), ())
        if (
            len(self.front) < 2
            or list(accuracies) != sorted({*accuracies})
            or list(costs) != sorted({*costs})
        ):
            raise ValueError("front must have two points at least, and rise from point to point in both")
        return self

    def regret(self, accuracy: NDArray[np.float64]) -> NDArray[np.float64]:
        """Normalised regret: 0 for the best known accuracy, 1 for the median random one and below.

        Args:
            accuracy: Noise-free, fraction, shape (n,); NaN where there is no incumbent: regret 1.

        Returns:
            Shape (n,); negative beyond the best known accuracy.
        """
        scale = self.best_accuracy - self.random_accuracy
        return np.nan_to_num(np.minimum(1.0, (self.best_accuracy - accuracy) / scale), nan=1.0)

    def front_regret(self, accuracy: NDArray[np.float64], multiply_adds: NDArray[np.int64]) -> float:
        """The same of architectures together: what their hypervolume lacks to that of the reference front.

        Both objectives are measured from the front's best (0) to its worst (1), and beyond, to a tenth after
        the worse of that and the median random architecture.

        Args:
            accuracy: Noise-free, fractions, shape (n,).
            multiply_adds: Shape (n,).
        """
        whole, random = self._volumes
        volume = self._volume(accuracy, multiply_adds)
        return min(1.0, (whole - volume) / (whole - random))

    @cached_property
    def _volumes(self) -> tuple[float, float]:
        """Hypervolumes of the reference front, and of the median random architecture."""
        accuracies, costs = (np.array(column) for column in zip(*self.front, strict=True))
        random = np.array([self.random_accuracy]), np.array([self.random_multiply_adds])
        return self._volume(accuracies, costs), self._volume(*random)

    def _volume(self, accuracy: NDArray[np.float64], multiply_adds: NDArray[np.int64]) -> float:
        random = self._placed(np.array([self.random_accuracy]), np.array([self.random_multiply_adds]))[0]
        beyond = np.maximum(random, 1.0) + MARGIN
        return hypervolume(self._placed(accuracy, multiply_adds), (float(beyond[0]), float(beyond[1])))

    def _placed(self, accuracy: NDArray[np.float64], multiply_adds: NDArray[np.int64]) -> NDArray[np.float64]:
        """Errors and multiply-adds of architectures, in ranges of the front, shape (n, 2)."""
        (worst, fewest), (best, most) = self.front[0], self.front[-1]
        errors = (best - accuracy) / (best - worst)
        return np.stack([errors, (multiply_adds - fewest) / (most - fewest)], axis=1)


def compute(
    benchmark: Benchmark, rounds: int = _ROUNDS, rates: Sequence[float] = _EXCHANGE_RATES
) -> Reference:
    """Compute a release's references: random architectures, then local search from the best, shaken.

    Args:
        benchmark: The release.
        rounds: How often the best are shaken and climb again.
        rates: At which the front's climbers exchange accuracy and multiply-adds, points of accuracy for the
            whole range of costs.
    """
    value = partial(judged, benchmark)
    rng = np.random.default_rng(_SEED)
    random = sample_many(rng, _RANDOM)
    accuracies = value(random)
    order = np.argsort(-accuracies, kind="stable")[:_CLIMBERS]
    climbers = [random[index] for index in order]
    best, best_accuracy = climbers[0], float(accuracies[order[0]])
    for _ in range(rounds):
        climbers, reached = _climb(climbers, value)
        order = np.argsort(-reached, kind="stable")
        if reached[order[0]] > best_accuracy:
            best, best_accuracy = climbers[order[0]], float(reached[order[0]])
        # the better half, each shaken twice
        shaken = []
        for index in np.repeat(order[: _CLIMBERS // 2], 2):
            shaken.append(_shaken(climbers[index], rng))
        climbers = shaken
    costs = _multiply_adds(random, benchmark)
    return Reference(
        name=benchmark.release.name,
        release_hash=benchmark.release.release_hash,
        random_accuracy=float(np.median(accuracies)),
        best_accuracy=best_accuracy,
        best_genotype=str(best),
        random_multiply_adds=int(np.median(costs)),
        front=_front(benchmark, [best, *random[: _CLIMBERS // 4]], value, rates, int(np.ptp(costs))),
    )


def _front(
    benchmark: Benchmark, starts: list[Genotype], value: _Value, rates: Sequence[float], range_of_costs: int
) -> tuple[tuple[float, int], ...]:
    """The front of what local searches reach at several exchange rates, thinned to points evenly apart."""
    reached = list(starts)
    for rate in rates:

        def exchanged(
            genotypes: list[Genotype], price: float = rate / 100 / range_of_costs
        ) -> NDArray[np.float64]:
            return value(genotypes) - price * _multiply_adds(genotypes, benchmark)

        climbers, _ = _climb(starts, exchanged)
        reached += climbers
        reached += chain.from_iterable(map(neighbours, climbers))
    accuracies, costs = value(reached), _multiply_adds(reached, benchmark)
    cheapest_first = np.lexsort((-accuracies, costs))
    accuracies, costs = accuracies[cheapest_first], costs[cheapest_first]
    on_front = entering(accuracies, costs)
    kept = on_front[np.unique(np.linspace(0, len(on_front) - 1, _POINTS).round().astype(np.intp))]
    return tuple(zip(accuracies[kept].tolist(), costs[kept].tolist(), strict=True))


def _multiply_adds(genotypes: list[Genotype], benchmark: Benchmark) -> NDArray[np.int64]:
    return cost_many(to_codes(genotypes), benchmark.network)[:, 1]


def read_references(path: Path = REFERENCES) -> dict[str, Reference]:
    """Read references by release hash.

    Raises:
        UnknownReference: The file cannot be read.
    """
    try:
        content = parse_toml(read_bytes(path, _MOST_BYTES))
        references = {}
        for name, fields in content.items():
            reference = Reference(name=name, **fields)
            references[reference.release_hash] = reference
    except (OSError, ValueError, TypeError) as error:  # a ValidationError is a ValueError
        why = first_wrong(error) if isinstance(error, ValidationError) else one_line(str(error))
        raise UnknownReference(
            f"{path}: no references ({why}): `python -m leaderboard references` computes them"
        ) from None
    return references


def write_references(references: Iterable[Reference], path: Path = REFERENCES) -> None:
    """Write references as TOML, ordered by name."""
    lines = ["# Written by `python -m leaderboard references`; see references.py. Accuracies are fractions."]
    for reference in sorted(references, key=lambda reference: reference.name):
        lines += ["", f'["{reference.name}"]']
        for key, value in reference.model_dump(exclude={"name"}).items():
            lines.append(f"{key} = {_toml(value)}")
    write_text(path, "\n".join(lines) + "\n")


def reference_of(release_hash: str, name: str, references: Mapping[str, Reference]) -> Reference:
    """Look a release's references up.

    Raises:
        UnknownReference: There are none of that hash.
    """
    if release_hash not in references:
        raise UnknownReference(
            f"release {name} of hash {release_hash} has no references in {REFERENCES.name}: compute them "
            f"with `python -m leaderboard references --release {name}`"
        )
    return references[release_hash]


def _toml(value: object) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return f'"{value}"' if isinstance(value, str) else repr(value)


def _climb(starts: list[Genotype], value: _Value) -> tuple[list[Genotype], NDArray[np.float64]]:
    """Move each to its best neighbour until none is better; where they ended, and their values."""
    climbers, reached = list(starts), value(starts).copy()
    climbing = list(range(len(climbers)))
    while climbing:
        around = [neighbours(climbers[index]) for index in climbing]
        values = value(list(chain.from_iterable(around)))
        still, start = [], 0
        for index, near in zip(climbing, around, strict=True):
            near_values = values[start : start + len(near)]
            start += len(near)
            if near_values.max() > reached[index]:
                climbers[index], reached[index] = near[int(near_values.argmax())], near_values.max()
                still.append(index)
        climbing = still
    return climbers, reached


def _shaken(genotype: Genotype, rng: np.random.Generator) -> Genotype:
    for _ in range(_KICKS):
        genotype = mutate(genotype, rng)
    return genotype
