"""The optimizers of the paper behind one ask/tell interface."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from nb301.optimizers.base import Budget, Objective, Observation, Optimizer, Trajectory, simulate
from nb301.optimizers.re import RegularizedEvolution
from nb301.optimizers.rs import RandomSearch

#: Optimizers by the names of the evaluation table; each takes a generator and its own settings.
OPTIMIZERS: Mapping[str, Callable[..., Optimizer]] = {"rs": RandomSearch, "re": RegularizedEvolution}

__all__ = [
    "OPTIMIZERS",
    "Budget",
    "Objective",
    "Observation",
    "Optimizer",
    "RandomSearch",
    "RegularizedEvolution",
    "Trajectory",
    "simulate",
]
