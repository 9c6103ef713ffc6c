"""The run of an optimizer against an objective: budget, clock, seeds of repeats, and what is kept."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np

from nb301.errors import GenotypeError, ProposalError, SeedError, shown
from nb301.formats import read
from nb301.optimizers.ahead import looking_ahead
from nb301.optimizers.base import (
    EPOCHS,
    MultiFidelityOptimizer,
    Optimizer,
    RunEnded,
    Training,
)
from nb301.optimizers.objectives import Epochs, Objective, observed
from nb301.optimizers.trajectory import Trajectory
from nb301.optimizers.workers import SimulatedWorkers, Workers
from nb301.space import Genotype

#: Training seeds are below this, so that those of repeats fit into 64 bits.
_SEED_LIMIT = 2**62
#: Called with the number of evaluations and the seconds so far.
Progress = Callable[[int, float], None]


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
    optimizer: Optimizer | MultiFidelityOptimizer,
    objective: Objective,
    budget: Budget,
    *,
    seed: int,
    workers: int = 1,
    progress: Progress | None = None,
) -> Trajectory:
    """Run an optimizer against an objective under a simulated clock; see `drive`.

    Args:
        optimizer: Asked and told until the budget ends. One that proposes trainings of some epochs needs an
            objective with a method `curve`, such as `EmulatedTruth()`.
        objective: Evaluates an architecture with a training seed.
        budget: When to end.
        seed: Training seed of first evaluations, 0..2^62-1.
        workers: Evaluations that are open at once; each worker asks as soon as it is free.
        progress: Called after each evaluation with their number and the simulated seconds so far.

    Raises:
        GenotypeError: The optimizer asked for what is no genotype; names the evaluation.
        ObjectiveError: The objective returned no accuracy and runtime, or tells no epochs; names the
            evaluation.
        ProposalError: A proposed training can neither begin nor go on; names the evaluation.
        SeedError: The seed is no such integer.
        TypeError: The optimizer cannot be asked and told, or the budget is none; says what would be right.
    """
    simulated = SimulatedWorkers(looking_ahead(objective, optimizer), workers)
    return drive(optimizer, simulated, budget, seed=seed, progress=progress)


def drive(
    optimizer: Optimizer | MultiFidelityOptimizer,
    workers: Workers,
    budget: Budget,
    *,
    seed: int,
    progress: Progress | None = None,
) -> Trajectory:
    """Keep workers busy with an optimizer's proposals until the budget ends.

    The k-th evaluation of the same architecture, up to the names of its nodes, trains with
    `seed + k`, so that a repeated architecture gets new noise and the order of others matters not. A
    training that is resumed keeps its seed.

    Args:
        optimizer: See `simulate`.
        workers: What evaluates, in simulated or in real time.
        budget: See `simulate`.
        seed: See `simulate`.
        progress: See `simulate`.

    Returns:
        Everything that ended within the budget, or before the optimizer raised `RunEnded`, in the
        order in which it ended.

    Raises:
        GenotypeError, ObjectiveError, ProposalError, SeedError, TypeError: See `simulate`.
    """
    _check_types(optimizer, budget)
    if not isinstance(seed, (int, np.integer)) or isinstance(seed, bool) or not 0 <= seed < _SEED_LIMIT:
        raise SeedError(f"a run's seed is an integer from 0 to 2^62-1, got {shown(seed)}")
    log = _Log()
    with suppress(RunEnded):
        _drive(optimizer, workers, budget, int(seed), progress, log)
    return log.trajectory()


def _check_types(optimizer: object, budget: object) -> None:
    """Refuse what is easily given in place of an optimizer, such as its class, and of a budget, a number.

    Raises:
        TypeError: See `simulate`.
    """
    for method in ("ask", "tell"):
        if isinstance(optimizer, type) or not callable(getattr(optimizer, method, None)):
            raise TypeError(
                f"the optimizer is {shown(optimizer)}, expected an object with methods ask and tell, such as "
                "RandomSearch(numpy.random.default_rng(0))"
            )
    if not isinstance(budget, Budget):
        raise TypeError(f"the budget is {shown(budget)}, expected a Budget, such as Budget(seconds=1e6)")


class _Log:
    """What was proposed, and columns of what has ended: objects of many results would be in the way."""

    def __init__(self) -> None:
        self.proposals: list[Genotype] = []
        self.seeds, self.epochs = array("q"), array("q")
        #: Whether trainings of some epochs are among them.
        self.has_parts = False
        #: Number of each ended evaluation among the proposals.
        self.ended = array("q")
        self.accuracies, self.runtimes, self.clock = array("d"), array("d"), array("d")

    def trajectory(self) -> Trajectory:
        """What has ended."""
        ended = np.array(self.ended, dtype=np.int64)
        return Trajectory(
            genotypes=[self.proposals[number] for number in self.ended],
            seeds=np.array(self.seeds, dtype=np.int64)[ended],
            val_accuracy=np.array(self.accuracies),
            runtime=np.array(self.runtimes),
            clock=np.array(self.clock),
            epochs=np.array(self.epochs, dtype=np.int64)[ended] if self.has_parts else None,
        )


def _drive(
    optimizer: Any,
    workers: Workers,
    budget: Budget,
    seed: int,
    progress: Progress | None,
    log: _Log,
) -> None:
    """Fill the log."""
    submitting = _Submitting(workers, seed, log)
    #: Open proposals as they were given, by their numbers: the optimizer is told of these very objects.
    asked: dict[int, Any] = {}
    while True:
        while len(log.proposals) < budget.evaluations and len(log.proposals) - len(log.ended) < workers.count:
            number = len(log.proposals)
            asked[number] = optimizer.ask()
            submitting.submit(asked[number], number)
        if len(log.ended) == len(log.proposals):
            break
        number, result, ended = workers.finished()
        if ended > budget.seconds:
            break
        observation = observed(result, number)
        log.ended.append(number)
        log.accuracies.append(observation.val_accuracy)
        log.runtimes.append(observation.runtime)
        log.clock.append(ended)
        submitting.paused(asked[number], number)
        optimizer.tell(asked.pop(number), observation)
        if progress is not None:
            progress(len(log.ended), ended)


class _Submitting:
    """Logs proposals, and starts them with the seeds that are theirs."""

    def __init__(self, workers: Workers, seed: int, log: _Log) -> None:
        self._workers, self._seed, self._log = workers, seed, log
        #: Evaluations of each architecture, by its canonical code.
        self._repeats: dict[bytes, int] = {}
        #: Trainings that may be resumed, by the numbers of their proposals.
        self._paused: dict[Training, int] = {}
        self._proposed: set[Training] = set()

    def submit(self, asked: object, number: int) -> None:
        """Start a genotype's whole training, or what a `Training` says."""
        at = self._log.clock[-1] if self._log.clock else 0.0
        if isinstance(asked, Training):
            self._submit_part(asked, number, at)
            return
        genotype = _proposed(asked, number)
        self._log_proposal(genotype, self._new_seed(genotype), EPOCHS)
        self._workers.submit(number, genotype, self._log.seeds[-1], at=at)

    def paused(self, asked: object, number: int) -> None:
        """Take a training that has paused, or ended."""
        if isinstance(asked, Training):
            self._paused[asked] = number

    def _submit_part(self, training: Training, number: int, at: float) -> None:
        if not isinstance(self._workers, SimulatedWorkers):
            raise ProposalError(
                f"evaluation {number}: a training of {training.epochs} epochs was proposed, but only the "
                "simulated clock's workers pause trainings"
            )
        _check_part(training, number)
        if training in self._proposed:
            raise ProposalError(
                f"evaluation {number}: a training was proposed twice: each needs a `Training` of its own"
            )
        self._proposed.add(training)
        before = self._taken_up(training, number)
        genotype = _proposed(training.genotype, number)
        seed = self._new_seed(genotype) if before is None else self._log.seeds[before]
        epochs = Epochs(0 if before is None else self._log.epochs[before], training.epochs)
        if not epochs.before < epochs.until:
            raise ProposalError(
                f"evaluation {number}: a training of {epochs.until} epochs was proposed that has had "
                f"{epochs.before}: expected more"
            )
        self._log_proposal(genotype, seed, epochs.until)
        self._log.has_parts = True
        self._workers.submit_part(number, genotype, seed, at, epochs)

    def _taken_up(self, training: Training, number: int) -> int | None:
        """Number of the evaluation that a training goes on with, which none else will."""
        if training.resumes is None:
            return None
        before = self._paused.pop(training.resumes, None)
        if before is None or training.resumes.genotype != training.genotype:
            raise ProposalError(
                f"evaluation {number}: {training.genotype} is to go on with a training that is not paused, "
                "was taken up before, or is another genotype's"
            )
        return before

    def _new_seed(self, genotype: Genotype) -> int:
        name = genotype.canonical_code
        before = self._repeats.get(name, 0)
        self._repeats[name] = before + 1
        return self._seed + before

    def _log_proposal(self, genotype: Genotype, seed: int, epochs: int) -> None:
        self._log.proposals.append(genotype)
        self._log.seeds.append(seed)
        self._log.epochs.append(epochs)


def _check_part(training: Training, number: int) -> None:
    epochs, resumes = training.epochs, training.resumes
    if not isinstance(epochs, (int, np.integer)) or isinstance(epochs, bool) or not 0 <= epochs < 2**31:
        raise ProposalError(
            f"evaluation {number}: a training of {shown(epochs)} epochs was proposed, expected an integer"
        )
    if resumes is not None and not isinstance(resumes, Training):
        raise ProposalError(
            f"evaluation {number}: a training is to go on with {shown(resumes)}, expected a `Training`"
        )


def _proposed(asked: object, number: int) -> Genotype:
    if isinstance(asked, Genotype):
        return asked
    try:
        return read(asked)
    except GenotypeError as error:
        raise GenotypeError(f"evaluation {number}: ask() returned what cannot be trained: {error}") from None
