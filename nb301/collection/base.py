"""What a collection is: one run of one source of rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

#: Rows of earlier collections, by optimizer.
Earlier = Mapping[str, pd.DataFrame]
#: `after` of a collection that starts from all others' rows, and from those of its source's earlier runs.
EVERYTHING = "everything"


@dataclass(frozen=True, slots=True)
class Collection:
    """One run of one source of rows.

    Args:
        optimizer: Name of the source in `sources.SOURCES`: an optimizer, a one-shot method or a probe.
        evaluations: Training runs to collect, at least 1.
        seed: Seeds the optimizer's generator.
        run: Which run of that optimizer; of a one-shot method, which search; of `skip`, which op.
        workers: Evaluations that are open at once.
        training_seed: Seed of first trainings; repeated architectures count up from it.
        after: Optimizer whose evaluations this one starts from, or `EVERYTHING`.
        settings: The optimizer's or the probe's own.
    """

    optimizer: str
    evaluations: int
    seed: int
    run: int = 0
    workers: int = 1
    training_seed: int = 1
    after: str | None = None
    settings: Mapping[str, int] = field(default_factory=dict)

    @property
    def file(self) -> str:
        """Name of its journal."""
        return f"{self.optimizer}-{self.run}.jsonl"
