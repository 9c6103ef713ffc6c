"""A target function as SMAC calls it: a ConfigSpace configuration, a seed, a budget.

    python -m docs.examples.configspace_budget

shows the call. With SMAC, of which 2.4.1 was run:

    scenario = smac.Scenario(configuration_space(), min_budget=4, max_budget=98, deterministic=True)
    best = smac.MultiFidelityFacade(scenario, train).optimize()
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nb301 import formats
from nb301.truth.emulated import EmulatedTruth

if TYPE_CHECKING:
    from ConfigSpace import Configuration

TRUTH = EmulatedTruth()


def train(
    config: Configuration, seed: int = 0, budget: float = TRUTH.epochs
) -> tuple[float, dict[str, float]]:
    """Train for some epochs.

    Args:
        config: Of `formats.configuration_space()`.
        seed: Of the training.
        budget: Epochs, 1 to 98; rounded, as libraries give fractions.

    Returns:
        What is minimised, the validation error after that epoch, a fraction; and what SMAC keeps beside it,
        simulated seconds.
    """
    epochs = min(max(round(budget), 1), TRUTH.epochs)
    curve = TRUTH.curve(formats.read(config), seed)
    return 1 - float(curve.val_accuracy[epochs - 1]), {"seconds": float(curve.runtime[epochs - 1])}


def main(configurations: int = 27) -> tuple[float, float]:
    """Halve random configurations by hand, from 4 to 98 epochs, to show the call; print what is left."""
    space = formats.configuration_space()
    space.seed(0)
    rung, seconds = space.sample_configuration(configurations), 0.0
    for budget in (4, 11, 33, 98):
        results = [train(config, seed=1, budget=budget) for config in rung]
        seconds += sum(kept["seconds"] for _, kept in results)
        errors = [error for error, _ in results]
        print(f"{budget:3} epochs: {len(rung):3} trainings, best error {min(errors):.4f}")
        order = sorted(range(len(rung)), key=errors.__getitem__)
        rung = [rung[place] for place in order[: max(len(rung) // 3, 1)]]
    print(f"{seconds:,.0f} simulated seconds in all, each training from its start")
    return min(errors), seconds


if __name__ == "__main__":
    main()
