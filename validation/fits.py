"""What models are fitted to for a claim: sets of rows of a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np

from nb301.errors import TableError
from nb301.sources import FITTED
from nb301.tables.schema import EvaluationTable
from nb301.tables.splits import (
    Split,
    above_split,
    equal_size_split,
    leave_one_out_split,
    random_only_split,
    stratified_split,
)
from nb301.tables.statistics import seeds


class NamedRows(StrEnum):
    """Row sets of the paper that have a name."""

    stratified = "stratified"
    random_only = "random_only"
    equal_size = "equal_size"
    above_92 = "above_92"

    def split_of(self, table: EvaluationTable, seed: int) -> Split:
        """See `RowSet`."""
        return _SPLITS[self](table, seed)


_SPLITS: Mapping[NamedRows, Callable[[EvaluationTable, int], Split]] = {
    NamedRows.stratified: stratified_split,
    NamedRows.random_only: random_only_split,
    NamedRows.equal_size: equal_size_split,
    NamedRows.above_92: above_split,
}


@dataclass(frozen=True, slots=True)
class Without:
    """All rows but those of an optimizer, which are for tests."""

    optimizer: str

    def split_of(self, table: EvaluationTable, seed: int) -> Split:
        """See `RowSet`."""
        return leave_one_out_split(table, self.optimizer, seed)


@dataclass(frozen=True, slots=True)
class FirstRows:
    """Random rows, nine of ten for training, of architectures that were trained with one seed alone."""

    n: int

    def split_of(self, table: EvaluationTable, seed: int) -> Split:
        """See `RowSet`."""
        rows, nothing = table.rows, np.array([], dtype=np.intp)
        usable = rows["optimizer"].isin(FITTED) & ~rows["genotype"].isin(seeds(table).index)
        if usable.sum() < self.n:
            raise TableError(f"table {table.name} has {usable.sum()} rows of single trainings, not {self.n}")
        chosen = np.random.default_rng(seed).permutation(np.flatnonzero(usable))[: self.n]
        training = self.n * 9 // 10
        return Split(np.sort(chosen[:training]), np.sort(chosen[training:]), nothing)


#: Rows to fit to; `split_of(table, seed)` gives them, and those that are left for tests, or raises a
#: `TableError` where the table does not have them.
RowSet = NamedRows | Without | FirstRows

#: Row sets by the names that claims have for them.
ROW_SETS: Mapping[str, RowSet] = {
    **{rows.value: rows for rows in NamedRows},
    **{f"without_{optimizer}": Without(optimizer) for optimizer in FITTED},
}


class PlannedFit(NamedTuple):
    """Models to fit: one, stopped on the validation rows, or an ensemble by folds."""

    rows: RowSet
    members: int = 1
