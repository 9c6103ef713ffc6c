"""What an objective is, how many architectures are asked at once, and what counts as a result."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import Any, NamedTuple, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from nb301.errors import Nb301Error, ObjectiveError, ProposalError, one_line, shown
from nb301.formats import read
from nb301.optimizers.base import LooksAhead, Observation
from nb301.space import Genotype


class Evaluated(Protocol):
    """What objectives return; `Evaluation` and `TrainingRun` are such."""

    @property
    def val_accuracy(self) -> float:
        """Fraction."""

    @property
    def runtime(self) -> float:
        """Seconds."""


#: A mapping with the entries val_accuracy and runtime is a result, too.
Result = Evaluated | Mapping[str, Any]


class Objective(Protocol):
    """Takes an architecture and a training seed: `EmulatedTruth().evaluate`, or a release's `query`."""

    def __call__(self, genotype: Genotype, seed: int, /) -> Result:
        """Evaluate one architecture."""


@runtime_checkable
class ManyObjective(Objective, Protocol):
    """An objective that can be asked for many architectures at once; a `Benchmark` is one."""

    def ask_many(self, genotypes: Sequence[Genotype], seed: int, /) -> Iterable[Result]:
        """Evaluate architectures, all with one training seed: what calls give one after the other.

        Args:
            genotypes: What to evaluate.
            seed: Training seed of all.

        Returns:
            A result for each, in their order.
        """


class Curve(Protocol):
    """What an objective says of one training, epoch by epoch; a `LearningCurve` is such."""

    @property
    def val_accuracy(self) -> NDArray[np.float64]:
        """Fractions, shape (epochs,)."""

    @property
    def runtime(self) -> NDArray[np.float64]:
        """Seconds from the start to the end of each epoch, shape (epochs,)."""


@runtime_checkable
class CurveObjective(Protocol):
    """An objective that tells trainings epoch by epoch; `EmulatedTruth` is one."""

    def curve(self, genotype: Genotype, seed: int, /) -> Curve:
        """One whole training."""


class Epochs(NamedTuple):
    """A part of a training."""

    #: Epochs that the training has had before.
    before: int
    #: Epochs after which it pauses or has ended.
    until: int


def trained(objective: object, genotype: Genotype, seed: int, epochs: Epochs, number: int) -> Observation:
    """What a part of a training gives, and costs.

    Raises:
        ObjectiveError: The objective tells no curves, or what is none.
        ProposalError: A training has not so many epochs.
    """
    objective = getattr(objective, "__self__", objective)  # of `EmulatedTruth().evaluate`, say
    if not isinstance(objective, CurveObjective):
        raise ObjectiveError(
            f"evaluation {number}: a training of {epochs.until} epochs was proposed, but "
            f"{shown(objective)} has no method `curve`, which tells a training epoch by epoch"
        )
    accuracies, clock = _told(objective, genotype, seed, number)
    last = len(accuracies)
    if epochs.until > last:
        raise ProposalError(
            f"evaluation {number}: a training of {epochs.until} epochs was proposed; one has {last}"
        )
    so_far = tuple(accuracies[: epochs.until].tolist())
    seconds = clock[epochs.until - 1] - (clock[epochs.before - 1] if epochs.before else 0.0)
    return Observation(max(so_far) if epochs.until == last else so_far[-1], float(seconds), so_far)


def _told(
    objective: CurveObjective, genotype: Genotype, seed: int, number: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """A whole training: accuracies after each epoch, and when each ended, shape (epochs,) both."""
    try:
        curve = objective.curve(genotype, seed)
        accuracies, clock = (
            np.asarray(told, dtype=np.float64) for told in (curve.val_accuracy, curve.runtime)
        )
    except (AttributeError, TypeError, ValueError, Nb301Error) as error:
        raise ObjectiveError(f"evaluation {number}: no learning curve: {one_line(str(error))}") from error
    if accuracies.ndim != 1 or accuracies.shape != clock.shape or not len(accuracies):
        raise ObjectiveError(
            f"evaluation {number}: a learning curve has accuracies of shape {accuracies.shape} and times of "
            f"shape {clock.shape}, expected one of each for each epoch"
        )
    steps = np.diff(clock, prepend=0.0)
    wrong = np.flatnonzero(~((accuracies >= 0) & (accuracies <= 1) & (steps >= 0) & np.isfinite(clock)))
    if len(wrong):
        first = wrong[0]
        raise ObjectiveError(
            f"evaluation {number}: epoch {first + 1} of a learning curve has accuracy {accuracies[first]:g} "
            f"at {clock[first]:g} s, expected a fraction from 0 to 1 and ascending seconds"
        )
    return accuracies, clock


def many_behind(objective: Objective) -> ManyObjective | None:
    """What can be asked for many in an objective's place, with the same answers; None where nothing can.

    That is the objective itself, or the owner of a method that is its `__call__` under any name, such as
    `Benchmark.query`. A method that a subclass has overridden is not.
    """
    owner = getattr(objective, "__self__", objective)
    if not isinstance(owner, ManyObjective):
        return None
    return owner if objective is owner or objective == owner.__call__ else None


#: Architectures that are evaluated before their turn; more hardly lower the time of each.
_AHEAD = 128


class Ahead:
    """Evaluates an architecture together with those that the optimizer will propose next.

    Args:
        objective: Takes many architectures at once.
        optimizer: Has proposed the architectures that are asked for.
    """

    def __init__(self, objective: ManyObjective, optimizer: LooksAhead) -> None:
        self._objective = objective
        self._optimizer = optimizer
        #: Results that wait for their turn.
        self._results: dict[tuple[Genotype, int], Result] = {}

    def __call__(self, genotype: Genotype, seed: int) -> Result:
        """Give a result that waits, or evaluate with what comes next."""
        if (genotype, seed) in self._results:
            return self._results.pop((genotype, seed))
        # the next ones are taken to be new, and so to have this seed; a repeated one is evaluated again
        architectures = [genotype, *map(read, self._optimizer.upcoming(_AHEAD))]
        if len(architectures) == 1:
            return self._objective(genotype, seed)
        first, *others = self._objective.ask_many(architectures, seed)
        self._results = dict(zip(product(architectures[1:], [seed]), others, strict=True))
        return first


def observed(result: Any, number: int) -> Observation:
    """Accuracy and runtime of what an objective returned.

    Raises:
        ObjectiveError: They are not there, or no fraction and no seconds.
    """
    try:
        if isinstance(result, Observation):
            observation = result
        elif isinstance(result, Mapping):
            observation = Observation(float(result["val_accuracy"]), float(result["runtime"]))
        else:
            observation = Observation(float(result.val_accuracy), float(result.runtime))
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise ObjectiveError(
            f"evaluation {number}: the objective returned {shown(result)}, expected an accuracy and a "
            "runtime: an Evaluation, or a dict such as {'val_accuracy': 0.93, 'runtime': 4600.0}"
        ) from error
    if not (0 <= observation.val_accuracy <= 1 and 0 <= observation.runtime < float("inf")):
        raise ObjectiveError(
            f"evaluation {number}: the objective returned val_accuracy {observation.val_accuracy} and "
            f"runtime {observation.runtime}, expected a fraction from 0 to 1 and seconds"
        )
    return observation
