"""Random search (Bergstra & Bengio, 2012): uniform over the space (Appendix C.2)."""

from __future__ import annotations

from collections import deque
from itertools import islice

import numpy as np

from nb301.optimizers.base import Observation
from nb301.space import Genotype, check_generator, sample_in_turn


class RandomGenotypes:
    """Genotypes drawn uniformly: the same ones whether they are looked at before their turn or not.

    Args:
        rng: Where genotypes are drawn from.
    """

    def __init__(self, rng: np.random.Generator) -> None:
        check_generator(rng)
        self._rng = rng
        self._drawn: deque[Genotype] = deque()

    def next(self) -> Genotype:
        """Take the next one."""
        return self._drawn.popleft() if self._drawn else sample_in_turn(self._rng, 1)[0]

    def upcoming(self, n: int) -> list[Genotype]:
        """The next `n`, which stay."""
        if n > len(self._drawn):
            self._drawn.extend(sample_in_turn(self._rng, n - len(self._drawn)))
        return list(islice(self._drawn, n))


class RandomSearch:
    """Proposes genotypes drawn uniformly; learns nothing.

    Args:
        rng: Where genotypes are drawn from.
    """

    def __init__(self, rng: np.random.Generator) -> None:
        self._genotypes = RandomGenotypes(rng)

    def ask(self) -> Genotype:
        """Propose a genotype drawn uniformly."""
        return self._genotypes.next()

    def tell(self, genotype: Genotype, observation: Observation) -> None:
        """Learn nothing."""

    def upcoming(self, n: int) -> list[Genotype]:
        """The next `n` proposals; see `base.LooksAhead`.

        Args:
            n: At most so many.
        """
        return self._genotypes.upcoming(n)
