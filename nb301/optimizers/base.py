"""What an optimizer is, and its run against an objective under a simulated clock."""

from __future__ import annotations

import heapq
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, TypeVar, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from nb301.columns import Columns
from nb301.errors import GenotypeError, ObjectiveError, SeedError, shown
from nb301.formats import read
from nb301.space import Genotype

#: Training seeds are below this, so that those of repeats fit into 64 bits.
_SEED_LIMIT = 2**62


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
        """Propose the next architecture to train, in any notation that `formats.read` takes."""

    def tell(self, genotype: Genotype, observation: Observation) -> None:
        """Take the result of an architecture that was proposed, the very object that `ask` gave."""


@runtime_checkable
class LooksAhead(Protocol):
    """An optimizer that tells, where it can, what it will ask whatever is told until then.

    A simulated run then evaluates these architectures together, which takes a fraction of the time; its
    result is the same.
    """

    def upcoming(self, n: int) -> list[Genotype]:
        """At most `n` of the next proposals, which `ask` will still give one after the other."""


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


_AnyObjective = TypeVar("_AnyObjective", bound=Callable[..., Any])
#: A mapping with the entries val_accuracy and runtime is a result, too.
Result = Evaluated | Mapping[str, Any]
#: An architecture and a training seed to its result: `EmulatedTruth().evaluate`, or a release's `query`.
Objective = Callable[[Genotype, int], Result]


def takes_many(objective: _AnyObjective) -> _AnyObjective:
    """Mark an objective, or a method that is one, that for a list of architectures gives their results."""
    objective.takes_many = True  # type: ignore[attr-defined]
    return objective


#: Called with the number of evaluations and the seconds so far.
Progress = Callable[[int, float], None]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Trajectory(Columns):
    """One run of an optimizer: all evaluations in the order in which they ended.

    Arrays are read-only; equal are runs with equal values.
    """

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

    def __repr__(self) -> str:
        if not len(self):
            return "<Trajectory without evaluations>"
        found = f"{len(self):,} evaluations in {self.clock[-1]:,.0f} s"
        return f"<Trajectory of {found}: best val_accuracy {max(self.val_accuracy):.4f}>"

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
    result: Result
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
        self._open: list[tuple[float, int, Result]] = []

    def submit(self, number: int, genotype: Genotype, seed: int, at: float) -> None:
        """Evaluate at once, to end after its runtime.

        Raises:
            ObjectiveError: The objective returned no accuracy and runtime.
        """
        result = self._objective(genotype, seed)
        # of evaluations that end together the one submitted first comes first
        heapq.heappush(self._open, (at + _observed(result, number).runtime, number, result))

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
        seed: Training seed of first evaluations, 0..2^62-1.
        workers: Evaluations that are open at once; each worker asks as soon as it is free.
        progress: Called after each evaluation with their number and the simulated seconds so far.

    Raises:
        GenotypeError: The optimizer asked for what is no genotype; names the evaluation.
        ObjectiveError: The objective returned no accuracy and runtime; names the evaluation.
        SeedError: The seed is no such integer.
    """
    if isinstance(optimizer, LooksAhead) and getattr(objective, "takes_many", False):
        objective = _Ahead(objective, optimizer)
    return drive(optimizer, SimulatedWorkers(objective, workers), budget, seed=seed, progress=progress)


#: Architectures that are evaluated before their turn; more hardly lower the time of each.
_AHEAD = 128


class _Ahead:
    """Evaluates an architecture together with those that the optimizer will propose next.

    Args:
        objective: Takes many architectures at once.
        optimizer: Has proposed the architectures that are asked for.
    """

    def __init__(self, objective: Objective, optimizer: LooksAhead) -> None:
        self._objective = objective
        self._objective_of_many: Callable[[list[Genotype], int], Iterable[Result]] = objective  # type: ignore[assignment]
        self._optimizer = optimizer
        #: Results that wait for their turn.
        self._results: dict[tuple[Genotype, int], Result] = {}

    def __call__(self, genotype: Genotype, seed: int) -> Result:
        if (genotype, seed) in self._results:
            return self._results.pop((genotype, seed))
        # the next ones are taken to be new, and so to have this seed; a repeated one is evaluated again
        architectures = [genotype, *map(read, self._optimizer.upcoming(_AHEAD))]
        if len(architectures) == 1:
            return self._objective(genotype, seed)
        first, *others = self._objective_of_many(architectures, seed)
        self._results = {(g, seed): result for g, result in zip(architectures[1:], others, strict=True)}
        return first


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

    Raises:
        GenotypeError, ObjectiveError, SeedError: See `simulate`.
    """
    if not isinstance(seed, (int, np.integer)) or isinstance(seed, bool) or not 0 <= seed < _SEED_LIMIT:
        raise SeedError(f"a run's seed is an integer from 0 to 2^62-1, got {shown(seed)}")
    log = _Log()
    with suppress(RunEnded):
        _drive(optimizer, workers, budget, int(seed), progress, log)
    return log.trajectory()


