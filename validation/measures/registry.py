"""The registry of measures: each registers itself, with the models and the runs that it needs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from validation.fits import ROW_SETS, PlannedFit
from validation.measures.base import Measured
from validation.searches import PlannedRuns
from validation.subject import Subject


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure, as claims name it.

    Args:
        name: Module and function, such as `fit.unseen`.
        function: Measures a subject, by a claim's parameters.
        fits: Gives the models that it needs fitted to other rows, by the same parameters.
        runs: Gives the runs of optimizers that it needs, likewise.
    """

    name: str
    function: Callable[..., Measured]
    fits: Callable[..., Iterable[PlannedFit]]
    runs: Callable[..., Iterable[PlannedRuns]]


#: All measures whose module is imported, by name.
REGISTERED: dict[str, Measure] = {}
_Function = TypeVar("_Function", bound=Callable[..., Measured])


def no_fits(_subject: Subject, **_parameters: object) -> list[PlannedFit]:
    """Nothing is fitted for measures that ask the subject alone."""
    return []


def no_runs(_subject: Subject, **_parameters: object) -> list[PlannedRuns]:
    """Nothing is run for measures that ask for predictions alone."""
    return []


def fits_named(_subject: Subject, fitted_to: str = "", **_parameters: object) -> list[PlannedFit]:
    """A model is fitted to the rows that a claim names, where it names some."""
    return [PlannedFit(ROW_SETS[fitted_to])] if fitted_to else []


def register(
    fits: Callable[..., Iterable[PlannedFit]] = no_fits,
    *,
    runs: Callable[..., Iterable[PlannedRuns]] = no_runs,
) -> Callable[[_Function], _Function]:
    """Make a function a measure that claims can name; see `Measure`.

    Raises:
        ValueError: There is one of that name.
    """

    def add(function: _Function) -> _Function:
        name = f"{function.__module__.rpartition('.')[2]}.{function.__name__}"
        if name in REGISTERED:
            raise ValueError(f"measure {name} is registered twice")
        REGISTERED[name] = Measure(name, function, fits, runs)
        return function

    return add
