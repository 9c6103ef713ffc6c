"""Evaluates together what an optimizer will propose one after the other: the same results, in less time."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nb301.formats import read
from nb301.optimizers.base import LooksAhead
from nb301.optimizers.objectives import (
    Curve,
    CurveObjective,
    ManyCurveObjective,
    ManyObjective,
    Objective,
    Result,
    go_together,
    many_behind,
)
from nb301.space import Genotype

#: Architectures that are evaluated before their turn; more hardly lower the time of each.
_AHEAD = 512


def looking_ahead(objective: Objective, optimizer: object) -> Objective:
    """An objective with the same results; the objective itself where nothing is known ahead."""
    many = many_behind(objective)
    if many is None or not isinstance(optimizer, LooksAhead):
        return objective
    if not isinstance(many, CurveObjective):
        return _Ahead(many, optimizer)
    if isinstance(many, ManyCurveObjective) and go_together(many, "curve", "curve_many"):
        return _CurvesAhead(many, optimizer)
    return objective


class _Ahead:
    """Evaluates an architecture together with those that the optimizer will propose next.

    Args:
        objective: Takes many architectures at once.
        optimizer: Has proposed the architectures that are asked for.
    """

    def __init__(self, objective: ManyObjective, optimizer: LooksAhead) -> None:
        self._objective, self._optimizer = objective, optimizer
        #: Of first evaluations; an architecture is evaluated again with another one.
        self._seed: int | None = None
        #: Results that wait for their turn.
        self._results: dict[Genotype, Result] = {}

    def __call__(self, genotype: Genotype, seed: int) -> Result:
        """Give a result that waits, or evaluate with what comes next."""
        if self._is_first(seed):
            if genotype in self._results:
                return self._results.pop(genotype)
            architectures = self._with_upcoming(genotype)
            if len(architectures) > 1:
                first, *others = self._objective.ask_many(architectures, seed)
                self._results = dict(zip(architectures[1:], others, strict=True))
                return first
        return self._objective(genotype, seed)

    def _is_first(self, seed: int) -> bool:
        if self._seed is None:  # what is asked for first is new
            self._seed = seed
        return seed == self._seed

    def _with_upcoming(self, genotype: Genotype) -> list[Genotype]:
        return [genotype, *map(read, self._optimizer.upcoming(_AHEAD))]


class _Training(NamedTuple):
    """One of many trainings; see `Curve`."""

    val_accuracy: NDArray[np.float64]
    runtime: NDArray[np.float64]


class _CurvesAhead(_Ahead):
    """The same of trainings that are told epoch by epoch."""

    def __init__(self, objective: ManyCurveObjective, optimizer: LooksAhead) -> None:
        super().__init__(objective, optimizer)
        self._tells = objective
        self._curves: dict[Genotype, Curve] = {}

    def curve(self, genotype: Genotype, seed: int) -> Curve:
        """Give a training that waits, or evaluate with what comes next."""
        if self._is_first(seed):
            if genotype in self._curves:
                return self._curves.pop(genotype)
            architectures = self._with_upcoming(genotype)
            if len(architectures) > 1:
                curves = self._tells.curve_many(architectures, seed)
                first, *others = map(_Training, curves.val_accuracy, curves.runtime)
                self._curves = dict(zip(architectures[1:], others, strict=True))
                return first
        return self._tells.curve(genotype, seed)
