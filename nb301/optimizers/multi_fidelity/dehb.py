"""DEHB (Awad et al., 2021): Hyperband whose rungs are populations of differential evolution."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nb301.optimizers.base import EPOCHS, Observation, Training
from nb301.optimizers.choices import SIZES, from_choices
from nb301.optimizers.de import decode
from nb301.optimizers.multi_fidelity.rungs import Ladder
from nb301.space import check_generator

_Vectors = NDArray[np.float64]
#: A mutant is one vector and the difference of two others.
_PARENTS = 3


class _Population:
    """The members of one rung: vectors of the unit interval, and the trainings that rated them."""

    def __init__(self, vectors: _Vectors) -> None:
        self.vectors = vectors
        #: Observed accuracies; worse than any where nothing was trained yet.
        self.fitness = np.full(len(vectors), -np.inf)
        self.trainings: list[Training | None] = [None] * len(vectors)
        self._next = 0

    def next_target(self) -> int:
        """Members are targets in turn."""
        target = self._next
        self._next = (target + 1) % len(self.vectors)
        return target

    def best(self, n: int) -> NDArray[np.intp]:
        """Numbers of the best members, the best first; only trained ones."""
        order = np.argsort(-self.fitness, kind="stable")
        return order[self.fitness[order] > -np.inf][:n]


class _Slot(NamedTuple):
    """A place in a bracket."""

    rung: int
    #: Members of the rung below that are parents; None at a bracket's lowest rung, whose own members are.
    parents: int | None


class _Open(NamedTuple):
    """What an open training is to become."""

    rung: int
    target: int
    vector: _Vectors


class Dehb:
    """Evolves a population on every rung; parents are the best of the rung below.

    Brackets are Hyperband's. In a bracket's lowest rung, trials are bred from the rung's own members; above
    it from the best of the rung below, as many as Hyperband would promote. Where a member has not been
    trained yet, which is so in the first brackets, the rung is filled as in successive halving: the best
    paused training of the rung below goes on. A trial is rand1 and binomial, as in `DifferentialEvolution`,
    and replaces its target if it is as good. A worker that is free does not wait for a rung's others: it
    breeds from those that are there.

    Args:
        rng: Where all choices are drawn from.
        epochs: Of a whole training.
        least: Of the shortest one.
        eta: One of so many is a parent on the next rung; 3 in Awad et al.
        scale: Of the difference of two parents; 0.5 in Awad et al.
        crossover: Probability that a component is the mutant's, 0..1; 0.5 in Awad et al.

    Raises:
        ValueError: There are no such rungs, or they have less than three members.
    """

    def __init__(
        self,
        rng: np.random.Generator,
        epochs: int = EPOCHS,
        least: int = 1,
        eta: int = 3,
        scale: float = 0.5,
        crossover: float = 0.5,
    ) -> None:
        check_generator(rng)
        self._rng, self._scale, self._crossover = rng, scale, crossover
        self._ladder = Ladder(epochs, least, eta).check()
        self._epochs = self._ladder.rungs
        self._slots = self._all_slots()
        sizes = self._population_sizes()
        if sum(sizes) < _PARENTS:
            raise ValueError(
                f"epochs {epochs}, least {least} and eta {eta} give rungs {self._epochs} of {sum(sizes)} "
                f"members, expected {_PARENTS} at least to breed from"
            )
        self._populations = [_Population(rng.random((size, len(SIZES)))) for size in sizes]
        #: Trainings that have gone on to another rung.
        self._promoted: set[Training] = set()
        self._open: dict[Training, _Open] = {}

    def ask(self) -> Training:
        """Propose the trial of the bracket's next place."""
        slot = next(self._slots)
        population = self._populations[slot.rung]
        target = population.next_target()
        paused: Training | None = None
        vector = population.vectors[target]
        if population.fitness[target] > -np.inf:
            vector = self._trial(vector, self._parents(slot))
        elif slot.parents is not None:
            vector, paused = self._promote(slot.rung - 1, vector)
        genotype = from_choices(decode(vector[None]))[0] if paused is None else paused.genotype
        training = Training(genotype, self._epochs[slot.rung], paused)
        self._open[training] = _Open(slot.rung, target, vector)
        return training

    def tell(self, training: Training, observation: Observation) -> None:
        """Let the trial replace its target if it is as good."""
        trial = self._open.pop(training, None)
        if trial is None:  # told once more
            return
        population = self._populations[trial.rung]
        if observation.val_accuracy >= population.fitness[trial.target]:
            population.vectors[trial.target] = trial.vector
            population.fitness[trial.target] = observation.val_accuracy
            population.trainings[trial.target] = training

    def _all_slots(self) -> Iterator[_Slot]:
        for start in cycle(range(len(self._epochs))):
            for level, size in enumerate(self._ladder.sizes(start)):
                for _ in range(size):
                    yield _Slot(start + level, size if level else None)

    def _population_sizes(self) -> list[int]:
        """As many members as the bracket that has most trainings on a rung has there."""
        sizes = [0] * len(self._epochs)
        for start in range(len(self._epochs)):
            for level, size in enumerate(self._ladder.sizes(start)):
                sizes[start + level] = max(sizes[start + level], size)
        return sizes

    def _promote(self, rung: int, otherwise: _Vectors) -> tuple[_Vectors, Training | None]:
        """The best member of a rung whose training has not gone on, or a vector to be trained anew."""
        population = self._populations[rung]
        for member in population.best(len(population.vectors)):
            training = population.trainings[member]
            if training is not None and training not in self._promoted:
                self._promoted.add(training)
                return population.vectors[member].copy(), training
        return otherwise, None

    def _parents(self, slot: _Slot) -> _Vectors:
        """At least three vectors to breed from; few ones are joined by all others there are."""
        if slot.parents is None:
            pool = self._populations[slot.rung].vectors
        else:
            below = self._populations[slot.rung - 1]
            pool = below.vectors[below.best(slot.parents)]
        if len(pool) < _PARENTS:
            pool = np.vstack([pool, *(population.vectors for population in self._populations)])
        return pool

    def _trial(self, target: _Vectors, pool: _Vectors) -> _Vectors:
        """Components of the target and of a mutant."""
        first, second, third = pool[self._rng.choice(len(pool), size=_PARENTS, replace=False)]
        mutant = first + self._scale * (second - third)
        outside = (mutant < 0) | (mutant > 1)
        mutant[outside] = self._rng.random(outside.sum())
        from_mutant = self._rng.random(len(target)) < self._crossover
        from_mutant[self._rng.integers(len(target))] = True
        return np.where(from_mutant, mutant, target)
