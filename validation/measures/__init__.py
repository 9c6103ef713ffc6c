"""What claims measure: functions of a subject and of a claim's parameters, by the names in `claims/`.

It may import `nb301`, `answers`, `intervals` and `subject`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from validation.measures import (
    behaviour,
    collapse,
    fit,
    left_out,
    noise,
    replay,
    size,
    topology,
    trajectories,
)
from validation.measures.base import Measured, NotApplicable

Measure = Callable[..., Measured]

#: A subject and a claim's parameters to what came out.
MEASURES: Mapping[str, Measure] = MappingProxyType(
    {
        f"{module.__name__.rpartition('.')[2]}.{measure.__name__}": measure
        for module, measures in (
            (fit, (fit.unseen, fit.above_ceiling, fit.runtime)),
            (
                left_out,
                (
                    left_out.optimizer,
                    left_out.overpredicted,
                    left_out.gain_without_skips,
                    left_out.gain_of_all_optimizers,
                    left_out.below_92,
                ),
            ),
            (
                noise,
                (
                    noise.gain_over_table,
                    noise.divergence,
                    noise.gain_of_gin,
                    noise.coverage,
                    noise.calibration,
                ),
            ),
            (collapse, (collapse.best_count, collapse.falls_after, collapse.gap, collapse.hurts_at_once)),
            (topology, (topology.depth,)),
            (
                trajectories,
                (
                    trajectories.area,
                    trajectories.final,
                    trajectories.ranking,
                    trajectories.ahead,
                    trajectories.one_shot,
                    trajectories.agreement,
                ),
            ),
            (replay, (replay.told_apart,)),
            (size, (size.gain_over_table,)),
            (
                behaviour,
                (
                    behaviour.isomorphism,
                    behaviour.batches,
                    behaviour.processes,
                    behaviour.order_of_draws,
                    behaviour.global_state,
                    behaviour.mean_of_draws,
                    behaviour.std_of_draws,
                ),
            ),
        )
        for measure in measures
    }
)

__all__ = ["MEASURES", "Measure", "Measured", "NotApplicable"]
