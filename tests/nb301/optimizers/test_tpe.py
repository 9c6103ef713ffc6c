"""TPE through Optuna: the conditional space, the share of random proposals, what it remembers."""

import re
import sys

import numpy as np
import pytest

from nb301.errors import MissingExtra
from nb301.formats import to_config
from nb301.optimizers import Budget, Observation, TreeParzen, simulate
from nb301.optimizers.tpe import OPTIONS, suggest
from nb301.space import sample_many
from nb301.truth.emulated import EmulatedTruth


class _Answers:
    """Answers suggestions with a genotype's own configuration, and notes what was asked."""

    def __init__(self, config):
        self.config, self.asked = config, []

    def suggest_categorical(self, name, choices):
        assert self.config[name] in choices
        self.asked.append(name)
        return self.config[name]


def test_space_is_the_official_one():
    """There are 6 pairs of parents with 3, 6 and 10 options and 28 ops with 7."""
    sizes = sorted(len(options) for options in OPTIONS.values())

    assert sizes == sorted([3, 6, 10] * 2 + [7] * 28)


def test_conditional_space_round_trip():
    """A genotype comes back from its parameters, and only those of active edges are suggested."""
    for genotype in sample_many(np.random.default_rng(0), 50):
        trial = _Answers(to_config(genotype))

        assert suggest(trial) == genotype
        assert sorted(trial.asked) == sorted(to_config(genotype))
        assert len(trial.asked) == 22


def test_config_space_has_the_same_parameters():
    """Names and options are those of the ConfigSpace that `formats` builds."""
    pytest.importorskip("ConfigSpace")
    from nb301.formats import configuration_space

    space = configuration_space()

    assert {name: tuple(space[name].choices) for name in OPTIONS} == OPTIONS
    assert set(OPTIONS) == set(space)


def test_learns_the_good_op():
    """Where accuracy is the number of separable convolutions, later proposals have more of them."""
    pytest.importorskip("optuna")
    search = TreeParzen(np.random.default_rng(0), random_fraction=0.0, startup=15, prior_weight=1.0)
    counts = []
    for _ in range(60):
        genotype = search.ask()
        counts.append(len(re.findall("sep_conv", str(genotype))))
        search.tell(genotype, Observation(0.9 + 1e-3 * counts[-1], 1000.0))

    assert np.mean(counts[-15:]) > 8 > np.mean(counts[:15])  # 16 edges, uniform: 16 * 2/7 = 4.6


def test_random_fraction_of_one_is_random_search():
    """With a random fraction of 1 nothing is learnt."""
    pytest.importorskip("optuna")
    truth = EmulatedTruth()

    def proposals(accuracy):
        search = TreeParzen(np.random.default_rng(0), random_fraction=1.0, startup=2)
        found = []
        for _ in range(20):
            found.append(search.ask())
            search.tell(found[-1], Observation(accuracy(found[-1]), 1000.0))
        return found

    assert proposals(lambda _: 0.5) == proposals(lambda genotype: truth.evaluate(genotype, 1).val_accuracy)


def test_forgets_beyond_its_memory():
    """Estimators never see more results than the memory holds, and some of the oldest stay."""
    pytest.importorskip("optuna")
    search = TreeParzen(np.random.default_rng(0), startup=1000, memory=40)
    simulate(search, EmulatedTruth().evaluate, Budget(evaluations=90), seed=1)

    complete = [trial for trial in search._study.trials if trial.state.name == "COMPLETE"]

    assert 20 <= len(complete) <= 40
    assert len(search._results) == len(complete)


def test_leaves_the_logging_of_optuna_as_it_was():
    """The level of Optuna's logger is the caller's again, and nothing is printed."""
    optuna = pytest.importorskip("optuna")
    before = optuna.logging.get_verbosity()

    TreeParzen(np.random.default_rng(0)).ask()

    assert optuna.logging.get_verbosity() == before


def test_prints_nothing(capfd):
    """Optuna's messages about studies and trials stay away from the terminal."""
    pytest.importorskip("optuna")
    search = TreeParzen(np.random.default_rng(0), startup=5, memory=10)

    simulate(search, EmulatedTruth().evaluate, Budget(evaluations=25), seed=1)

    assert capfd.readouterr() == ("", "")


def test_says_which_extra_is_missing(monkeypatch):
    """Without Optuna the error names the extra that brings it."""
    monkeypatch.setitem(sys.modules, "optuna", None)

    with pytest.raises(MissingExtra, match=re.escape("nb301[optimizers]")):
        TreeParzen(np.random.default_rng(0))


@pytest.mark.parametrize("settings", [{"good": 0.0}, {"random_fraction": 1.5}, {"memory": 1}])
def test_refuses_what_is_no_share(settings):
    """Shares outside 0..1 and a memory without room are refused."""
    pytest.importorskip("optuna")
    with pytest.raises(ValueError, match="expected 0 < good < 1"):
        TreeParzen(np.random.default_rng(0), **settings)
