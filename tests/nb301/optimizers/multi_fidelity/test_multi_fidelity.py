"""Every multi-fidelity optimizer: the contract, what it resumes and pays, and what it finds."""

from functools import partial

import numpy as np
import pytest

from nb301.optimizers import OPTIMIZERS, Budget, simulate
from nb301.optimizers.base import EPOCHS
from nb301.optimizers.contract import CHECKS
from nb301.optimizers.multi_fidelity import MULTI_FIDELITY
from nb301.truth.emulated import EmulatedTruth

TRUTH = EmulatedTruth()
#: Short starts, so that each has left its random phase.
SHORT = {
    "asha": {"epochs": 9},
    "bohb": {"startup": 10, "epochs": 27},
    "dehb": {"epochs": 9},
    "hyperband": {"epochs": 9},
    "sh": {"epochs": 9},
    "re_lce": {"population_size": 10, "sample_size": 5},
}


def make(name):
    if name == "bohb":
        pytest.importorskip("optuna")
    return partial(MULTI_FIDELITY[name], **SHORT.get(name, {}))


@pytest.mark.parametrize("law", CHECKS)
@pytest.mark.parametrize("name", MULTI_FIDELITY)
def test_keeps_the_contract(name, law):
    """Each one passes each check of the contract."""
    CHECKS[law](make(name), 60)


@pytest.fixture(scope="module", params=MULTI_FIDELITY)
def run(request):
    """A run of each with its own settings, of seven workers."""
    make(request.param)
    optimizer = MULTI_FIDELITY[request.param](np.random.default_rng(0))
    return simulate(optimizer, TRUTH, Budget(seconds=6e4), seed=5, workers=7)


def test_trainings_pause_and_go_on(run):
    """There are short and whole ones, and a training that goes on pays the rest of its epochs only."""
    assert min(run.epochs) < EPOCHS
    assert max(run.epochs) == EPOCHS
    wholes = TRUTH.evaluate_many(run.genotypes, run.seeds).runtime.tolist()
    resumed, had = 0, {}
    for genotype, seed, epochs, runtime, whole in zip(
        run.genotypes, run.seeds.tolist(), run.epochs.tolist(), run.runtime.tolist(), wholes, strict=True
    ):
        before = had.get((genotype, seed), 0)
        assert runtime == pytest.approx(whole * (epochs - before) / EPOCHS)
        assert before < epochs
        resumed += before > 0
        had[genotype, seed] = epochs
    assert resumed


def test_observations_are_the_truths(run):
    """After some epochs the accuracy is the curve's there; of a whole training it is the best epoch's."""
    curves = TRUTH.learning_curves(run.genotypes, run.seeds)
    after = curves.val_accuracy[np.arange(len(run)), run.epochs - 1]
    whole = run.epochs == EPOCHS
    np.testing.assert_array_equal(run.val_accuracy, np.where(whole, curves.best, after))
    labels = TRUTH.evaluate_many(run.genotypes, run.seeds).val_accuracy
    np.testing.assert_array_equal(run.val_accuracy[whole], labels[whole])


def found(maker, seconds, runs):
    """What runs find, for the truth, on average."""
    incumbents = []
    for seed in range(runs):
        optimizer = maker(np.random.default_rng(seed))
        run = simulate(optimizer, TRUTH, Budget(seconds=seconds), seed=1000 * seed)
        incumbents.append(run.genotypes[run.incumbents[-1]])
    return TRUTH.mean(incumbents).mean()


@pytest.mark.parametrize("name", ["sh", "hyperband", "asha", "dehb"])
def test_finds_more_than_random_search(name):
    """Early, within 10^5 s or 21 whole trainings. BOHB's first densities are of one epoch, and mislead."""
    assert found(MULTI_FIDELITY[name], 1e5, 8) > found(OPTIMIZERS["rs"], 1e5, 8)


@pytest.mark.parametrize(
    ("name", "whole", "settings"),
    [("re_lce", "re", {"population_size": 20, "sample_size": 5}), ("ls_lce", "ls", {})],
)
def test_extrapolation_finds_more_than_whole_trainings(name, whole, settings):
    """The same optimizer finds more within 4 * 10^5 s or 86 whole trainings."""
    extrapolating, without = (
        partial(maker, **settings) for maker in (MULTI_FIDELITY[name], OPTIMIZERS[whole])
    )
    assert found(extrapolating, 4e5, 6) > found(without, 4e5, 6)
