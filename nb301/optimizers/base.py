"""What an optimizer is: it proposes architectures or trainings, and learns from their results."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from nb301.space import Genotype

#: Epochs of a training that are recorded: the last of 100 is not (official_facts F20).
EPOCHS = 98


@dataclass(frozen=True, slots=True)
class Observation:
    """What an optimizer is told of an architecture, and all that it may know of it."""

    #: Of one training run, with that run's noise, fraction: of its best epoch (F20) where it has ended, of
    #: its last epoch where it has paused.
    val_accuracy: float
    #: Of that training, or of the part of it that was proposed; simulated seconds.
    runtime: float
    #: Validation accuracy after each epoch so far, fractions, where epochs were proposed.
    curve: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Training:
    """A training of some epochs, which a multi-fidelity optimizer proposes; none but itself is equal to it.

    Args:
        genotype: What is trained.
        epochs: After so many it pauses, or has ended where these are all.
        resumes: The training that it goes on with, told before; None begins a new one.
    """

    genotype: Genotype
    epochs: int
    resumes: Training | None = None


class Optimizer(Protocol):
    """Proposes architectures and learns from their results.

    Several proposals may be open at once, and results may come in any order: that is how parallel
    workers ask and tell. Every random draw comes from a generator that the constructor takes.
    """

    def ask(self) -> Genotype:
        """Propose the next architecture to train, in any notation that `formats.read` takes."""

    def tell(self, genotype: Genotype, observation: Observation) -> None:
        """Take the result of an architecture that was proposed, the very object that `ask` gave."""


class MultiFidelityOptimizer(Protocol):
    """Proposes trainings of some epochs, to pause and to go on with, and learns from their results.

    As of an `Optimizer`, several proposals may be open at once, and results may come in any order.
    """

    def ask(self) -> Training:
        """Propose the next training, new or resumed. What is resumed costs the rest of its epochs only."""

    def tell(self, training: Training, observation: Observation) -> None:
        """Take the result of a training that was proposed, the very object that `ask` gave."""


@runtime_checkable
class LooksAhead(Protocol):
    """An optimizer that tells, where it can, what it will ask whatever is told until then.

    A simulated run then evaluates these architectures together, which takes a fraction of the time; its
    result is the same.
    """

    def upcoming(self, n: int) -> list[Genotype]:
        """At most `n` of the next proposals, which `ask` will still give one after the other.

        Of one that proposes trainings: what the next ones that it begins will train.

        Args:
            n: How many are asked for; none is as good as not knowing.
        """


class RunEnded(Exception):
    """Raised by an optimizer's `ask` or `tell` to end its run before the budget does.

    What has ended until then stays: `drive` returns it.
    """