class _Log:
    """What was proposed, and columns of what has ended: objects of many results would be in the way."""

    def __init__(self) -> None:
        self.proposals: list[Genotype] = []
        self.seeds = array("q")
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
        )


def _drive(
    optimizer: Optimizer,
    workers: Workers,
    budget: Budget,
    seed: int,
    progress: Progress | None,
    log: _Log,
) -> None:
    """Fill the log."""
    repeats: Counter[bytes] = Counter()
    #: Open proposals as they were given, by their numbers: the optimizer is told of these very objects.
    asked: dict[int, Any] = {}
    while True:
        while len(log.proposals) < budget.evaluations and len(log.proposals) - len(log.ended) < workers.count:
            number = len(log.proposals)
            asked[number] = optimizer.ask()
            genotype = _proposed(asked[number], number)
            name = genotype.canonical_code
            log.proposals.append(genotype)
            log.seeds.append(seed + repeats[name])
            repeats[name] += 1
            at = log.clock[-1] if log.clock else 0.0
            workers.submit(number, genotype, log.seeds[-1], at=at)
        if len(log.ended) == len(log.proposals):
            break
        number, result, ended = workers.finished()
        if ended > budget.seconds:
            break
        observation = _observed(result, number)
        log.ended.append(number)
        log.accuracies.append(observation.val_accuracy)
        log.runtimes.append(observation.runtime)
        log.clock.append(ended)
        optimizer.tell(asked.pop(number), observation)
        if progress is not None:
            progress(len(log.ended), ended)


def _proposed(asked: Any, number: int) -> Genotype:
    if isinstance(asked, Genotype):
        return asked
    try:
        return read(asked)
    except GenotypeError as error:
        raise GenotypeError(f"evaluation {number}: ask() returned what cannot be trained: {error}") from None


def _observed(result: Any, number: int) -> Observation:
    """Accuracy and runtime of what an objective returned.

    Raises:
        ObjectiveError: They are not there, or no fraction and no seconds.
    """
    try:
        if isinstance(result, Mapping):
            observed = Observation(float(result["val_accuracy"]), float(result["runtime"]))
        else:
            observed = Observation(float(result.val_accuracy), float(result.runtime))
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise ObjectiveError(
            f"evaluation {number}: the objective returned {shown(result)}, expected an accuracy and a "
            "runtime: an Evaluation, or a dict such as {'val_accuracy': 0.93, 'runtime': 4600.0}"
        ) from error
    if not (0 <= observed.val_accuracy <= 1 and 0 <= observed.runtime < float("inf")):
        raise ObjectiveError(
            f"evaluation {number}: the objective returned val_accuracy {observed.val_accuracy} and runtime "
            f"{observed.runtime}, expected a fraction from 0 to 1 and seconds"
        )
    return observed
