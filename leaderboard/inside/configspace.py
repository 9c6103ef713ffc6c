"""Adapts any ask/tell optimizer of a ConfigSpace: a submission subclasses `ConfigSpaceOptimizer`.

Needs `nb301[configspace]` and a pinned ConfigSpace among the submission's requirements.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from nb301.formats import configuration_space

if TYPE_CHECKING:
    from ConfigSpace import ConfigurationSpace

    from leaderboard.inside.shim import Budget, Result
    from leaderboard.inside.space import Space


class ConfigSpaceOptimizer(ABC):
    """What a submission's class derives from, to write three methods.

    Args:
        space: Not needed: `configspace` is the same space.
        seed: Of the configuration space, and of the optimizer.
        budget: Of the run.
        settings: Of the optimizer, from the manifest.
    """

    def __init__(self, space: Space, seed: int, budget: Budget, **settings: Any) -> None:
        del space
        #: 34 categorical parameters; an edge's op is active where its node reads that edge's source.
        self.configspace: ConfigurationSpace = configuration_space()
        self.configspace.seed(seed)
        #: By the name of a parameter: another's, and the values of that with which it is active.
        self._conditions: dict[str, tuple[str, frozenset[Any]]] = {}
        for condition in self.configspace.conditions:
            self._conditions[condition.child.name] = (condition.parent.name, frozenset(condition.values))
        #: Choices of each parameter in an order of the run's own: no place in the cube is better than another
        #: before the run, as its centre is where the middle choice of all edges is a good one.
        self._orders: dict[str, tuple[Any, ...]] = {}
        for name, parameter in self.configspace.items():
            self._orders[name] = tuple(_ordered(parameter.choices, f"{seed} {name}"))
        self._open: dict[int, Any] = {}
        self.start(seed, budget, **settings)

    @abstractmethod
    def start(self, seed: int, budget: Budget, **settings: Any) -> None:
        """Build the optimizer on `self.configspace`; draw from `seed` alone."""

    @abstractmethod
    def propose(self) -> tuple[Any, Mapping[str, Any]]:
        """Ask the optimizer.

        Returns:
            What `report` will get, such as the optimizer's own record of a trial, and the values by the
            parameters' names: a `Configuration`, or a dict, in which inactive parameters are passed over.
        """

    @abstractmethod
    def report(self, trial: Any, val_error: float, seconds: float) -> None:
        """Tell the optimizer.

        Args:
            trial: What `propose` gave.
            val_error: To be minimized; fraction.
            seconds: That the training took, simulated.
        """

    def from_unit_cube(self, point: Sequence[float]) -> dict[str, Any]:
        """Read a point as values, for optimizers that know real parameters alone.

        Args:
            point: One number from [0, 1] for each parameter of `configspace`, in its order, shape (34,).
                Every choice has an equal share of the interval, in an order that is drawn from the seed
                for each parameter: categories have none.
        """
        values = {}
        for x, (name, choices) in zip(point, self._orders.items(), strict=True):
            values[name] = choices[min(int(x * len(choices)), len(choices) - 1)]
        return values

    def ask(self) -> dict[str, Any]:
        """Propose a configuration: the active values by name."""
        trial, values = self.propose()
        configuration = {name: value for name, value in values.items() if self._is_active(name, values)}
        self._open[id(configuration)] = trial
        return configuration

    def tell(self, configuration: dict[str, Any], result: Result) -> None:
        """Take the result of a configuration, the very object that `ask` returned."""
        self.report(self._open.pop(id(configuration)), result.val_error, result.seconds)

    def _is_active(self, name: str, values: Mapping[str, Any]) -> bool:
        if name not in self._conditions:
            return True
        parent, activating = self._conditions[name]
        return values[parent] in activating


def _ordered(choices: Iterable[Any], of: str) -> list[Any]:
    """Choices by their hashes: as if drawn, and without a generator that a submission could share."""
    return sorted(choices, key=lambda choice: sha256(f"{of} {choice}".encode()).digest())
