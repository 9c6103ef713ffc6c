"""Learning curves: trainings, epoch by epoch, one and many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

import numpy as np
from numpy.typing import NDArray

from nb301.columns import Columns, rows_at
from nb301.display import curves_card, frame

if TYPE_CHECKING:
    from pandas import DataFrame


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

    def _repr_html_(self) -> str:
        """Draw it in a notebook."""
        return curves_card(repr(self).strip("<>"), self.val_accuracy[np.newaxis])

    def to_pandas(self) -> DataFrame:
        """Give it as a DataFrame.

        Returns:
            One row an epoch: `epoch`, from 1 on, `val_accuracy` and `runtime`.

        Raises:
            MissingExtra: pandas is not installed.
        """
        epochs = np.arange(1, len(self) + 1)
        return frame({"epoch": epochs, "val_accuracy": self.val_accuracy, "runtime": self.runtime})

    @property
    def best(self) -> float:
        """Validation accuracy of the best epoch, which a whole training is labelled with (F20); fraction."""
        return float(self.val_accuracy.max())


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class LearningCurves(Columns, Sequence[LearningCurve]):
    """Many trainings: the fields of `LearningCurve`, of which each row is one.

    Arrays have shape (n, epochs) and are read-only. An index gives one `LearningCurve`; a slice, a mask or
    a list of indices gives `LearningCurves`. Equal are those with equal values.
    """

    #: Fractions, shape (n, epochs).
    val_accuracy: NDArray[np.float64]
    #: Seconds of each epoch's end, shape (n, epochs).
    runtime: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.val_accuracy)

    def __iter__(self) -> Iterator[LearningCurve]:
        return map(LearningCurve, self.val_accuracy, self.runtime)

    @overload
    def __getitem__(self, index: int | np.integer[Any]) -> LearningCurve: ...
    @overload
    def __getitem__(self, index: slice | Sequence[int] | NDArray[Any]) -> LearningCurves: ...
    def __getitem__(self, index: Any) -> LearningCurve | LearningCurves:
        rows = rows_at(index)
        kind = LearningCurve if isinstance(rows, int) else LearningCurves
        return kind(self.val_accuracy[rows], self.runtime[rows])

    def __repr__(self) -> str:
        span = f", best {self.best.min():.4f} to {self.best.max():.4f}" if len(self) else ""
        return f"<LearningCurves of {len(self):,} trainings, {self.val_accuracy.shape[1]} epochs{span}>"

    def _repr_html_(self) -> str:
        """Draw them in a notebook, ten of many."""
        return curves_card(repr(self).strip("<>"), self.val_accuracy)

    def to_pandas(self) -> DataFrame:
        """Give them as a DataFrame.

        Returns:
            One row an epoch of each training: `training`, its number from 0 on, `epoch`, from 1 on,
            `val_accuracy` and `runtime`.

        Raises:
            MissingExtra: pandas is not installed.
        """
        trainings, epochs = np.indices(self.val_accuracy.shape)
        return frame(
            {
                "training": trainings.ravel(),
                "epoch": epochs.ravel() + 1,
                "val_accuracy": self.val_accuracy.ravel(),
                "runtime": self.runtime.ravel(),
            }
        )

    @property
    def best(self) -> NDArray[np.float64]:
        """Validation accuracy of each one's best epoch (F20); fractions, shape (n,)."""
        best: NDArray[np.float64] = self.val_accuracy.max(axis=1)
        return best


def together(curves: Sequence[Sequence[float]]) -> NDArray[np.float64] | None:
    """Curves of single trainings as rows; None where no training has one.

    Those of another length than most, the longest of equally many, are not known: nobody says which epochs
    they lack. Their rows are NaN.
    """
    lengths = Counter(len(curve) for curve in curves if len(curve))
    if not lengths:
        return None
    epochs = max(lengths, key=lambda length: (lengths[length], length))
    rows = np.full((len(curves), epochs), np.nan)
    for row, curve in zip(rows, curves, strict=True):
        if len(curve) == epochs:
            row[:] = curve
    return rows
