"""A replay evaluates a run's proposals again, under a simulated clock until its budget ends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leaderboard.runs.key import RunKey
from leaderboard.runs.trace import Trace
from nb301.benchmark import Benchmark
from nb301.optimizers import Budget, Observation, RunEnded, Trajectory
from nb301.optimizers.run import drive
from nb301.optimizers.workers import SimulatedWorkers
from nb301.space import Genotype


@dataclass(frozen=True, slots=True)
class Replay:
    """The answers to a run's proposals; columns are in the order of proposals."""

    #: Shape (n,).
    training_seed: NDArray[np.int64]
    #: Shape (n,).
    val_accuracy: NDArray[np.float64]
    #: Shape (n,).
    runtime: NDArray[np.float64]
    #: The evaluations that ended within the budget.
    trajectory: Trajectory
    #: Whether the budget was spent: no further proposal was asked for.
    is_spent: bool


def proposals_of(trace: Trace, unfinished: Sequence[str]) -> list[Genotype] | None:
    """A run's proposals in their order; None where their numbers are not 0, 1, ...

    Args:
        trace: Holds those that were finished.
        unfinished: Text forms of the others, in their order.

    Raises:
        GenotypeError: A text is no genotype.
    """
    numbers = trace.number.tolist()
    n, finished = len(numbers) + len(unfinished), dict(zip(numbers, trace.genotype, strict=True))
    if len(finished) != len(numbers) or not finished.keys() <= set(range(n)):
        return None
    others = iter(unfinished)
    texts = [finished[number] if number in finished else next(others) for number in range(n)]
    return list(map(Genotype.parse, texts))


def replay(proposals: list[Genotype], cell: RunKey, first_seed: int, benchmark: Benchmark) -> Replay:
    """Evaluate proposals again.

    Args:
        proposals: In their order.
        cell: Key of the run.
        first_seed: Training seed of first evaluations; the k-th repetition of an architecture adds k.
        benchmark: What answers.
    """
    repeats: Counter[bytes] = Counter()
    seeds = []
    for genotype in proposals:
        seeds.append(first_seed + repeats[genotype.canonical_code])
        repeats[genotype.canonical_code] += 1
    training_seed = np.array(seeds, dtype=np.int64)
    accuracies = runtimes = np.empty(0)
    if proposals:
        answers = benchmark.query(proposals, seed=training_seed.astype(np.uint64))
        accuracies, runtimes = answers.val_accuracy, answers.runtime
    results = map(Observation, accuracies.tolist(), runtimes.tolist())
    proposer = _Proposer(proposals)
    trajectory = drive(
        proposer,
        # evaluations are submitted in the order of proposals
        SimulatedWorkers(lambda *_: next(results), cell.workers),
        Budget(seconds=cell.budget_seconds, evaluations=cell.budget_evaluations),
        seed=first_seed,
    )
    return Replay(training_seed, accuracies, runtimes, trajectory, not proposer.ran_out)


class _Proposer:
    """An optimizer that makes given proposals."""

    def __init__(self, proposals: list[Genotype]) -> None:
        self._left = iter(proposals)
        #: Whether it was asked for more than there are.
        self.ran_out = False

    def ask(self) -> Genotype:
        for genotype in self._left:
            return genotype
        self.ran_out = True
        raise RunEnded

    def tell(self, genotype: Genotype, observation: Observation) -> None:
        """Nothing is learnt."""
