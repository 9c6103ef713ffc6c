"""A run of an optimizer, as it is kept: all evaluations, and the incumbent at any time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nb301.columns import Columns
from nb301.space import Genotype

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from pandas import DataFrame


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Trajectory(Columns):
    """One run of an optimizer: all evaluations in the order in which they ended.

    Arrays are read-only; equal are runs with equal values.
    """

    genotypes: list[Genotype]
    #: Training seed of each evaluation, shape (n,).
    seeds: NDArray[np.int64]
    #: Observed, with noise; fractions, shape (n,).
    val_accuracy: NDArray[np.float64]
    #: Of each training, simulated seconds, shape (n,).
    runtime: NDArray[np.float64]
    #: Seconds from the start of the run to the end of each evaluation, ascending, shape (n,).
    clock: NDArray[np.float64]
    #: Epochs that each training had had by then, shape (n,); None where all trainings are whole.
    epochs: NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return len(self.genotypes)

    def __repr__(self) -> str:
        if not len(self):
            return "<Trajectory without evaluations>"
        size = f"{len(self):,} evaluations in {self.clock[-1]:,.0f} s"
        return f"<Trajectory of {size}: best val_accuracy {self.val_accuracy[self.incumbents[-1]]:.4f}>"

    def _repr_html_(self) -> str:
        """Draw the incumbent's error over time in a notebook."""
        from nb301.display import run_card

        return run_card(repr(self).strip("<>"), self.clock, self.val_accuracy[self.incumbents])

    @property
    def incumbents(self) -> NDArray[np.intp]:
        """Number of the evaluation with the best observed accuracy so far, shape (n,).

        Of trainings of different lengths only the longest so far count: what a run would return is the best
        of what it has trained longest, as in Hyperband.
        """
        if not len(self):
            return np.empty(0, dtype=np.intp)
        place = self.val_accuracy if self.epochs is None else _places(self.epochs, self.val_accuracy)
        best = np.maximum.accumulate(place)
        improved = np.append(True, place[1:] > best[:-1])
        return np.maximum.accumulate(np.where(improved, np.arange(len(self)), 0))

    def incumbent_at(self, seconds: NDArray[np.float64]) -> NDArray[np.intp]:
        """Number of the incumbent's evaluation at given times; -1 before the first has ended.

        Args:
            seconds: Simulated seconds, shape (m,).

        Returns:
            Shape (m,).
        """
        ended = np.searchsorted(self.clock, seconds, side="right")
        return np.append(-1, self.incumbents)[ended]

    def plot(self, ax: Axes | None = None, *, on: str = "", **line: Any) -> Axes:
        """Plot the incumbent's observed validation error, in percent, over simulated seconds.

        Time is logarithmic. Several runs overlay: give each the Axes that the first call returns, and a
        `label`.

        Args:
            ax: What to draw on; without, that of a new figure.
            on: What the answers rest on, for the title, such as `benchmark.rests_on`.
            line: Settings of matplotlib's `Axes.step`, such as `label` and `color`.

        Returns:
            The Axes.

        Raises:
            MissingExtra: matplotlib is not installed.
        """
        from nb301.display import plots

        return plots.incumbents(ax, on, self.clock, self.val_accuracy[self.incumbents], line)

    def to_pandas(self) -> DataFrame:
        """Give all evaluations as a DataFrame.

        Returns:
            One row an evaluation: `genotype` as text, `seed`, `val_accuracy`, `runtime` and `clock` as here,
            and `epochs` where trainings differ by them.

        Raises:
            MissingExtra: pandas is not installed.
        """
        from nb301.display import frame

        columns: dict[str, Any] = {"genotype": list(map(str, self.genotypes)), "seed": self.seeds}
        columns |= {"val_accuracy": self.val_accuracy, "runtime": self.runtime, "clock": self.clock}
        if self.epochs is not None:
            columns["epochs"] = self.epochs
        return frame(columns)


def _places(epochs: NDArray[np.int64], accuracy: NDArray[np.float64]) -> NDArray[np.intp]:
    """Places of evaluations by epochs, then by accuracy, the worst 0; equals share one. Shape (n,)."""
    _, places = np.unique(np.stack([epochs, accuracy], axis=1), axis=0, return_inverse=True)
    return places.reshape(-1)
