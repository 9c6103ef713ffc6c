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
Rows = NDArray[np.intp]
#: How sources are called where people read them.
LABELS = labels()
_SAMPLE_SEED = 301


@dataclass(frozen=True)
class Landscape:
    """A table, seen by its charts."""

    table: EvaluationTable

    @property
    def name(self) -> str:
        """Such as `emulated-v2.0`."""
        return f"{self.table.name}-v{self.table.version}"

    @property
    def rests_on(self) -> str:
        """Stands in every caption and alternative text."""
        return f"Table {self.name}, ground truth: {self.table.truth}."

    @cached_property
    def fitted(self) -> Rows:
        """Rows that models are fitted on."""
        return np.flatnonzero(self.table.is_fitted)

    def rows_of(self, *sources: str) -> Rows:
        """Rows of some sources; none where the table has none."""
        return np.flatnonzero(self.table.rows["optimizer"].isin(sources).to_numpy())

    @cached_property
    def sources(self) -> dict[str, Rows]:
        """Rows of each source that people know by a label, by that label; those without rows are left out."""
        sources = {}
        for source, label in LABELS.items():
            rows = self.rows_of(source)
            if len(rows):
                sources[label] = rows
        return sources

    def sample(self, rows: Rows, n: int) -> Rows:
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
        depths = np.zeros((*sources.shape[:2], NODES[-1] + 1), dtype=np.intp)
        for node in NODES:
            inputs = sources[..., 2 * node - 4 : 2 * node - 2]
            depths[..., node] = 1 + np.take_along_axis(depths, inputs, axis=-1).max(axis=-1)
        return np.asarray(depths.max(axis=-1))

    def labels(self, rows: Rows) -> list[str]:
        """Names of the sources of some rows, for people."""
        return [LABELS.get(source, source) for source in self.source[rows].tolist()]

    def count(self, op: int, cell: int) -> NDArray[np.intp]:
        """How many edges of a cell (0 normal, 1 reduction) have an op, for every row."""
        return np.asarray((self.table.codes[:, cell, :, 1] == op).sum(axis=1))
