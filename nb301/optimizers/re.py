"""Regularized evolution (Real et al., 2019), with the mutations of Appendix C.3."""

from __future__ import annotations

from collections import deque

import numpy as np

from nb301.optimizers.base import Observation
from nb301.optimizers.rs import RandomGenotypes
from nb301.space import Genotype, mutate


class RegularizedEvolution:
    """Mutates the best of a random sample of the population; the oldest member dies.

    Args:
        rng: Where all choices are drawn from.
        population_size: Random genotypes before mutations start, and members alive after. Real et
            al. use 100; the paper's collection uses 3,000 (Appendix C.3).
        sample_size: Members that compete to be mutated, at most the population. Real et al. use 25;
            the paper's collection uses 100.

    Raises:
        ValueError: A size is not positive, or the sample is larger than the population.
    """

    def __init__(self, rng: np.random.Generator, population_size: int = 100, sample_size: int = 25) -> None:
        if not 0 < sample_size <= population_size:
            raise ValueError(
                f"sample_size is {sample_size}, expected 1 to population_size, {population_size}"
            )
        self._rng = rng
        self._sample_size = sample_size
        self._starts, self._to_start = RandomGenotypes(rng), population_size
        self._population: deque[Genotype] = deque(maxlen=population_size)
        self._accuracies: deque[float] = deque(maxlen=population_size)

    def ask(self) -> Genotype:
        """Propose a random genotype at first, then the mutated winner of a tournament."""
        if self._to_start > 0 or not self._population:
            self._to_start -= 1
            return self._starts.next()
        n = len(self._population)
        competing = self._rng.choice(n, size=min(self._sample_size, n), replace=False).tolist()
        # of equally good members the younger wins, whatever order the sample came in
        _, winner = max(zip(map(self._accuracies.__getitem__, competing), competing, strict=True))
        return mutate(self._population[winner], self._rng)

    def tell(self, genotype: Genotype, observation: Observation) -> None:
        """Add the genotype to the population; beyond its size the oldest member dies."""
        self._population.append(genotype)
        self._accuracies.append(observation.val_accuracy)

    def upcoming(self, n: int) -> list[Genotype]:
        """The next proposals, at most `n`, while they are random; see `base.LooksAhead`.

        Args:
            n: At most so many.
        """
        return self._starts.upcoming(max(min(n, self._to_start), 0))
