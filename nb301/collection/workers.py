"""Workers for real evaluations: in other processes, or together on one machine."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait

from nb301.optimizers.workers import Finished
from nb301.space import Genotype
from nb301.truth.base import TrainingRun, TrainingRuns

#: An architecture and a training seed to the result of its training; sent to other processes.
Evaluate = Callable[[Genotype, int], TrainingRun]
#: Architectures and their training seeds to the results of their trainings.
EvaluateMany = Callable[[Sequence[Genotype], Sequence[int]], TrainingRuns]


class ExecutorWorkers:
    """Evaluations in other processes or on other machines, in real time.

    Args:
        executor: A `ProcessPoolExecutor`, or `Client.get_executor()` of dask.distributed, which runs
            the evaluations of a worker that died again.
        evaluate: Evaluates; must be importable where it runs.
        count: How many evaluations may be open at once.
        elapsed: Seconds that an interrupted run had taken before.
    """

    def __init__(self, executor: Executor, evaluate: Evaluate, count: int, elapsed: float = 0.0) -> None:
        self.count = count
        self._executor = executor
        self._evaluate = evaluate
        self._origin = time.monotonic() - elapsed
        self._open: dict[Future[TrainingRun], int] = {}

    def submit(self, number: int, genotype: Genotype, seed: int, at: float) -> None:  # noqa: ARG002
        """Send the evaluation to the executor.

        Args:
            number: The evaluation's, counted from 0.
            genotype: What to train.
            seed: Training seed.
            at: Simulated seconds; real workers need none.
        """
        self._open[self._executor.submit(self._evaluate, genotype, seed)] = number

    def finished(self) -> Finished:
        """Wait for an evaluation to end; of several, the one submitted first.

        Returns:
            Its number, what it gave, and when it ended, in seconds from the start of the run.

        Raises:
            Exception: Whatever the evaluation raised.
        """
        done = wait(self._open, return_when=FIRST_COMPLETED).done
        future = min(done, key=self._open.__getitem__)
        number = self._open.pop(future)
        return Finished(number, future.result(), time.monotonic() - self._origin)


class StackedWorkers:
    """Evaluations on one machine, in rounds: all that are open are trained together.

    A round ends before the next one starts. The clock runs as if its trainings had come one after the
    other, each for its share of the round's time.

    Args:
        evaluate_many: Trains architectures with their seeds, together.
        count: How many evaluations may be open at once, so also the most of a round.
    """

    def __init__(self, evaluate_many: EvaluateMany, count: int) -> None:
        self.count = count
        self._evaluate_many = evaluate_many
        self._open: list[tuple[int, Genotype, int]] = []
        self._trained: deque[Finished] = deque()
        self._clock = 0.0

    def submit(self, number: int, genotype: Genotype, seed: int, at: float) -> None:
        """Add to the next round.

        Args:
            number: The evaluation's, counted from 0.
            genotype: What to train.
            seed: Training seed.
            at: Simulated seconds; real workers need none.
        """
        self._open.append((number, genotype, seed))
        self._clock = max(self._clock, at)

    def finished(self) -> Finished:
        """Give the next of the round; after its last, train all that are open.

        Returns:
            Its number, what it gave, and when it ended, in seconds from the start of the run.

        Raises:
            Exception: Whatever training raised.
        """
        if not self._trained:
            numbers, genotypes, seeds = zip(*self._open, strict=True)
            self._open = []
            for number, run in zip(numbers, self._evaluate_many(genotypes, seeds), strict=True):
                self._clock += run.runtime
                self._trained.append(Finished(number, run, self._clock))
        return self._trained.popleft()
