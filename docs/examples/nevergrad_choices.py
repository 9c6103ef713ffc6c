"""Nevergrad on the space as 22 unordered choices.

    python -m docs.examples.nevergrad_choices

prints what 300 trainings found. Run with Nevergrad 1.0.12.
"""

from __future__ import annotations

import nevergrad
import numpy as np

import nb301
from nb301.optimizers.choices import SIZES, from_choices

BENCHMARK = nb301.load("cifar10-gin-rand-v1.0")
#: Which of the choices have so many options: one parameter for all of them is several times as quick.
ALIKE = {int(size): np.flatnonzero(size == SIZES) for size in np.unique(SIZES)}


def space() -> nevergrad.p.Tuple:
    """The choices; one that is not ordered is drawn anew as a whole.

    A `Choice` would be a weight for each option, and the discrete optimizers would not know these to
    belong together.
    """
    unordered = nevergrad.p.TransitionChoice
    return nevergrad.p.Tuple(
        *(unordered(size, repetitions=len(places), ordered=False) for size, places in ALIKE.items())
    )


def read(chosen: tuple[tuple[int, ...], ...]) -> nb301.Genotype:
    """The architecture of a value of `space()`."""
    choices = np.empty((1, len(SIZES)), dtype=int)
    for places, numbers in zip(ALIKE.values(), chosen, strict=True):
        choices[0, places] = numbers
    return from_choices(choices)[0]


def error(chosen: tuple[tuple[int, ...], ...], seed: int = 1) -> float:
    """Validation error of one training of a value of `space()`, a fraction."""
    return 1 - BENCHMARK.query(read(chosen), seed=seed).val_accuracy


def main(trainings: int = 300) -> nb301.Genotype:
    """Minimise the error, and print the architecture that Nevergrad recommends."""
    parametrization = space()
    parametrization.random_state.seed(0)
    optimizer = nevergrad.optimizers.PortfolioDiscreteOnePlusOne(parametrization, budget=trainings)
    chosen = optimizer.minimize(error).value
    genotype = read(chosen)
    print(f"after {trainings} trainings: {genotype}")
    print(f"error {error(chosen):.4f} in its training, {1 - BENCHMARK.query(genotype).mean:.4f} expected")
    return genotype


if __name__ == "__main__":
    main()
