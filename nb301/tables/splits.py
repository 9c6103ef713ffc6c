"""Splits of an evaluation table by content, not by the order of rows.

An architecture is in one part only: all runs of a canonical genotype stay together. Only rows that
models are fitted on (`EvaluationTable.is_fitted`) are in any part: probes and further seeds are for analysis.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nb301.errors import TableError
from nb301.files import sha256
from nb301.sources import KNOWING_ALL
from nb301.tables.schema import EvaluationTable


@dataclass(frozen=True, slots=True)
class Split:
    """Row numbers of the three parts, ascending; an architecture is in one part only."""

    #: Row numbers, shape (n,).
    train: NDArray[np.intp]
    #: Row numbers, shape (n,).
    val: NDArray[np.intp]
    #: Row numbers, shape (n,).
    test: NDArray[np.intp]

    def counts(self) -> dict[str, int]:
        """Rows in each part.

        Returns:
            Numbers of rows by `training`, `validation`, `test`.
        """
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
        TableError: A part would be empty.
    """
    if min(shares) < 0 or abs(sum(shares) - 1) > 1e-9:
        raise ValueError(f"shares {shares} are not three parts of 1")
    return Split(*_cut(table, np.flatnonzero(table.is_fitted), seed, shares))


def leave_one_out_split(
    table: EvaluationTable, optimizer: str, seed: int, shares: tuple[float, float] = (0.9, 0.1)
) -> Split:
    """Test on all rows of one optimizer, train and validate on the others' (Section 4.3, F28).

    In no part are other optimizers' rows with an architecture that the left-out one found, too, nor those of
    sources that know of its rows (`sources.KNOWING_ALL`).

    Args:
        table: What to split.
        optimizer: The one that is left out.
        seed: Which of the possible splits.
        shares: Of the others' architectures in training and validation, each optimizer evenly.

    Raises:
        TableError: The table has no row of that optimizer, or too few of others.
    """
    left_out, fitted = _is_of(table, optimizer), table.is_fitted
    if left_out[fitted].all():
        raise TableError(f"table {table.name} has rows of {optimizer} only: none is left to train on")
    genotypes = table.rows["genotype"]
    known = genotypes.isin(genotypes[left_out]).to_numpy()
    known |= table.rows["optimizer"].isin(KNOWING_ALL).to_numpy(dtype=bool)
    train, val = _cut(table, np.flatnonzero(fitted & ~known), seed, shares)
    return Split(train, val, np.flatnonzero(left_out))


def random_only_split(table: EvaluationTable, seed: int, optimizer: str = "rs") -> Split:
    """Train and validate on random search's rows only, test on all optimizers' (Appendix E.3).

    The parts are those of `stratified_split` without the other optimizers' rows for fitting, so that
    both kinds of models are measured on the same test rows.

    Args:
        table: What to split.
        seed: Which of the possible splits.
        optimizer: In the place of random search.

    Raises:
        TableError: The table has no row of `optimizer`, or too few of it for training or validation.
    """
    is_seen, split = _is_of(table, optimizer), stratified_split(table, seed)
    train, val = split.train[is_seen[split.train]], split.val[is_seen[split.val]]
    if not len(train) or not len(val):
        raise TableError(
            f"table {table.name} has {is_seen.sum()} rows of {optimizer!r}, too few: 10 architectures are "
            "enough"
        )
    return Split(train, val, split.test)


def equal_size_split(table: EvaluationTable, seed: int, rows: tuple[int, int] | None = None) -> Split:
    """Train and validate on fewer rows, thinned alike for each optimizer (Appendix E.3).

    The control of `random_only_split`: as many rows (47.3 % of the paper's, F33), the same test part.

    Args:
        table: What to split.
        seed: Which of the possible splits.
        rows: Numbers of rows in training and validation; by default those of `random_only_split`.

    Raises:
        TableError: `rows` is not given, and the table has no row of random search.
        ValueError: A part has fewer rows.
    """
    split = stratified_split(table, seed)
    if rows is None:
        random_only = random_only_split(table, seed)
        rows = len(random_only.train), len(random_only.val)
    train, val = _thinned(table, split.train, rows[0], seed), _thinned(table, split.val, rows[1], seed)
    return Split(train, val, split.test)


