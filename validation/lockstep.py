"""Many runs of optimizers at once: all ask, are answered together, and are told.

A run is what `nb301.optimizers.simulate` makes of it, with one worker; one question for all runs takes a
fraction of the time of one for each.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nb301.optimizers.base import MultiFidelityOptimizer, Observation, Optimizer, Training
from nb301.space import Genotype

#: Emulates trainings of architectures with their seeds: accuracies, fractions, and seconds, shape (n,) each;
#: for optimizers that stop trainings early, accuracies after each epoch, shape (n, epochs).
Trainings = Callable[[list[Genotype], NDArray[np.int64]], tuple[NDArray[np.float64], NDArray[np.float64]]]
#: After so many evaluations the pace of a run says something.
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
    optimizers: Iterable[Optimizer | MultiFidelityOptimizer],
    trainings: Trainings,
    seconds: float,
    *,
    seeds: Iterable[int],
    shortest: float = 0.0,
    stop_early: bool = False,
) -> list[Run]:
    """Run optimizers, each for itself, until their simulated time is over.

    Args:
        optimizers: One a run.
        trainings: What is asked.
        seconds: Simulated time of each run; a training that would end later is not counted.
        seeds: Training seed of a run's first evaluations of architectures; of its k-th of one `seed + k`.
        shortest: Seconds that whole trainings take at least, on average over a run.
        stop_early: Whether the optimizers propose trainings of some epochs.

    Raises:
        PaceError: A run's trainings are shorter, or its first one outlasts it.
    """
    running = _StoppingEarly if stop_early else _Running
    runs = [running(optimizer, seed) for optimizer, seed in zip(optimizers, seeds, strict=True)]
    active = runs
    while active:
        asked, training_seeds = zip(*[run.ask() for run in active], strict=True)
        told, durations = trainings([*asked], np.array(training_seeds, dtype=np.int64))
        for run, accuracy, duration in zip(active, told.tolist(), durations.tolist(), strict=True):
            run.tell(accuracy, duration, seconds)
        for run in active:
            is_too_fast = run.evaluations >= _FROM and run.clock < shortest * run.trainings
            if is_too_fast or not run.evaluations:
                raise PaceError(f"{run.evaluations} evaluations in {min(run.clock, seconds):g} s")
        active = [run for run in active if run.clock <= seconds]
    return [Run(run.seconds, run.genotypes) for run in runs]


class _Running:
    """A run that goes on."""

    def __init__(self, optimizer: Any, seed: int) -> None:
        self._optimizer, self._seed = optimizer, seed
        self._repeats: Counter[bytes] = Counter()
        #: Epochs and accuracy of the incumbent.
        self._best = (0, -np.inf)
        #: Evaluations, and whole trainings that they are.
        self.evaluations, self.trainings = 0, 0.0
        self.clock = 0.0
        self.seconds: list[float] = []
        self.genotypes: list[Genotype] = []

    def ask(self) -> tuple[Genotype, int]:
        """What is to be trained next, with its training seed."""
        self._asked = self._optimizer.ask()
        return self._asked, self._new_seed(self._asked)

    def tell(self, accuracy: Any, duration: float, until: float) -> None:
        """Take the result, if it comes in time."""
        self._end(self._asked, self._asked, Observation(accuracy, duration), until)

    def _new_seed(self, genotype: Genotype) -> int:
        name = genotype.canonical_code
        self._repeats[name] += 1
        return self._seed + self._repeats[name] - 1

    def _end(
        self,
        asked: Genotype | Training,
        genotype: Genotype,
        observation: Observation,
        until: float,
        epochs: int = 1,
        share: float = 1.0,
    ) -> None:
        """End an evaluation; of some epochs, and a share of a whole training."""
        self.clock += observation.runtime
        if self.clock > until:
            return
        self.evaluations += 1
        self.trainings += share
        # what has been trained longest counts, as in `Trajectory.incumbents`
        if (epochs, observation.val_accuracy) > self._best:
            self._best = (epochs, observation.val_accuracy)
            self.seconds.append(self.clock)
            self.genotypes.append(genotype)
        self._optimizer.tell(asked, observation)


class _StoppingEarly(_Running):
    """A run whose trainings pause, and go on under the seed that they began with."""

    def __init__(self, optimizer: Any, seed: int) -> None:
        super().__init__(optimizer, seed)
        self._seed_of: dict[Training, int] = {}

    def ask(self) -> tuple[Genotype, int]:
        """What is to be trained next, with the seed of the whole training."""
        self._training: Training = self._optimizer.ask()
        before, genotype = self._training.resumes, self._training.genotype
        self._seed_of[self._training] = (
            self._new_seed(genotype) if before is None else self._seed_of.pop(before)
        )
        return genotype, self._seed_of[self._training]

    def tell(self, accuracy: Any, duration: float, until: float) -> None:
        """Take a learning curve, and from it what was asked for."""
        training, last = self._training, len(accuracy)
        before = 0 if training.resumes is None else training.resumes.epochs
        so_far = tuple(accuracy[: training.epochs])
        # a difference of two times since the start, to the bit as under the simulated clock
        seconds = duration * (training.epochs / last) - duration * (before / last)
        told = max(so_far) if training.epochs == last else so_far[-1]
        share = (training.epochs - before) / last
        self._end(
            training, training.genotype, Observation(told, seconds, so_far), until, training.epochs, share
        )
