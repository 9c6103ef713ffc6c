"""The library's own optimizers as a submission: the entry point of those that have no code of their own.

Needs `nb301` among the submission's requirements, which mounts the space and the optimizers alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from nb301.optimizers import OPTIMIZERS, Observation
from nb301.space import Genotype

if TYPE_CHECKING:
    from leaderboard.inside.shim import Budget, Result
    from leaderboard.inside.space import Space


class Library:
    """An optimizer of `nb301.optimizers`.

    Args:
        space: Not needed: the optimizers bring theirs.
        seed: Of the generator that the optimizer draws from.
        budget: Not used: none of them plans ahead.
        optimizer: A key of `nb301.optimizers.OPTIMIZERS`.
        settings: Of the optimizer.
    """

    def __init__(self, space: Space, seed: int, budget: Budget, *, optimizer: str, **settings: Any) -> None:
        del space, budget
        self._optimizer = OPTIMIZERS[optimizer](np.random.default_rng(seed), **settings)

    def ask(self) -> Genotype:
        """Propose a genotype."""
        return self._optimizer.ask()

    def tell(self, genotype: Genotype, result: Result) -> None:
        """Take a result."""
        self._optimizer.tell(genotype, Observation(1 - result.val_error, result.seconds))
