"""Successive halving (Jamieson & Talwalkar, 2016) and Hyperband (Li et al., 2018)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from itertools import cycle
from operator import itemgetter

import numpy as np

from nb301.optimizers.base import EPOCHS, Observation, Training
from nb301.optimizers.multi_fidelity.rungs import Ladder
from nb301.optimizers.rs import RandomGenotypes
from nb301.space import Genotype


class Bracket:
    """Trainings that are halved together: when a rung is complete, its best go on to the next.

    Args:
        rungs: Epochs of each rung, ascending.
        sizes: Trainings of each rung, falling.
        draw: Gives what is trained.
    """

    def __init__(self, rungs: Sequence[int], sizes: Sequence[int], draw: Callable[[], Genotype]) -> None:
        self._rungs, self._sizes, self._draw = rungs, sizes, draw
        self._level, self._to_draw = 0, sizes[0]
        self._promoted: deque[Training] = deque()
        self._results: list[tuple[float, Training]] = []

    @property
    def is_complete(self) -> bool:
        """Whether its last rung is."""
        return self._level == len(self._rungs)

    def next(self) -> Training | None:
        """The next training; None while it waits for open ones."""
        if self._to_draw > 0:
            self._to_draw -= 1
            return Training(self._draw(), self._rungs[0])
        if self._promoted:
            paused = self._promoted.popleft()
            return Training(paused.genotype, self._rungs[self._level], paused)
        return None

    def tell(self, training: Training, val_accuracy: float) -> None:
        """Take a result; after a rung's last one its best are promoted."""
        self._results.append((val_accuracy, training))
        if len(self._results) < self._sizes[self._level]:
            return
        self._level += 1
        if not self.is_complete:
            # of equals the one told first
            best = sorted(self._results, key=itemgetter(0), reverse=True)[: self._sizes[self._level]]
            self._promoted.extend(training for _, training in best)
        self._results = []


class Hyperband:
    """Brackets of successive halving in turn, from one that starts many trainings to one of whole ones.

    While a bracket waits for open trainings, the next one begins, as in BOHB's implementation.

    Args:
        rng: Where genotypes are drawn from.
        epochs: Of a whole training.
        least: Of the shortest one.
        eta: One of so many goes on; 3 in Li et al.

    Raises:
        ValueError: There are no such rungs.
    """

    def __init__(self, rng: np.random.Generator, epochs: int = EPOCHS, least: int = 1, eta: int = 3) -> None:
        ladder = Ladder(epochs, least, eta).check()
        self._rungs = ladder.rungs
        self._genotypes = RandomGenotypes(rng)
        self._starts = cycle([(start, ladder.sizes(start)) for start in self._brackets()])
        self._waiting: list[Bracket] = []
        self._bracket_of: dict[Training, Bracket] = {}

    def ask(self) -> Training:
        """Propose a training of the oldest bracket that has one, or of a new bracket."""
        for bracket in self._waiting:
            training = bracket.next()
            if training is not None:
                break
        else:
            start, sizes = next(self._starts)
            bracket = Bracket(self._rungs[start:], sizes, self._draw)
            self._waiting.append(bracket)
            training = bracket.next()
            assert training is not None  # a new bracket has one
        self._bracket_of[training] = bracket
        return training

    def tell(self, training: Training, observation: Observation) -> None:
        """Take a result, and with a rung's last one promote its best."""
        bracket = self._bracket_of.pop(training, None)
        if bracket is None:  # told once more
            return
        bracket.tell(training, observation.val_accuracy)
        if bracket.is_complete:
            self._waiting.remove(bracket)

    def upcoming(self, n: int) -> list[Genotype]:
        """The next `n` genotypes that it draws; see `base.LooksAhead`."""
        return self._genotypes.upcoming(n)

    def _brackets(self) -> Sequence[int]:
        """The rungs at which brackets start, in turn."""
        return range(len(self._rungs))

    def _draw(self) -> Genotype:
        """What a bracket trains next."""
        return self._genotypes.next()


class SuccessiveHalving(Hyperband):
    """One bracket of Hyperband after another, the one that starts most trainings."""

    def _brackets(self) -> Sequence[int]:
        return [0]
