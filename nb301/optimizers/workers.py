"""What evaluates several architectures at a time, under a simulated clock or in real time."""

from __future__ import annotations

import heapq
from typing import NamedTuple, Protocol

from nb301.optimizers.objectives import Epochs, Objective, Parts, Result, observed
from nb301.space import Genotype


class Finished(NamedTuple):
    """An evaluation that has ended."""

    #: Its number, as submitted.
    number: int
    result: Result
    #: Seconds from the start of the run.
    ended: float


class Workers(Protocol):
    """Evaluates several architectures at a time; see `SimulatedWorkers` and `collection.workers`."""

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
        self._objective, self._parts = objective, Parts(objective)
        self._open: list[tuple[float, int, Result]] = []

    def submit(self, number: int, genotype: Genotype, seed: int, at: float) -> None:
        """Evaluate at once, to end after its runtime.

        Raises:
            ObjectiveError: The objective returned no accuracy and runtime.
        """
        self._end_later(number, self._objective(genotype, seed), at)

    def submit_part(self, number: int, genotype: Genotype, seed: int, at: float, epochs: Epochs) -> None:
        """Evaluate a part of a training at once, to end after the seconds of its epochs.

        Raises:
            ObjectiveError, ProposalError: See `objectives.Parts`.
        """
        self._end_later(number, self._parts.train(genotype, seed, epochs, number), at)

    def _end_later(self, number: int, result: Result, at: float) -> None:
        # of evaluations that end together the one submitted first comes first
        heapq.heappush(self._open, (at + observed(result, number).runtime, number, result))

    def finished(self) -> Finished:
        """Give the open evaluation that ends first."""
        ended, number, result = heapq.heappop(self._open)
        return Finished(number, result, ended)
