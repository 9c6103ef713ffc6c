"""Settings of weight-sharing searches, scaled from the published ones to half a minute on a CPU core."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchSettings:
    """What a search is run with, besides its method, seed and images.

    Published searches take about 20,000 steps on supernets of 8 cells. These take `epochs * steps`
    on a normal and a reduction cell, so the published learning rates of the architecture are
    multiplied by `haste` to let the architecture move as far.

    Args:
        space: Name of the candidate ops in `SPACES`; by default the method's own.
        cells: One letter a cell, `n` for normal and `r` for reduction.
        channels: Of a node in the first cells; PC-DARTS needs a multiple of 4.
        batch: Images a step, of each half.
        steps: Steps an epoch; an epoch need not see every image.
        epochs: As published.
        haste: Factor of the published learning rates of the architecture.
        warm_up: Epochs before the architecture is trained; by default the method's own.
        head_start: Steps on the weights alone before the first epoch.
    """

    space: str | None = None
    cells: str = "nr"
    channels: int = 4
    batch: int = 32
    steps: int = 4
    epochs: int = 50
    haste: float = 100.0
    warm_up: int | None = None
    head_start: int = 0


#: Of one search, by itself.
DEFAULT_SETTINGS = SearchSettings()
