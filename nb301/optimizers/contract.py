"""What any optimizer must keep to, as checks: run by the tests and by the leaderboard."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from nb301.errors import GenotypeError, Nb301Error, shown
from nb301.formats import read
from nb301.optimizers.base import (
    LooksAhead,
    MultiFidelityOptimizer,
    Observation,
    Optimizer,
    Training,
)
from nb301.space import Genotype

#: Builds the optimizer under test; settings, such as a short start, are bound beforehand.
Make = Callable[[np.random.Generator], Optimizer | MultiFidelityOptimizer]


class ContractError(Nb301Error, AssertionError):
    """An optimizer breaks the contract; says what it did and what is expected."""


def check(make: Make, evaluations: int = 40) -> None:
    """Run every check.

    Args:
        make: Builds the optimizer from a generator; called several times.
        evaluations: Proposals in each run; enough for the optimizer to have left its random start.

    Raises:
        ContractError: At the first check that fails, with its name.
    """
    for name, run in CHECKS.items():
        try:
            run(make, evaluations)
        except ContractError as error:
            raise ContractError(f"{name}: {error}") from None


def seed_decides(make: Make, evaluations: int) -> None:
    """Equal generators and results give equal proposals, other generators others."""
    first, second = _run(make, evaluations, seed=1), _run(make, evaluations, seed=1)
    for index, (one, two) in enumerate(zip(first, second, strict=True)):
        if one != two:
            raise ContractError(
                f"proposal {index} differs between two runs with equal generators and results: draw all "
                "random numbers from the generator that the constructor takes"
            )
    if first == _run(make, evaluations, seed=2):
        raise ContractError("generators with seeds 1 and 2 give equal proposals")


def open_proposals(make: Make, evaluations: int) -> None:
    """Several proposals may be open, and their results come in any order."""
    _run(make, evaluations, workers=7)
    _run(make, evaluations, workers=evaluations)


def leaves_global_state(make: Make, evaluations: int) -> None:
    """Neither `random` nor numpy's global generator is used or seeded."""
    before = _global_state()
    _run(make, evaluations, workers=3)
    for name, state in _global_state().items():
        if state != before[name]:
            raise ContractError(f"{name} has changed: draw from the generator that the constructor takes")


def constant_results(make: Make, evaluations: int) -> None:
    """Equal results of all architectures, which have no spread and no best, are no error."""
    _run(make, evaluations, accuracy=lambda _: 0.9)


def repeated_results(make: Make, evaluations: int) -> None:
    """An architecture that is trained twice is told twice, with two results."""
    _run(make, evaluations, times=2)


def keeps_what_is_upcoming(make: Make, evaluations: int) -> None:
    """What an optimizer that looks ahead calls upcoming is asked next; looking changes no proposal."""
    optimizer: Any = make(np.random.default_rng(1))
    looks_ahead = isinstance(optimizer, LooksAhead)
    if not looks_ahead:
        return
    upcoming: list[Genotype] = []
    for index, expected in enumerate(_run(make, evaluations)):
        upcoming = upcoming or [*map(read, optimizer.upcoming(4))]
        asked, genotype = _asked(optimizer, index)
        begins = not isinstance(asked, Training) or asked.resumes is None
        if begins and upcoming and genotype != upcoming.pop(0):
            raise ContractError(f"proposal {index} is not the one that `upcoming` gave before its turn")
        if genotype != expected:
            raise ContractError(f"proposal {index} is another one than without calls of `upcoming`")
        optimizer.tell(asked, _observation(asked, _some_accuracy(genotype)))


#: All checks, by what they check.
CHECKS: Mapping[str, Callable[[Make, int], None]] = {
    "seed decides": seed_decides,
    "open proposals": open_proposals,
    "leaves global state": leaves_global_state,
    "constant results": constant_results,
    "repeated results": repeated_results,
    "keeps what is upcoming": keeps_what_is_upcoming,
}


def _some_accuracy(genotype: Genotype) -> float:
    # any function of the architecture would do
    return 0.9 + 0.05 * genotype.key / 2**64


def _run(
    make: Make,
    evaluations: int,
    *,
    seed: int = 1,
    workers: int = 1,
    accuracy: Callable[[Genotype], float] = _some_accuracy,
    times: int = 1,
) -> list[Genotype]:
    """Keep `workers` proposals open, tell a random one `times` times; all proposals in order."""
    optimizer: Any = make(np.random.default_rng(seed))
    order = np.random.default_rng(0)
    proposals: list[Genotype] = []
    still_open: list[tuple[Any, Genotype]] = []
    while len(proposals) < evaluations or still_open:
        if len(proposals) < evaluations and len(still_open) < workers:
            still_open.append(_asked(optimizer, len(proposals)))
            proposals.append(still_open[-1][1])
            continue
        asked, genotype = still_open.pop(int(order.integers(len(still_open))))
        for repeat in range(times):
            optimizer.tell(asked, _observation(asked, accuracy(genotype) + 1e-3 * repeat))
    return proposals


def _observation(asked: object, accuracy: float) -> Observation:
    """What is told of a proposal; of some epochs, a curve that ends with the accuracy."""
    if not isinstance(asked, Training):
        return Observation(accuracy, 1000.0)
    curve = tuple((accuracy - 1e-3 * np.arange(asked.epochs)[::-1]).tolist())
    return Observation(accuracy, 10.0 * asked.epochs, curve)


def _asked(optimizer: Any, index: int) -> tuple[Any, Genotype]:
    """A proposal as it was given, which the optimizer is told of, and the genotype that it is."""
    asked: object = optimizer.ask()
    try:
        return asked, read(asked.genotype if isinstance(asked, Training) else asked)
    except GenotypeError as error:
        raise ContractError(f"proposal {index} is {shown(asked)}, expected a Genotype: {error}") from None


def _global_state() -> dict[str, Any]:
    name, key, *rest = np.random.get_state()  # noqa: NPY002 - it is what must not be used
    return {
        "the state of `random`": random.getstate(),
        "the state of `numpy.random`": (name, bytes(np.asarray(key).data), *rest),
    }
