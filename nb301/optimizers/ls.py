"""Local search (White et al., 2020b): hill climbing over whole neighbourhoods, with restarts."""

from __future__ import annotations

import numpy as np

from nb301.optimizers.base import Observation
from nb301.space import Genotype, neighbours, sample


class LocalSearch:
    """Evaluates all neighbours of a genotype, moves to the best if it is better, else starts anew.

    This is Algorithm 1 of White et al. (2020b): the variant that queries the full neighbourhood and
    stops at a minimum. Their code has two others: to move to the first better neighbour, and to go
    on from the best unexpanded genotype instead of at random. Section 6 of the paper, which uses
    their implementation and settings, finds local search worst after 10^6 s and among the best after
    10^7; that is what whole neighbourhoods of 120 cost: some six moves in the first 10^6 s.

    Neighbours differ in one edge's op or source (`space.neighbours`) and come in random order, each
    genotype once in a descent. While results of a neighbourhood are open and none is left to
    propose, workers get random genotypes; the best of them is where the next descent starts.

    Args:
        rng: Where starts and the order of neighbours are drawn from.
    """

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._current: tuple[float, Genotype] | None = None
        self._to_propose: list[Genotype] = []
        self._open: set[Genotype] = set()
        self._evaluated: list[tuple[float, Genotype]] = []
        self._seen: set[Genotype] = set()
        self._spare: list[tuple[float, Genotype]] = []

    def ask(self) -> Genotype:
        """Propose the next neighbour, or a random genotype where there is none."""
        if not self._to_propose:
            return sample(self._rng)
        genotype = self._to_propose.pop()
        self._open.add(genotype)
        return genotype

    def tell(self, genotype: Genotype, observation: Observation) -> None:
        """Take a neighbour's result, and move after the last; or that of a random genotype."""
        found = (observation.val_accuracy, genotype)
        if genotype not in self._open:
            self._spare.append(found)
            if self._current is None:
                self._restart()
            return
        self._open.remove(genotype)
        self._evaluated.append(found)
        if not self._to_propose and not self._open:
            self._move()

    def _move(self) -> None:
        assert self._current is not None
        best = _best(self._evaluated)
        if best[0] > self._current[0]:
            self._expand(best)
        else:
            self._restart()

    def _restart(self) -> None:
        self._current, self._seen = None, set()
        if self._spare:
            start = _best(self._spare)
            self._spare = []
            self._seen.add(start[1].canonical())
            self._expand(start)

    def _expand(self, current: tuple[float, Genotype]) -> None:
        self._current, self._evaluated = current, []
        around = neighbours(current[1])
        for index in self._rng.permutation(len(around)):
            # up to the names of its nodes, as White et al. do: half of a neighbourhood is known
            # from the one before when only an op has changed
            canonical = around[index].canonical()
            if canonical not in self._seen:
                self._seen.add(canonical)
                self._to_propose.append(around[index])
        if not self._to_propose:
            self._restart()


def _best(found: list[tuple[float, Genotype]]) -> tuple[float, Genotype]:
    # of equally good genotypes the one told first
    return max(found, key=lambda pair: pair[0])
