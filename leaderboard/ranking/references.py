"""Frozen references: scores are measured against them, so that a new entry never moves another.

A release has, by its hash, the median random architecture and the best value that is known, both without
noise. `python -m leaderboard references` computes them into `references.toml`; entries may pass the best
one, and score more than 100. The file is only ever replaced together with a release.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError, model_validator

from leaderboard.errors import UnknownReference
from leaderboard.places import REFERENCES
from leaderboard.runs.key import Sha256, Slug
from leaderboard.runs.record import Fraction
from nb301.benchmark import Benchmark
from nb301.errors import one_line
from nb301.files import write_text
from nb301.parsing import parse_toml, read_bytes
from nb301.records import Record, first_wrong
from nb301.space import Genotype, mutate, neighbours, sample_many

_SEED, _RANDOM = 301, 10_000
#: Bytes of a file of references, 400 each.
_MOST_BYTES = 2**20
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

    @model_validator(mode="after")
    def _apart(self) -> Reference:
        if not self.random_accuracy < self.best_accuracy:
            raise ValueError("best_accuracy must lie above random_accuracy")
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


def compute(benchmark: Benchmark, rounds: int = _ROUNDS) -> Reference:
    """Compute a release's references: random architectures, then local search from the best, shaken.

    Args:
        benchmark: The release.
        rounds: How often the best are shaken and climb again.
    """
    rng = np.random.default_rng(_SEED)
    random = sample_many(rng, _RANDOM)
    accuracies = benchmark.query(random).mean
    order = np.argsort(-accuracies, kind="stable")[:_CLIMBERS]
    climbers = [random[index] for index in order]
    best, best_accuracy = climbers[0], float(accuracies[order[0]])
    for _ in range(rounds):
        climbers, reached = _climb(climbers, benchmark)
        order = np.argsort(-reached, kind="stable")
        if reached[order[0]] > best_accuracy:
            best, best_accuracy = climbers[order[0]], float(reached[order[0]])
        # the better half, each shaken twice
        shaken = []
        for index in np.repeat(order[: _CLIMBERS // 2], 2):
            shaken.append(_shaken(climbers[index], rng))
        climbers = shaken
    return Reference(
        name=benchmark.release.name,
        release_hash=benchmark.release.release_hash,
        random_accuracy=float(np.median(accuracies)),
        best_accuracy=best_accuracy,
        best_genotype=str(best),
    )


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
    return f'"{value}"' if isinstance(value, str) else repr(value)


def _climb(climbers: list[Genotype], benchmark: Benchmark) -> tuple[list[Genotype], NDArray[np.float64]]:
    """Move each to its best neighbour until none is better; where they ended, and their accuracies."""
    reached = benchmark.query(climbers).mean.copy()
    climbing = list(range(len(climbers)))
    while climbing:
        around = [neighbours(climbers[index]) for index in climbing]
        accuracies = benchmark.query(list(chain.from_iterable(around))).mean
        still, start = [], 0
        for index, near in zip(climbing, around, strict=True):
            near_accuracies = accuracies[start : start + len(near)]
            start += len(near)
            if near_accuracies.max() > reached[index]:
                climbers[index], reached[index] = near[int(near_accuracies.argmax())], near_accuracies.max()
                still.append(index)
        climbing = still
    return climbers, reached


def _shaken(genotype: Genotype, rng: np.random.Generator) -> Genotype:
    for _ in range(_KICKS):
        genotype = mutate(genotype, rng)
    return genotype
