"""What a surrogate is: model files, and predictions of the members that they hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from nb301.tables.schema import EvaluationTable
    from nb301.tables.splits import Split

#: Called as (members fitted, members in all) while an ensemble is fitted.
Progress = Callable[[int, int], None]


class Surrogate(Protocol):
    """A fitted ensemble that predicts accuracies of canonical genotypes."""

    def predict(self, codes: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Predict every member's validation accuracy.

        Args:
            codes: Canonical genotypes as `space.to_codes` packs them, shape (n, 2, 8, 2).

        Returns:
            Fractions, shape (members, n).
        """


class Fit(Protocol):
    """Fits an ensemble and returns its model files by name; equal arguments give equal bytes."""

    def __call__(
        self, table: EvaluationTable, split: Split, seed: int, progress: Progress | None = None
    ) -> dict[str, bytes]:
        """Fit on a split's training and validation rows."""


@dataclass(frozen=True, slots=True)
class Family:
    """One kind of model: how it is fitted and how its files are read; what is frozen is what is used."""

    fit: Fit
    load: Callable[[Mapping[str, bytes]], Surrogate]
    #: Written into the manifest.
    hyperparameters: Mapping[str, float | int | str]
    #: Libraries whose versions the manifest names.
    libraries: tuple[str, ...]
