"""A learning curve: one training, epoch by epoch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nb301.columns import Columns


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class LearningCurve(Columns):
    """One training, epoch by epoch; arrays are read-only."""

    #: Validation accuracy after each epoch, fractions, shape (epochs,).
    val_accuracy: NDArray[np.float64]
    #: Simulated seconds from the start of the training to the end of each epoch, ascending, shape (epochs,).
    runtime: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.val_accuracy)

    def __repr__(self) -> str:
        last = f"{self.val_accuracy[-1]:.4f} after {self.runtime[-1]:,.0f} s"
        return f"<LearningCurve of {len(self)} epochs: val_accuracy {last}, best {self.best:.4f}>"

    @property
    def best(self) -> float:
        """Validation accuracy of the best epoch, which a whole training is labelled with (F20); fraction."""
        return float(self.val_accuracy.max())
