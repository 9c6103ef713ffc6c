"""Noise from numpy's global generator: the one place of this package that seeds it and draws from it.

The official package does both (official_facts F40), and scripts rely on it, knowingly or not: whatever they
draw from that generator after `load_ensemble` follows from the seed that is set there, and each `predict`
with noise takes one draw. So it is here, for every release: a script draws the same architectures whichever
it asks. A seed that the script has set before `load_ensemble` is lost, as officially.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def seed(first: int, members: int) -> None:
    """Seed numpy's global generator as the official loader does: with the seed of the last member.

    Args:
        first: Seed of the first member.
        members: How many there are; each has a seed one higher than the one before it.
    """
    np.random.seed((first + members - 1) % 2**32)  # noqa: NPY002 - which scripts rely on


def draw(std: float | np.floating[Any]) -> np.float64:
    """Take one normal draw of mean 0 from numpy's global generator; also where the std is 0."""
    drawn: np.float64 = np.random.normal(0, std, 1)[0]  # noqa: NPY002 - as officially
    return drawn
