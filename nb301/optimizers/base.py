"""What an optimizer is, and its run against an objective under a simulated clock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from nb301.space import Genotype


@dataclass(frozen=True, slots=True)
class Observation:
    """What an optimizer is told of an architecture, and all that it may know of it."""

    #: Of one training run, with that run's noise; fraction.
    val_accuracy: float
    #: Of that training, simulated seconds.
    runtime: float


class Optimizer(Protocol):
    """Proposes architectures and learns from their results.

    Several proposals may be open at once, and results may come in any order: that is how parallel
    workers ask and tell. Every random draw comes from a generator that the constructor takes.
    """

    def ask(self) -> Genotype:
        """Propose the next architecture to train."""

    def tell(self, genotype: Genotype, observation: Observation) -> None:
        """Take the result of an architecture that was proposed."""


class _Evaluated(Protocol):
    """What objectives return; `Evaluation` and `TrainingRun` are such."""

    @property
    def val_accuracy(self) -> float: ...
    @property
    def runtime(self) -> float: ...


#: An architecture and a training seed to its result: `EmulatedTruth().evaluate`, or a release's `query`.
Objective = Callable[[Genotype, int], _Evaluated]


@dataclass(frozen=True, slots=True)
class Trajectory:
    """One run of an optimizer: all evaluations in the order in which they ended."""

    genotypes: list[Genotype]
    #: Training seed of each evaluation, shape (n,).
    seeds: NDArray[np.int64]
    #: Observed, with noise; fractions, shape (n,).
    val_accuracy: NDArray[np.float64]
    #: Of each training, simulated seconds, shape (n,).
    runtime: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.genotypes)

    @property
    def clock(self) -> NDArray[np.float64]:
        """Simulated seconds from the start to the end of each evaluation, shape (n,)."""
        return np.cumsum(self.runtime)

    @property
    def incumbents(self) -> NDArray[np.intp]:
        """Number of the evaluation with the best observed accuracy so far, shape (n,)."""
        best = np.maximum.accumulate(self.val_accuracy)
        improved = np.append(True, self.val_accuracy[1:] > best[:-1])
        return np.maximum.accumulate(np.where(improved, np.arange(len(self)), 0))

    def incumbent_at(self, seconds: NDArray[np.float64]) -> NDArray[np.intp]:
        """Number of the incumbent's evaluation at given times; -1 before the first has ended.

        Args:
            seconds: Simulated seconds, shape (m,).

        Returns:
            Shape (m,).
        """
        ended = np.searchsorted(self.clock, seconds, side="right")
        return np.append(-1, self.incumbents)[ended]


@dataclass(frozen=True, slots=True)
class Budget:
    """When a run ends: at the first of the limits.

    Args:
        seconds: Simulated seconds; a training that would end later is not counted.
        evaluations: Number of evaluations.

    Raises:
        ValueError: A limit is not positive, or neither is finite.
    """

    seconds: float = float("inf")
    evaluations: float = float("inf")

    def __post_init__(self) -> None:
        if not (self.seconds > 0 and self.evaluations > 0):
            raise ValueError(f"a budget is positive, got {self}")
        if self.seconds == self.evaluations == float("inf"):
            raise ValueError("a budget needs a limit: seconds or evaluations")


def simulate(
    optimizer: Optimizer,
    objective: Objective,
    budget: Budget,
    *,
    seed: int,
    progress: Callable[[int, float], None] | None = None,
) -> Trajectory:
    """Run an optimizer with one worker against an objective.

    The k-th evaluation of the same architecture, up to the names of its nodes, trains with
    `seed + k`, so that a repeated architecture gets new noise and the order of others matters not.

    Args:
        optimizer: Asked and told until the budget ends.
        objective: Evaluates an architecture with a training seed.
        budget: When to end.
        seed: Training seed of first evaluations.
        progress: Called after each evaluation with their number and the simulated seconds so far.

    Returns:
        Everything that was evaluated within the budget.
    """
    genotypes: list[Genotype] = []
    seeds: list[int] = []
    val_accuracy: list[float] = []
    runtime: list[float] = []
    repeats: Counter[str] = Counter()
    clock = 0.0
    while len(genotypes) < budget.evaluations:
        genotype = optimizer.ask()
        name = genotype.hash
        trained_with = seed + repeats[name]
        result = objective(genotype, trained_with)
        clock += float(result.runtime)
        if clock > budget.seconds:
            break
        repeats[name] += 1
        observation = Observation(float(result.val_accuracy), float(result.runtime))
        optimizer.tell(genotype, observation)
        genotypes.append(genotype)
        seeds.append(trained_with)
        val_accuracy.append(observation.val_accuracy)
        runtime.append(observation.runtime)
        if progress is not None:
            progress(len(genotypes), clock)
    return Trajectory(genotypes, np.array(seeds, dtype=np.int64), np.array(val_accuracy), np.array(runtime))
