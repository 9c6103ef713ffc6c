"""What an optimizer is, and its run against an objective under a simulated clock."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple, Protocol

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


class RunEnded(Exception):
    """Raised by an optimizer's `ask` or `tell` to end its run before the budget does.

    What has ended until then stays: `drive` returns it.
    """


class Evaluated(Protocol):
    """What objectives return; `Evaluation` and `TrainingRun` are such."""

    @property
    def val_accuracy(self) -> float:
        """Fraction."""

    @property
    def runtime(self) -> float:
        """Seconds."""


#: An architecture and a training seed to its result: `EmulatedTruth().evaluate`, or a release's `query`.
Objective = Callable[[Genotype, int], Evaluated]
#: Called with the number of evaluations and the seconds so far.
Progress = Callable[[int, float], None]


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
    #: Seconds from the start of the run to the end of each evaluation, ascending, shape (n,).
    clock: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.genotypes)

    @property
    def incumbents(self) -> NDArray[np.intp]:
        """Number of the evaluation with the best observed accuracy so far, shape (n,)."""
        if not len(self):
            return np.empty(0, dtype=np.intp)
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


class Finished(NamedTuple):
    """An evaluation that has ended."""

    #: Its number, as submitted.
    number: int
    result: Evaluated
    #: Seconds from the start of the run.
    ended: float


class Workers(Protocol):
    """Evaluates several architectures at a time; see `SimulatedWorkers` and `truth.workers`."""

    @property
    def count(self) -> int:
        """How many evaluations may be open at once."""

    def submit(self, number: int, genotype: Genotype, seed: int, at: float) -> None:
        """Start an evaluation, `at` seconds from the start of the run; numbers count up from 0."""

    def finished(self) -> Finished:
        """Wait for the next of the open evaluations to end."""


class SimulatedWorkers:
    """Workers under a simulated clock: an evaluation takes its runtime, and nothing else takes time.

    Args:
        objective: Evaluates an architecture with a training seed.
        count: Number of workers, at least 1.
    """

    def __init__(self, objective: Objective, count: int = 1) -> None:
        if count < 1:
            raise ValueError(f"count is {count}, expected at least one worker")
        self.count = count
        self._objective = objective
        self._open: list[tuple[float, int, Evaluated]] = []

    def submit(self, number: int, genotype: Genotype, seed: int, at: float) -> None:
        """Evaluate at once, to end after its runtime."""
        result = self._objective(genotype, seed)
        # of evaluations that end together the one submitted first comes first
        heapq.heappush(self._open, (at + float(result.runtime), number, result))

    def finished(self) -> Finished:
        """Give the open evaluation that ends first."""
        ended, number, result = heapq.heappop(self._open)
        return Finished(number, result, ended)


def simulate(
    optimizer: Optimizer,
    objective: Objective,
    budget: Budget,
    *,
    seed: int,
    workers: int = 1,
    progress: Progress | None = None,
) -> Trajectory:
    """Run an optimizer against an objective under a simulated clock; see `drive`.

    Args:
        optimizer: Asked and told until the budget ends.
        objective: Evaluates an architecture with a training seed.
        budget: When to end.
        seed: Training seed of first evaluations.
        workers: Evaluations that are open at once; each worker asks as soon as it is free.
        progress: Called after each evaluation with their number and the simulated seconds so far.
    """
    return drive(optimizer, SimulatedWorkers(objective, workers), budget, seed=seed, progress=progress)


def drive(
    optimizer: Optimizer,
    workers: Workers,
    budget: Budget,
    *,
    seed: int,
    progress: Progress | None = None,
) -> Trajectory:
    """Keep workers busy with an optimizer's proposals until the budget ends.

    The k-th evaluation of the same architecture, up to the names of its nodes, trains with
    `seed + k`, so that a repeated architecture gets new noise and the order of others matters not.

    Returns:
        Everything that ended within the budget, or before the optimizer raised `RunEnded`, in the
        order in which it ended.
    """
    proposals: list[tuple[Genotype, int]] = []
    ended: list[Finished] = []
    with suppress(RunEnded):
        _drive(optimizer, workers, budget, seed, progress, proposals, ended)
    return Trajectory(
        genotypes=[proposals[each.number][0] for each in ended],
        seeds=np.array([proposals[each.number][1] for each in ended], dtype=np.int64),
        val_accuracy=np.array([each.result.val_accuracy for each in ended], dtype=np.float64),
        runtime=np.array([each.result.runtime for each in ended], dtype=np.float64),
        clock=np.array([each.ended for each in ended], dtype=np.float64),
    )


def _drive(
    optimizer: Optimizer,
    workers: Workers,
    budget: Budget,
    seed: int,
    progress: Progress | None,
    proposals: list[tuple[Genotype, int]],
    ended: list[Finished],
) -> None:
    """Fill the lists of proposals with their training seeds, and of what ended within the budget."""
    repeats: Counter[str] = Counter()
    while True:
        while len(proposals) < budget.evaluations and len(proposals) - len(ended) < workers.count:
            genotype = optimizer.ask()
            name = genotype.hash
            proposals.append((genotype, seed + repeats[name]))
            repeats[name] += 1
            workers.submit(len(proposals) - 1, *proposals[-1], at=ended[-1].ended if ended else 0.0)
        if len(ended) == len(proposals):
            break
        finished = workers.finished()
        if finished.ended > budget.seconds:
            break
        ended.append(finished)
        result = finished.result
        observation = Observation(float(result.val_accuracy), float(result.runtime))
        optimizer.tell(proposals[finished.number][0], observation)
        if progress is not None:
            progress(len(ended), finished.ended)
