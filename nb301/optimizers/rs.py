"""Random search (Bergstra & Bengio, 2012): uniform over the space (Appendix C.2)."""

from __future__ import annotations

import numpy as np

from nb301.optimizers.base import Observation
from nb301.space import Genotype, sample


class RandomSearch:
    """Proposes genotypes drawn uniformly; learns nothing.

    Args:
        rng: Where genotypes are drawn from.
    """

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng

    def ask(self) -> Genotype:
        """Propose a genotype drawn uniformly."""
        return sample(self._rng)

    def tell(self, genotype: Genotype, observation: Observation) -> None:
        """Learn nothing."""
