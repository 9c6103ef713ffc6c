"""What an optimizer is: it proposes architectures, and learns from their results."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

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
