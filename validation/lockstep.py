"""Many runs of optimizers at once: all ask, are answered together, and are told.

A run is what `nb301.optimizers.simulate` makes of it, with one worker; one question for all runs takes a
fraction of the time of one for each.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nb301.optimizers.base import Observation, Optimizer
from nb301.space import Genotype

#: Emulates trainings of architectures with their seeds: accuracies, fractions, and seconds, shape (n,) each.
Trainings = Callable[[list[Genotype], NDArray[np.int64]], tuple[NDArray[np.float64], NDArray[np.float64]]]
#: From so many trainings on the pace of a run says something.
_FROM = 20


class Run(NamedTuple):
    """The incumbents of a run, in turn."""

    #: When each became the incumbent, simulated seconds, ascending.
    seconds: list[float]
    #: Best by observed accuracy, noise included.
    genotypes: list[Genotype]


class PaceError(Exception):
    """A run that would take too many trainings, or takes none; says how many in what time."""


def run_together(
    optimizers: Iterable[Optimizer],
    trainings: Trainings,
    seconds: float,
    *,
    seeds: Iterable[int],
    shortest: float = 0.0,
) -> list[Run]:
    """Run optimizers, each for itself, until their simulated time is over.

    Args:
        optimizers: One a run.
        trainings: What is asked.
        seconds: Simulated time of each run; a training that would end later is not counted.
        seeds: Training seed of a run's first evaluations of architectures; of its k-th of one `seed + k`.
        shortest: Seconds that trainings take at least, on average over a run.

    Raises:
        PaceError: A run's trainings are shorter, or its first one outlasts it.
    """
    runs = [_Running(optimizer, seed) for optimizer, seed in zip(optimizers, seeds, strict=True)]
    active = runs
    while active:
        asked, training_seeds = zip(*[run.ask() for run in active], strict=True)
        accuracies, durations = trainings([*asked], np.array(training_seeds, dtype=np.int64))
        for run, accuracy, duration in zip(active, accuracies.tolist(), durations.tolist(), strict=True):
            run.tell(accuracy, duration, seconds)
        for run in active:
            is_too_fast = run.evaluations >= _FROM and run.clock < shortest * run.evaluations
            if is_too_fast or not run.evaluations:
                raise PaceError(f"{run.evaluations} evaluations in {min(run.clock, seconds):g} s")
        active = [run for run in active if run.clock <= seconds]
    return [Run(run.seconds, run.genotypes) for run in runs]


class _Running:
    """A run that goes on."""

    def __init__(self, optimizer: Optimizer, seed: int) -> None:
        self._optimizer, self._seed = optimizer, seed
        self._repeats: Counter[bytes] = Counter()
        self._best = -np.inf
        self.clock, self.evaluations = 0.0, 0
        self.seconds: list[float] = []
        self.genotypes: list[Genotype] = []

    def ask(self) -> tuple[Genotype, int]:
        """What is to be trained next, with its training seed."""
        self._asked = self._optimizer.ask()
        name = self._asked.canonical_code
        self._repeats[name] += 1
        return self._asked, self._seed + self._repeats[name] - 1

    def tell(self, accuracy: float, duration: float, until: float) -> None:
        """Take the result, if it comes in time."""
        self.clock += duration
        if self.clock > until:
            return
        self.evaluations += 1
        if accuracy > self._best:
            self._best = accuracy
            self.seconds.append(self.clock)
            self.genotypes.append(self._asked)
        self._optimizer.tell(self._asked, Observation(accuracy, duration))
