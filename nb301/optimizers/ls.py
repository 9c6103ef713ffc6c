"""Local search (White et al., 2020b): from neighbour to better neighbour."""

from __future__ import annotations

from operator import itemgetter

import numpy as np

from nb301.optimizers.base import Observation
from nb301.space import Genotype, check_generator, neighbours, sample


class LocalSearch:
    """Evaluates neighbours of a genotype until it moves on to one.

    White et al.'s code has two switches, which make the four variants that it compares. Section 6 of
    the paper, with "the implementation and settings" of White et al., finds local search worst after
    10^6 s and among the best after 10^7. That is what whole neighbourhoods of 120 cost, some six moves
    in the first 10^6 s, and what going on behind a minimum gains: restarts never catch up.

    Neighbours differ in one edge's op or source (`space.neighbours`), come in random order, and each
    is evaluated once, up to the names of its nodes. Workers that ask while none is left to propose get
    random genotypes.

    Args:
        rng: Where starts and the order of neighbours are drawn from.
        starts: Random genotypes before a descent, which starts at the best; one in their Algorithm 1,
            10 in their later code.
        whole_neighbourhood: Whether all neighbours are evaluated before a move (their
            `query_full_nbhd`, Algorithm 1), or only those up to the first that is better.
        stop_at_minimum: Whether it starts anew at random where no neighbour is better (Algorithm 1).
            If not, it always moves to the best architecture so far whose neighbours it has not
            evaluated, as they do where they compare local search with other optimizers.

    Raises:
        ValueError: There is no start.
    """

    def __init__(
        self,
        rng: np.random.Generator,
        starts: int = 1,
        *,
        whole_neighbourhood: bool = True,
        stop_at_minimum: bool = False,
    ) -> None:
        if starts < 1:
            raise ValueError(f"starts is {starts}, expected at least 1")
        check_generator(rng)
        self._rng = rng
        self._starts = starts
        self._whole_neighbourhood, self._stop_at_minimum = whole_neighbourhood, stop_at_minimum
        #: Canonical codes of all that was proposed or told.
        self._seen: set[bytes] = set()
        self._open: set[Genotype] = set()
        #: Evaluated, while their neighbours are not: where a move may lead.
        self._candidates: list[tuple[float, Genotype]] = []
        self._restart()

    def ask(self) -> Genotype:
        """Propose the next neighbour or start, or a random genotype where there is none."""
        if not self._to_propose:
            return sample(self._rng)
        genotype = self._to_propose.pop()
        self._open.add(genotype)
        return genotype

    def tell(self, genotype: Genotype, observation: Observation) -> None:
        """Take a result, and move if it is time to."""
        self._seen.add(genotype.canonical_code)
        self._candidates.append((observation.val_accuracy, genotype))
        self._open.discard(genotype)
        at_once = not self._whole_neighbourhood and self._is_better(observation.val_accuracy)
        if at_once or not (self._to_propose or self._open):
            self._move()

    def upcoming(self, n: int) -> list[Genotype]:
        """The next proposals, at most `n`, where all of them are evaluated; see `base.LooksAhead`.

        Args:
            n: At most so many.
        """
        known_before = self._whole_neighbourhood or self._current is None
        return self._to_propose[: -n - 1 : -1] if known_before else []

    def _move(self) -> None:
        best = max(self._candidates, key=itemgetter(0))  # of equals the one told first
        if self._stop_at_minimum and self._current is not None and not self._is_better(best[0]):
            self._restart()
        else:
            self._expand(best)

    def _is_better(self, accuracy: float) -> bool:
        return self._current is not None and accuracy > self._current

    def _restart(self) -> None:
        #: Accuracy of what is expanded; nothing is before the starts' results are there.
        self._current: float | None = None
        self._candidates.clear()
        self._open.clear()
        self._to_propose = [sample(self._rng) for _ in range(self._starts)][::-1]

    def _expand(self, candidate: tuple[float, Genotype]) -> None:
        self._candidates.remove(candidate)
        if self._stop_at_minimum:
            self._candidates.clear()
        self._current, around = candidate[0], neighbours(candidate[1])
        self._open.clear()
        self._to_propose = []
        for index in self._rng.permutation(len(around)).tolist():
            # half of a neighbourhood is known from the one before when only an op has changed
            canonical = around[index].canonical_code
            if canonical not in self._seen:
                self._seen.add(canonical)
                self._to_propose.append(around[index])
        if not self._to_propose:
            self._move() if self._candidates else self._restart()
