"""BOHB (Falkner et al., 2018): Hyperband, whose brackets train what a Parzen estimator proposes."""

from __future__ import annotations

import numpy as np

from nb301.optimizers.base import EPOCHS, Observation, Training
from nb301.optimizers.multi_fidelity.halving import Hyperband
from nb301.optimizers.tpe import TreeParzen
from nb301.space import Genotype


class Bohb(Hyperband):
    """Hyperband with densities of good and bad results, of the longest trainings that there are enough of.

    Every rung has a `TreeParzen` with its settings, which are BOHB's but for the widths of kernels: see there
    why these are Optuna's. It forgets beyond `memory` results, since an `ask` takes 0.1 ms for each.

    Args:
        rng: Where genotypes are drawn from; seeds the estimators.
        epochs: Of a whole training.
        least: Of the shortest one.
        eta: One of so many goes on.
        startup: Results that a rung's estimator needs; one more than there are parameters, as TPE's.
        memory: Most results of a rung that its estimator is fitted to.
        random_fraction: Probability to propose a random genotype; 1/3 in Falkner et al.

    Raises:
        MissingExtra: Optuna is not installed.
        ValueError: There are no such rungs, or a setting is none that `TreeParzen` takes.
    """

    def __init__(
        self,
        rng: np.random.Generator,
        epochs: int = EPOCHS,
        least: int = 1,
        eta: int = 3,
        startup: int = 35,
        memory: int = 200,
        random_fraction: float = 1 / 3,
    ) -> None:
        super().__init__(rng, epochs, least, eta)
        self._startup = startup
        self._estimators = [
            TreeParzen(rng, startup=startup, memory=memory, random_fraction=random_fraction)
            for _ in self._rungs
        ]
        self._results = [0] * len(self._rungs)

    def tell(self, training: Training, observation: Observation) -> None:
        """Take a result into the rung's estimator and its bracket."""
        if training in self._bracket_of:  # not told once more
            level = self._rungs.index(training.epochs)
            self._results[level] += 1
            self._estimators[level].tell(training.genotype, observation)
        super().tell(training, observation)

    def upcoming(self, n: int) -> list[Genotype]:  # noqa: ARG002
        """Nothing: estimators draw from the generator, too."""
        return []

    def _draw(self) -> Genotype:
        """What the highest rung's estimator that has enough results proposes, or a random genotype."""
        for results, estimator in zip(self._results[::-1], self._estimators[::-1], strict=True):
            if results >= self._startup:
                return estimator.ask()
        return super()._draw()
