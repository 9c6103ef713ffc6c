"""The entries: optimizers with the settings that they are run with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from nb301.optimizers import Optimizer, RandomSearch, RegularizedEvolution


@dataclass(frozen=True, slots=True)
class Entry:
    """One optimizer on the leaderboard."""

    #: What the page calls it.
    name: str
    #: Where it comes from.
    reference: str
    #: Takes a generator and the settings.
    factory: Callable[..., Optimizer]
    #: Part of a run's identity: another setting is another run.
    settings: Mapping[str, int | float | str | bool] = field(default_factory=dict)

    def build(self, rng: np.random.Generator) -> Optimizer:
        """A new optimizer that draws from `rng`."""
        return self.factory(rng, **self.settings)


#: Built-in entries by slug, which names files and addresses: lower case, digits and hyphens.
ENTRIES: Mapping[str, Entry] = {
    "rs": Entry("Random search", "Bergstra & Bengio, JMLR 13 (2012)", RandomSearch),
    "re": Entry(
        "Regularized evolution",
        "Real et al., AAAI (2019)",
        RegularizedEvolution,
        # the class's defaults, spelled out so that a run says what it ran with
        {"population_size": 100, "sample_size": 25},
    ),
}
