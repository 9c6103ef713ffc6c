"""A table as its charts take it: errors in percent, depths, and the words that name it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from nb301.sources import labels
from nb301.space import NODES
from nb301.tables.schema import EvaluationTable

Array = NDArray[np.float64]
#: How sources are called where people read them.
LABELS = labels()
_SAMPLE_SEED = 301


@dataclass(frozen=True)
class Subject:
    """A table, seen by its charts."""

    table: EvaluationTable

    @property
    def name(self) -> str:
        """Such as `emulated-v1.0`."""
        return f"{self.table.name}-v{self.table.version}"

    @property
    def rests_on(self) -> str:
        """Stands in every caption and alternative text."""
        return f"Table {self.name}, ground truth: {self.table.truth}."

    @cached_property
    def fitted(self) -> NDArray[np.intp]:
        """Rows that models are fitted on."""
        return np.flatnonzero(self.table.is_fitted)

    def of(self, *sources: str) -> NDArray[np.intp]:
        """Rows of some sources; none where the table has none."""
        return np.flatnonzero(self.table.rows["optimizer"].isin(sources).to_numpy())

    def sample(self, rows: NDArray[np.intp], n: int) -> NDArray[np.intp]:
        """At most `n` of the rows, ascending, and always the same ones."""
        return np.sort(np.random.default_rng(_SAMPLE_SEED).permutation(rows)[:n])

    @cached_property
    def error(self) -> Array:
        """Validation error of every row, percent."""
        return self.column_error("val")

    def column_error(self, part: str) -> Array:
        """Error of every row in a part of the data, `val` or `test`, percent."""
        return np.asarray(100 * (1 - self.table.rows[f"{part}_accuracy"].to_numpy(dtype=np.float64)))

    @cached_property
    def source(self) -> NDArray[np.str_]:
        """Name of the source of every row."""
        return self.table.rows["optimizer"].to_numpy().astype(str)

    @cached_property
    def depths(self) -> NDArray[np.intp]:
        """Depth of the normal and of the reduction cell of every row, shape (n, 2)."""
        sources = self.table.codes[..., 0].astype(np.intp)
        found = np.zeros((*sources.shape[:2], NODES[-1] + 1), dtype=np.intp)
        for node in NODES:
            edges = sources[..., 2 * node - 4 : 2 * node - 2]
            found[..., node] = 1 + np.take_along_axis(found, edges, axis=-1).max(axis=-1)
        return np.asarray(found.max(axis=-1))

    def labels(self, rows: NDArray[np.intp]) -> list[str]:
        """Names of the sources of some rows, for people."""
        return [LABELS.get(source, source) for source in self.source[rows].tolist()]

    def count(self, op: int, cell: int) -> NDArray[np.intp]:
        """How many edges of a cell (0 normal, 1 reduction) have an op, for every row."""
        return np.asarray((self.table.codes[:, cell, :, 1] == op).sum(axis=1))
