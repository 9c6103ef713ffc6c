"""What an objective is, how many architectures are asked at once, and what counts as a result."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from nb301.errors import Nb301Error, ObjectiveError, ProposalError, one_line, shown
from nb301.optimizers.base import Observation
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


class Curves(Protocol):
    """What an objective says of many trainings; `LearningCurves` are such."""

    @property
    def val_accuracy(self) -> NDArray[np.float64]:
        """Fractions, shape (n, epochs)."""

    @property
    def runtime(self) -> NDArray[np.float64]:
        """Seconds from the start of each to the end of each epoch, shape (n, epochs)."""


@runtime_checkable
class ManyCurveObjective(ManyObjective, CurveObjective, Protocol):
    """An objective that can be asked for many trainings at once, too; a `Benchmark` is one."""

    def curve_many(self, genotypes: Sequence[Genotype], seed: int, /) -> Curves:
        """Whole trainings, all with one seed: what calls of `curve` give one after the other."""


class Epochs(NamedTuple):
    """A part of a training."""

    #: Epochs that the training has had before.
    before: int
    #: Epochs after which it pauses or has ended.
    until: int


#: Accuracies after each epoch, and the seconds when each ended, shape (epochs,) both.
_Told = tuple[NDArray[np.float64], NDArray[np.float64]]
#: Trainings that are remembered, since they may go on.
_REMEMBERED = 1024


class Parts:
    """Parts of trainings: what each gives, and costs.

    Args:
        objective: Tells trainings epoch by epoch.
    """

    def __init__(self, objective: object) -> None:
        self._objective = getattr(objective, "__self__", objective)  # of `EmulatedTruth().evaluate`, say
        self._tells_curves = isinstance(self._objective, CurveObjective)
        #: The latest trainings.
        self._told: dict[tuple[Genotype, int], _Told] = {}

    def train(self, genotype: Genotype, seed: int, epochs: Epochs, number: int) -> Observation:
        """Train some epochs.

        Raises:
            ObjectiveError: The objective tells no curves, or what is none.
            ProposalError: A training has not so many epochs.
        """
        if not self._tells_curves:
            raise ObjectiveError(
                f"evaluation {number}: a training of {epochs.until} epochs was proposed, but "
                f"{shown(self._objective)} has no method `curve`, which tells a training epoch by epoch"
            )
        accuracies, clock = self._whole(genotype, seed, number)
        last = len(accuracies)
        if epochs.until > last:
            raise ProposalError(
                f"evaluation {number}: a training of {epochs.until} epochs was proposed; one has {last}"
            )
        so_far = tuple(accuracies[: epochs.until].tolist())
        seconds = clock[epochs.until - 1] - (clock[epochs.before - 1] if epochs.before else 0.0)
        return Observation(max(so_far) if epochs.until == last else so_far[-1], float(seconds), so_far)

    def _whole(self, genotype: Genotype, seed: int, number: int) -> _Told:
        if (genotype, seed) not in self._told:
            if len(self._told) == _REMEMBERED:
                del self._told[next(iter(self._told))]
            self._told[genotype, seed] = _told(self._objective, genotype, seed, number)
        return self._told[genotype, seed]


def _told(objective: Any, genotype: Genotype, seed: int, number: int) -> _Told:
    """A whole training."""
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
    valid = (accuracies >= 0) & (accuracies <= 1) & np.isfinite(clock)
    valid[0] &= clock[0] >= 0
    valid[1:] &= clock[1:] >= clock[:-1]
    if not valid.all():
        first = valid.argmin()
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
    if not isinstance(owner, ManyObjective) or not go_together(owner, "__call__", "ask_many"):
        return None
    return owner if objective is owner or objective == owner.__call__ else None


def go_together(owner: object, one: str, many: str) -> bool:
    """Whether no subclass, and no wrapper, answers one in a way of its own, and many in another's.

    Args:
        owner: Has both methods.
        one: The method that is asked for one architecture.
        many: The one that is asked for many.
    """
    for kind in type(owner).__mro__:
        if many in vars(kind):
            return True
        if one in vars(kind):
            return False
    return False


def observed(result: Any, number: int) -> Observation:
    """Accuracy and runtime of what an objective returned.

    Raises:
        ObjectiveError: They are not there, or no fraction and no seconds.
    """
    try:
        if type(result) is Observation:
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
