"""Every optimizer: the contract, a light import, and what it finds against random search."""

import subprocess
import sys
from functools import partial

import numpy as np
import pytest

from nb301.optimizers import OPTIMIZERS, Budget, simulate
from nb301.optimizers.contract import CHECKS, ContractError, check
from nb301.space import sample, sample_many
from nb301.truth.emulated import EmulatedTruth

# short starts, so that each has left its random phase, and small models
SHORT = {
    "rs": {},
    "re": {"population_size": 10, "sample_size": 5},
    "ls": {},
    "de": {"population_size": 8},
    "tpe": {"startup": 10, "memory": 25},
    "bananas": {"startup": 10, "batch": 5, "length": 1, "layers": 2, "growth": 0.5},
    "combo": {"startup": 10, "starts": 3, "start_candidates": 20, "rounds": 1, "max_results": 25},
}


def _make(name):
    if name == "tpe":
        pytest.importorskip("optuna")
    return partial(OPTIMIZERS[name], **SHORT.get(name, {}))


def test_short_settings_are_of_optimizers():
    """None is of one that the tests below, which are about all there are, would pass by."""
    assert set(SHORT) <= set(OPTIMIZERS)


@pytest.mark.parametrize("law", CHECKS)
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_keeps_the_contract(name, law):
    """Each optimizer passes each check of the contract."""
    CHECKS[law](_make(name), 30)


def test_local_search_keeps_the_contract_over_a_whole_neighbourhood():
    """Local search passes every check when it runs long enough to move and to start anew."""
    check(OPTIMIZERS["ls"], 300)


class _Broken:
    def __init__(self, rng):
        self._rng = rng

    def ask(self):
        return sample(self._rng)

    def tell(self, genotype, observation):
        pass


class _OwnGenerator(_Broken):
    def __init__(self, _rng):
        super().__init__(np.random.default_rng())


class _FixedSeed(_Broken):
    def __init__(self, _rng):
        super().__init__(np.random.default_rng(1))


class _GlobalGenerator(_Broken):
    def tell(self, *_):
        np.random.random()  # noqa: NPY002 - this is the fault


class _NoGenotype(_Broken):
    def ask(self):
        return str(super().ask().normal)


class _Text(_Broken):
    """Not broken: proposals may have any notation, and are told of as they were given."""

    def ask(self):
        return str(super().ask())

    def tell(self, genotype, observation):
        assert isinstance(genotype, str)

    def upcoming(self, n):
        return []


class _BreaksItsWord(_Broken):
    def upcoming(self, n):
        return sample_many(np.random.default_rng(0), n)


class _LooksWithItsGenerator(_Broken):
    def upcoming(self, n):
        self._rng.random()
        return []


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (_BreaksItsWord, "keeps what is upcoming: proposal 0 is not the one that `upcoming` gave"),
        (_LooksWithItsGenerator, "keeps what is upcoming: proposal 0 is another one than without"),
        (_OwnGenerator, "seed decides: proposal 0 differs between two runs with equal generators"),
        (_FixedSeed, "seed decides: generators with seeds 1 and 2 give equal proposals"),
        (_GlobalGenerator, "leaves global state: the state of `numpy.random` has changed"),
        (_NoGenotype, "seed decides: proposal 0 is '.*@0.*expected a Genotype"),
    ],
)
def test_the_contract_finds_what_is_broken(broken, message):
    """Each fault fails a check, with a message that says what to do."""
    with pytest.raises(ContractError, match=message):
        check(broken, 5)


def test_the_contract_takes_any_notation():
    """An optimizer that proposes texts keeps the contract."""
    check(_Text, 5)


def test_import_is_light():
    """Importing the optimizers loads none of the heavy libraries that some of them use."""
    heavy = {"optuna", "torch", "sklearn", "scipy", "pandas"}
    code = f"import sys, nb301.optimizers; print(sorted({heavy} & set(sys.modules)))"

    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert found.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("name", "settings", "evaluations", "quantile"),
    [
        ("re", {"population_size": 50, "sample_size": 20}, 500, 0.95),
        ("ls", {}, 700, 0.8),  # within its first descent
        ("de", {"population_size": 40}, 700, 0.8),
        ("tpe", {"prior_weight": 1.0}, 150, 0.6),
        ("bananas", {}, 200, 0.95),
        ("combo", {"startup": 60, "starts": 10, "start_candidates": 300}, 120, 0.9),
    ],
)
def test_beats_random_search(name, settings, evaluations, quantile):
    """What it proposes at the end is on average better than this share of random architectures."""
    if name == "tpe":
        pytest.importorskip("optuna")
    truth, rng = EmulatedTruth(), np.random.default_rng(5)
    random = truth.mean(sample_many(rng, 500))

    run = simulate(OPTIMIZERS[name](rng, **settings), truth.evaluate, Budget(evaluations=evaluations), seed=1)

    assert truth.mean(run.genotypes[-50:]).mean() > np.quantile(random, quantile)
