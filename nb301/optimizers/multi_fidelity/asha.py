"""Asynchronous successive halving, ASHA (Li et al., 2020): promoted as soon as one can be."""

from __future__ import annotations

import heapq
from bisect import bisect_left, insort

import numpy as np

from nb301.optimizers.base import EPOCHS, Observation, Training
from nb301.optimizers.multi_fidelity.rungs import Ladder
from nb301.optimizers.rs import RandomGenotypes
from nb301.space import Genotype


class _Rung:
    """Results of one rung, and which of them have not gone on."""

    def __init__(self) -> None:
        #: Errors of all trainings, ascending.
        self._errors: list[float] = []
        #: Those that have not gone on, the best first, of equals the one told first.
        self._paused: list[tuple[float, int, Training]] = []

    def add(self, training: Training, val_accuracy: float) -> None:
        insort(self._errors, -val_accuracy)
        heapq.heappush(self._paused, (-val_accuracy, len(self._errors), training))

    def promote(self, eta: int) -> Training | None:
        """Take the best of the paused ones, if it is among the best 1/eta of all."""
        if not self._paused:
            return None
        # as many are better as stand before it
        if bisect_left(self._errors, self._paused[0][0]) < len(self._errors) // eta:
            return heapq.heappop(self._paused)[2]
        return None


class Asha:
    """Promotes a training whenever it is among the best third of its rung so far; else starts a new one.

    No worker ever waits: what is among the best early may turn out not to be.

    Args:
        rng: Where genotypes are drawn from.
        epochs: Of a whole training.
        least: Of the shortest one.
        eta: One of so many goes on; 4 in Li et al., and 3 here as in the others, so that they share rungs.

    Raises:
        ValueError: There are no such rungs.
    """

    def __init__(self, rng: np.random.Generator, epochs: int = EPOCHS, least: int = 1, eta: int = 3) -> None:
        ladder = Ladder(epochs, least, eta).check()
        self._epochs, self._eta = ladder.rungs, ladder.eta
        self._rungs = [_Rung() for _ in self._epochs]
        self._genotypes = RandomGenotypes(rng)
        #: Open trainings, and the rungs that they are to reach.
        self._open: dict[Training, int] = {}

    def ask(self) -> Training:
        """Propose what can be promoted from the highest rung, or a training of a random genotype."""
        for level in range(len(self._rungs) - 1, 0, -1):
            paused = self._rungs[level - 1].promote(self._eta)
            if paused is not None:
                training = Training(paused.genotype, self._epochs[level], paused)
                break
        else:
            level, training = 0, Training(self._genotypes.next(), self._epochs[0])
        self._open[training] = level
        return training

    def tell(self, training: Training, observation: Observation) -> None:
        """Add the result to its rung."""
        level = self._open.pop(training, None)
        if level is not None:  # not told once more
            self._rungs[level].add(training, observation.val_accuracy)

    def upcoming(self, n: int) -> list[Genotype]:
        """The next `n` genotypes that it draws; see `base.LooksAhead`."""
        return self._genotypes.upcoming(n)
