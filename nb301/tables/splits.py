"""Splits of an evaluation table by content, not by the order of rows.

An architecture is in one part only: all runs of a canonical genotype stay together.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nb301.files import sha256
from nb301.tables.schema import EvaluationTable


@dataclass(frozen=True, slots=True)
class Split:
    """Row numbers of the three parts, ascending; an architecture is in one part only."""

    train: NDArray[np.intp]
    val: NDArray[np.intp]
    test: NDArray[np.intp]

    def counts(self) -> dict[str, int]:
        """Rows in each part."""
        return {"train": len(self.train), "val": len(self.val), "test": len(self.test)}

    @property
    def fitting(self) -> NDArray[np.intp]:
        """Rows of training and validation together, which ensembles are fitted on (Section 4.4)."""
        return np.sort(np.concatenate([self.train, self.val]))


def stratified_split(
    table: EvaluationTable, seed: int, shares: tuple[float, float, float] = (0.8, 0.1, 0.1)
) -> Split:
    """Split into training, validation and test, each optimizer by the same shares (Section 4.2).

    Args:
        table: What to split.
        seed: Which of the possible splits; equal tables and seeds give equal parts.
        shares: Of the architectures in each part, summing to 1.

    Raises:
        ValueError: Shares are negative or do not sum to 1.
    """
    if min(shares) < 0 or abs(sum(shares) - 1) > 1e-9:
        raise ValueError(f"shares {shares} are not three parts of 1")
    position = _position_in_optimizer(table.rows, seed)
    part = np.searchsorted(np.cumsum(shares)[:2], position, side="right")
    train, val, test = (np.flatnonzero(part == i) for i in range(3))
    return Split(train, val, test)


def folds(table: EvaluationTable, rows: NDArray[np.intp], n: int, seed: int) -> list[NDArray[np.intp]]:
    """Cut rows into `n` folds, each optimizer evenly (Section 4.4: ten, one a member).

    Returns:
        `n` arrays of row numbers, ascending, disjoint, together `rows`.
    """
    position = _position_in_optimizer(table.rows.iloc[rows], seed)
    fold = np.minimum((position * n).astype(int), n - 1)
    return [np.sort(rows[fold == i]) for i in range(n)]


def _position_in_optimizer(rows: pd.DataFrame, seed: int) -> NDArray[np.float64]:
    """Place each row's architecture on [0, 1) among those of its optimizer, in an order set by `seed`.

    An architecture that several optimizers found counts for the first of them by name.
    """
    found = pd.DataFrame({"genotype": rows["genotype"], "optimizer": rows["optimizer"].astype(str)})
    architectures = found.sort_values("optimizer").drop_duplicates("genotype").set_index("genotype")
    architectures["order"] = [sha256(f"{seed} {text}".encode()) for text in architectures.index]
    by_optimizer = architectures.groupby("optimizer")["order"]
    position = (by_optimizer.rank(method="first") - 1) / by_optimizer.transform("size")
    return position.loc[rows["genotype"]].to_numpy(dtype=np.float64)