def above_split(
    table: EvaluationTable, seed: int, threshold: float = 0.92, shares: tuple[float, float] = (0.9, 0.1)
) -> Split:
    """Train and validate on good architectures, test on all others (Appendix E.2, F33).

    Args:
        table: What to split.
        seed: Which of the possible splits.
        threshold: Good is at least this validation accuracy, a fraction, in the mean of an
            architecture's runs.
        shares: Of the good architectures in training and validation, each optimizer evenly.

    Raises:
        TableError: No architecture is good, or too few are.
    """
    means = table.rows.groupby("genotype")["val_accuracy"].transform("mean").to_numpy()
    fitted = table.is_fitted
    good = np.flatnonzero(fitted & (means >= threshold))
    if not len(good):
        raise TableError(f"table {table.name} has no architecture of at least {threshold:.2%}")
    train, val = _cut(table, good, seed, shares)
    return Split(train, val, np.flatnonzero(fitted & (means < threshold)))


def folds(table: EvaluationTable, rows: NDArray[np.intp], n: int, seed: int) -> list[NDArray[np.intp]]:
    """Cut rows into `n` folds, each optimizer evenly (Section 4.4: ten, one a member).

    Args:
        table: Where the rows are.
        rows: Their numbers, shape (m,).
        n: How many folds.
        seed: Which of the possible folds.

    Returns:
        `n` arrays of row numbers, ascending, disjoint, together `rows`.
    """
    position = _position_in_optimizer(table.rows.iloc[rows], seed)
    fold = np.minimum((position * n).astype(int), n - 1)
    return [np.sort(rows[fold == i]) for i in range(n)]


def _is_of(table: EvaluationTable, optimizer: str) -> NDArray[np.bool_]:
    is_of: NDArray[np.bool_] = (table.rows["optimizer"] == optimizer).to_numpy(dtype=bool)
    if not is_of.any():
        optimizers = sorted(set(table.rows["optimizer"]))
        raise TableError(f"table {table.name} has no rows of {optimizer!r}, only of {optimizers}")
    return is_of


def _cut(
    table: EvaluationTable, rows: NDArray[np.intp], seed: int, shares: Sequence[float]
) -> list[NDArray[np.intp]]:
    """Cut rows into parts by shares of their architectures, each optimizer alike.

    Raises:
        TableError: A part would be empty; says how many architectures are enough.
    """
    position = _position_in_optimizer(table.rows.iloc[rows], seed)
    part = np.searchsorted(np.cumsum(shares)[:-1], position, side="right")
    parts = [rows[part == i] for i in range(len(shares))]
    for share, rows_of_part in zip(shares, parts, strict=True):
        if share > 0 and not len(rows_of_part):
            enough = math.ceil(1 / min(positive for positive in shares if positive > 0))
            raise TableError(
                f"table {table.name} has {len(table)} rows, of which {len(rows)} are to be split by "
                f"{shares}, too few: {enough} architectures of one optimizer are enough"
            )
    return parts


def _thinned(table: EvaluationTable, rows: NDArray[np.intp], n: int, seed: int) -> NDArray[np.intp]:
    """Keep `n` of the rows, each optimizer's share alike."""
    if n > len(rows):
        raise ValueError(f"{n} rows of {len(rows)}")
    chosen = table.rows.iloc[rows]
    # positions spread each optimizer evenly; ties are broken by content, not by the order of rows
    by_content = chosen[["genotype", "optimizer", "run", "seed", "val_accuracy", "runtime"]].astype(
        {"optimizer": str}
    )
    by_content.insert(0, "position", _position_in_optimizer(chosen, seed))
    order = by_content.reset_index(drop=True).sort_values([*by_content.columns]).index.to_numpy()
    return np.sort(rows[order[:n]])


def _position_in_optimizer(rows: pd.DataFrame, seed: int) -> NDArray[np.float64]:
    """Place each row's architecture on [0, 1) among those of its optimizer, in an order set by `seed`.

    An architecture that several optimizers found counts for the first of them by name.
    """
    finds = pd.DataFrame({"genotype": rows["genotype"], "optimizer": rows["optimizer"].astype(str)})
    architectures = finds.sort_values("optimizer").drop_duplicates("genotype").set_index("genotype")
    architectures["order"] = [sha256(f"{seed} {text}".encode()) for text in architectures.index]
    by_optimizer = architectures.groupby("optimizer")["order"]
    position = (by_optimizer.rank(method="first") - 1) / by_optimizer.transform("size")
    return position.loc[rows["genotype"]].to_numpy(dtype=np.float64)
