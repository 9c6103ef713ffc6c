"""A replay evaluates a run's proposals again, under a simulated clock until its budget ends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from leaderboard.runs.key import RunKey
from leaderboard.runs.proposals import NEW, Asked, Proposal, distinct
from leaderboard.runs.record import Unfinished
from leaderboard.runs.trace import Trace
from nb301.benchmark import Benchmark
from nb301.learning_curves import LearningCurve
from nb301.optimizers import Budget, Observation, RunEnded, Training, Trajectory
from nb301.optimizers.base import EPOCHS
from nb301.optimizers.run import drive
from nb301.optimizers.workers import SimulatedWorkers
from nb301.space import Genotype


@dataclass(frozen=True, slots=True)
class Replay:
    """The answers to a run's proposals."""

    #: The evaluations that ended within the budget.
    trajectory: Trajectory
    #: Numbers of their proposals.
    ended: list[int]
    #: Whether the budget was spent: no further proposal was asked for.
    is_spent: bool


def proposals_of(trace: Trace, unfinished: Sequence[Unfinished]) -> list[Proposal] | None:
    """A run's proposals in their order; None where their numbers are not 0, 1, ..., or go on with later ones.

    Args:
        trace: Holds those that were finished.
        unfinished: The others, in their order.

    Raises:
        GenotypeError: A text is no genotype.
    """
    numbers = trace.number.tolist()
    columns = (trace.genotype, trace.epochs.tolist(), trace.resumes.tolist())
    n, finished = len(numbers) + len(unfinished), dict(zip(numbers, zip(*columns, strict=True), strict=True))
    if len(finished) != len(numbers) or not finished.keys() <= set(range(n)):
        return None
    others = ((proposal.genotype, proposal.epochs, proposal.resumes) for proposal in unfinished)
    proposals = []
    for number in range(n):
        text, epochs, resumes = finished[number] if number in finished else next(others)
        if not NEW <= resumes < number:
            return None
        proposals.append(Proposal(Genotype.parse(text), epochs, resumes))
    return proposals


def replay(proposals: list[Proposal], cell: RunKey, first_seed: int, benchmark: Benchmark) -> Replay:
    """Evaluate proposals again.

    Args:
        proposals: In their order.
        cell: Key of the run.
        first_seed: Training seed of first evaluations; the k-th repetition of an architecture adds k, and a
            training that goes on keeps its seed.
        benchmark: What answers.

    Raises:
        ProposalError: A training goes on with what has not paused, or does not get longer.
    """
    proposer = _Proposer(proposals)
    trajectory = drive(
        proposer,
        SimulatedWorkers(_Answers(proposals, first_seed, benchmark), cell.workers),
        Budget(seconds=cell.budget_seconds, evaluations=cell.budget_evaluations),
        seed=first_seed,
    )
    return Replay(trajectory, proposer.ended, is_spent=not proposer.ran_out)


class _Answers:
    """Answers to whole trainings, and learning curves where some pause, asked for together."""

    def __init__(self, proposals: list[Proposal], first_seed: int, benchmark: Benchmark) -> None:
        repeats: Counter[bytes] = Counter()
        self._numbers: dict[tuple[bytes, int], int] = {}
        genotypes: list[Genotype] = []
        seeds = []
        for proposal in proposals:
            if proposal.resumes == NEW:
                name = proposal.genotype.canonical_code
                seed = first_seed + repeats[name]
                repeats[name] += 1
                self._numbers[name, seed] = len(genotypes)
                genotypes.append(proposal.genotype)
                seeds.append(seed)
        if not genotypes:
            return
        asked = np.array(seeds, dtype=np.uint64)
        answers = benchmark.query(genotypes, seed=asked)
        self._results = [*map(Observation, answers.val_accuracy.tolist(), answers.runtime.tolist())]
        if any(proposal.epochs != EPOCHS or proposal.resumes != NEW for proposal in proposals):
            self._curves = benchmark.curve(genotypes, asked)

    def __call__(self, genotype: Genotype, seed: int) -> Observation:
        """What a whole training gives."""
        return self._results[self._numbers[genotype.canonical_code, seed]]

    def curve(self, genotype: Genotype, seed: int) -> LearningCurve:
        """A training, epoch by epoch."""
        return self._curves[self._numbers[genotype.canonical_code, seed]]


class _Proposer:
    """An optimizer that makes given proposals."""

    def __init__(self, proposals: list[Proposal]) -> None:
        self._proposals = proposals
        self._asked: list[Asked] = []
        self._numbers: dict[int, int] = {}
        #: Whether it was asked for more than there are.
        self.ran_out = False
        #: Numbers of those that have ended, in that order.
        self.ended: list[int] = []

    def ask(self) -> Any:
        number = len(self._asked)
        if number == len(self._proposals):
            self.ran_out = True
            raise RunEnded
        proposal = self._proposals[number]
        asked: Asked
        if proposal.epochs == EPOCHS and proposal.resumes == NEW:
            asked = distinct(proposal.genotype)
        else:
            before = None if proposal.resumes == NEW else self._asked[proposal.resumes]
            # what was a whole training cannot go on: the run refuses it
            resumes = before if isinstance(before, Training) or before is None else Training(before, EPOCHS)
            asked = Training(proposal.genotype, proposal.epochs, resumes)
        self._numbers[id(asked)] = number
        self._asked.append(asked)
        return asked

    def tell(self, asked: Asked, observation: Observation) -> None:
        """Note that it has ended; nothing is learnt."""
        del observation
        self.ended.append(self._numbers[id(asked)])
