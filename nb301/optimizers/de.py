"""Differential evolution (Price et al., 2006), rand1 and binomial, as Awad et al. (2020) implement it."""

from __future__ import annotations

from collections import defaultdict, deque
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from nb301.optimizers.base import Observation
from nb301.optimizers.choices import SIZES, from_choices
from nb301.space import Genotype, check_generator, sample


def decode(vectors: NDArray[np.float64]) -> NDArray[np.int64]:
    """Read vectors of the unit interval as choices.

    A component is cut into as many sub-intervals as its choice has options: 3, 6 and 10 for pairs
    of parents, 7 for ops (Appendix C.3).

    Args:
        vectors: Components 0..1, shape (n, 22).

    Returns:
        Choices as `choices.from_choices` reads them, shape (n, 22).
    """
    choices: NDArray[np.int64] = np.minimum((vectors * SIZES).astype(np.int64), SIZES - 1)
    return choices


class DifferentialEvolution:
    """Evolves vectors of the unit interval, a generation at a time.

    A trial takes components from its target and from a mutant, the sum of a random member and the
    scaled difference of two others; it replaces its target if it is as good. All trials of a
    generation are made before any is selected, and only when all results are there; workers that
    ask before get random genotypes, whose results are not used (Appendix C.3).

    Args:
        rng: Where all choices are drawn from.
        population_size: Members, each of which has one trial a generation; at least 4. 100 in
            Appendix C.3.
        scale: Of the difference; 0.5 is the default of Awad et al. (2020).
        crossover: Probability that a component is the mutant's, 0..1; at least one is. 0.5 is the
            default of Awad et al. (2020).

    Raises:
        ValueError: The population is too small for a mutant.
    """

    def __init__(
        self,
        rng: np.random.Generator,
        population_size: int = 100,
        scale: float = 0.5,
        crossover: float = 0.5,
    ) -> None:
        if population_size < 4:
            raise ValueError(f"population_size is {population_size}, expected at least 4")
        check_generator(rng)
        self._rng = rng
        self._scale = scale
        self._crossover = crossover
        self._population = np.zeros((population_size, len(SIZES)))
        # worse than any result, so that the first trials become the population
        self._fitness = np.full(population_size, -np.inf)
        self._results = np.full(population_size, np.nan)
        self._open: defaultdict[Genotype, deque[int]] = defaultdict(deque)
        self._start(rng.random((population_size, len(SIZES))))

    def ask(self) -> Genotype:
        """Propose the generation's next trial, or a random genotype when all are open."""
        if not self._to_propose:
            return sample(self._rng)
        number = self._to_propose.popleft()
        genotype = self._genotypes[number]
        # two trials of a generation may be the same genotype
        self._open[genotype].append(number)
        return genotype

    def tell(self, genotype: Genotype, observation: Observation) -> None:
        """Take a trial's result; after the generation's last, select and breed the next."""
        if genotype not in self._open:
            return
        number = self._open[genotype].popleft()
        if not self._open[genotype]:
            del self._open[genotype]
        self._results[number] = observation.val_accuracy
        if not self._to_propose and not self._open:
            self._select()
            self._start(self._breed())

    def upcoming(self, n: int) -> list[Genotype]:
        """The generation's next trials, at most `n`; see `base.LooksAhead`.

        Args:
            n: At most so many.
        """
        return [self._genotypes[number] for number in islice(self._to_propose, n)]

    def _start(self, trials: NDArray[np.float64]) -> None:
        self._trials, self._genotypes = trials, from_choices(decode(trials))
        self._to_propose = deque(range(len(trials)))

    def _select(self) -> None:
        better = self._results >= self._fitness
        self._population[better] = self._trials[better]
        self._fitness[better] = self._results[better]

    def _breed(self) -> NDArray[np.float64]:
        n, dimensions = self._population.shape
        # three different members for each trial; as in Awad et al. the target may be one of them. Sorted:
        # a partition would leave them in an order that depends on the processor's vectors
        first, second, third = self._rng.random((n, n)).argsort(axis=1, kind="stable")[:, :3].T
        mutants = self._population[first] + self._scale * (self._population[second] - self._population[third])
        outside = (mutants < 0) | (mutants > 1)
        mutants[outside] = self._rng.random(outside.sum())
        from_mutant = self._rng.random((n, dimensions)) < self._crossover
        from_mutant[np.arange(n), self._rng.integers(dimensions, size=n)] = True
        return np.where(from_mutant, mutants, self._population)
