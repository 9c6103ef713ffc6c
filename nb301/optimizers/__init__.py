"""The optimizers of the paper behind one ask/tell interface.

Those that fit no model (`rs`, `re`, `ls`, `de`) propose the same on every machine for equal seeds and
answers; `tpe`, `bananas` and `combo` need not, see there.

It may import `columns`, `display`, `encodings`, `errors`, `extras`, `formats`, `sources` and `space`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from nb301.optimizers.bananas import Bananas
from nb301.optimizers.base import MultiFidelityOptimizer, Observation, Optimizer, RunEnded, Training
from nb301.optimizers.combo import Combo
from nb301.optimizers.de import DifferentialEvolution
from nb301.optimizers.ls import LocalSearch
from nb301.optimizers.objectives import ManyObjective, Objective
from nb301.optimizers.re import RegularizedEvolution
from nb301.optimizers.rs import RandomSearch
from nb301.optimizers.run import Budget, simulate
from nb301.optimizers.tpe import TreeParzen
from nb301.optimizers.trajectory import Trajectory
from nb301.sources import SourceKind, sources_of

#: Optimizers by the names of the evaluation table; each takes a generator and its own settings.
OPTIMIZERS: Mapping[str, Callable[..., Optimizer]] = {
    name: source.load() for name, source in sources_of(SourceKind.BLACK_BOX).items()
}

__all__ = [
    "OPTIMIZERS",
    "Bananas",
    "Budget",
    "Combo",
    "DifferentialEvolution",
    "LocalSearch",
    "ManyObjective",
    "MultiFidelityOptimizer",
    "Objective",
    "Observation",
    "Optimizer",
    "RandomSearch",
    "RegularizedEvolution",
    "RunEnded",
    "Training",
    "Trajectory",
    "TreeParzen",
    "simulate",
]
