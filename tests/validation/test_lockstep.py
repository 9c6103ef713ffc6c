"""Tests of `validation.lockstep`."""

from __future__ import annotations

import numpy as np
import pytest

from nb301.optimizers import OPTIMIZERS, Budget, simulate
from nb301.optimizers.multi_fidelity import MULTI_FIDELITY
from tests.validation.surrogates import PREDICTED, TRUTH
from validation.lockstep import PaceError, run_together
from validation.searches import on_truth


@pytest.mark.parametrize("name", ["rs", "re", "ls", "de"])
def test_runs_are_those_alone(name):
    """Together, each run is what it is by itself: its incumbents, and when they came."""
    seconds = 3e5
    together = run_together(
        [OPTIMIZERS[name](np.random.default_rng(seed)) for seed in (1, 2, 3)],
        on_truth(TRUTH),
        seconds,
        seeds=[10, 2000, 30_000],
    )
    for seed, training_seed, run in zip((1, 2, 3), (10, 2000, 30_000), together, strict=True):
        optimizer = OPTIMIZERS[name](np.random.default_rng(seed))
        alone = simulate(optimizer, TRUTH.evaluate, Budget(seconds), seed=training_seed)
        chosen = np.unique(alone.incumbents)
        assert run.genotypes == [alone.genotypes[number] for number in chosen]
        assert run.seconds == alone.clock[chosen].tolist()


@pytest.mark.parametrize("name", ["hyperband", "asha", "dehb"])
def test_runs_that_stop_trainings_early_are_those_alone(name):
    """To the bit: what is paused goes on under its seed, and pays the rest."""
    seconds = 5e4
    together = run_together(
        [MULTI_FIDELITY[name](np.random.default_rng(seed)) for seed in (1, 2)],
        on_truth(TRUTH, stop_early=True),
        seconds,
        seeds=[10, 2000],
        stop_early=True,
    )
    for seed, training_seed, run in zip((1, 2), (10, 2000), together, strict=True):
        optimizer = MULTI_FIDELITY[name](np.random.default_rng(seed))
        alone = simulate(optimizer, TRUTH.evaluate, Budget(seconds), seed=training_seed)
        chosen = np.unique(alone.incumbents)
        assert run.genotypes == [alone.genotypes[number] for number in chosen]
        assert run.seconds == alone.clock[chosen].tolist()


def test_the_pace_of_short_trainings():
    """Parts of trainings count as parts: who trains an epoch at a time is not too fast."""
    optimizer = MULTI_FIDELITY["sh"](np.random.default_rng(0))
    usual = TRUTH.median_runtime(PREDICTED).mean()
    (run,) = run_together(
        [optimizer], on_truth(TRUTH, stop_early=True), 2e4, seeds=[1], shortest=usual / 20, stop_early=True
    )
    assert run.genotypes


class Repeats:
    """Asks for one architecture all the time."""

    def __init__(self, genotype):
        self.genotype, self.told = genotype, []

    def ask(self):
        return self.genotype

    def tell(self, genotype, observation):
        self.told.append(observation.val_accuracy)


def test_repeated_architectures_have_seeds_of_their_own():
    """The k-th training of one has the run's seed and k."""
    optimizers = [Repeats(PREDICTED[0]), Repeats(PREDICTED[1])]
    run_together(optimizers, lambda _, seeds: (seeds / 1e3, np.full(len(seeds), 1.0)), 3.5, seeds=[5, 100])
    assert [optimizer.told for optimizer in optimizers] == [[0.005, 0.006, 0.007], [0.1, 0.101, 0.102]]


@pytest.mark.parametrize(
    ("seconds", "message"), [(1e-3, "20 evaluations in 0.02 s"), (1e9, "0 evaluations in 1000 s")]
)
def test_pace(seconds, message):
    """Trainings that are too short end all runs early, and so does a first one that outlasts its run."""
    with pytest.raises(PaceError, match=message):
        run_together(
            [Repeats(PREDICTED[0])],
            lambda asked, _: (np.full(len(asked), 0.9), np.full(len(asked), seconds)),
            1000.0,
            seeds=[1],
            shortest=0.1,
        )
