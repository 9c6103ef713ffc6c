"""The library's own optimizers as a submission: the entry point of those that have no code of their own.

Needs `nb301` among the submission's requirements, which mounts the space and the optimizers alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from nb301.optimizers import OPTIMIZERS, Observation
from nb301.optimizers.multi_fidelity import MULTI_FIDELITY

if TYPE_CHECKING:
    from leaderboard.inside.shim import Budget, Result
    from leaderboard.inside.space import Space


class Library:
    """An optimizer of `nb301.optimizers`.

    Args:
        space: Not needed: the optimizers bring theirs.
        seed: Of the generator that the optimizer draws from.
        budget: Not used: none of them plans ahead.
        optimizer: A key of `nb301.optimizers.OPTIMIZERS`, or of `MULTI_FIDELITY`.
        settings: Of the optimizer.
    """

    def __init__(self, space: Space, seed: int, budget: Budget, *, optimizer: str, **settings: Any) -> None:
        del space, budget
        makers: dict[str, Any] = {**OPTIMIZERS, **MULTI_FIDELITY}
        self._optimizer = makers[optimizer](np.random.default_rng(seed), **settings)

    def ask(self) -> Any:
        """Propose a genotype, or a training of some epochs."""
        return self._optimizer.ask()

    def tell(self, proposed: Any, result: Result) -> None:
        """Take a result."""
        curve = tuple(1 - error for error in result.curve)
        self._optimizer.tell(proposed, Observation(1 - result.val_error, result.seconds, curve))
