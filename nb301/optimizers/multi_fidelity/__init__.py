"""Optimizers that stop trainings early, and go on with those that promise something.

They propose trainings of some epochs (`optimizers.base.Training`) and run against an objective that tells
trainings epoch by epoch, such as `EmulatedTruth()`, under the simulated clock of `nb301.simulate`.

It may import `optimizers` and `space`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from nb301.optimizers.base import MultiFidelityOptimizer
from nb301.optimizers.multi_fidelity.asha import Asha
from nb301.optimizers.multi_fidelity.bohb import Bohb
from nb301.optimizers.multi_fidelity.dehb import Dehb
from nb301.optimizers.multi_fidelity.extrapolation import Extrapolation, extrapolating_ls, extrapolating_re
from nb301.optimizers.multi_fidelity.halving import Hyperband, SuccessiveHalving

#: Multi-fidelity optimizers by name; each takes a generator and its own settings.
MULTI_FIDELITY: Mapping[str, Callable[..., MultiFidelityOptimizer]] = {
    "sh": SuccessiveHalving,
    "hyperband": Hyperband,
    "asha": Asha,
    "bohb": Bohb,
    "dehb": Dehb,
    "re_lce": extrapolating_re,
    "ls_lce": extrapolating_ls,
}

__all__ = [
    "MULTI_FIDELITY",
    "Asha",
    "Bohb",
    "Dehb",
    "Extrapolation",
    "Hyperband",
    "SuccessiveHalving",
]
