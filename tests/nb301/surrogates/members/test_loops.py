"""Compiled loops: there once they pay, and never missed where there is no numba."""

from __future__ import annotations

import sys

import numpy as np
import pytest

import nb301
from nb301.space import sample_many
from nb301.surrogates.members import loops

GENOTYPES = sample_many(np.random.default_rng(0), 60)


@pytest.fixture
def afresh(monkeypatch):
    """As in a process that has asked for nothing."""
    monkeypatch.setattr(loops, "_DEMAND", loops._Demand())
    loops._imported.cache_clear()
    yield
    loops._imported.cache_clear()


@pytest.mark.usefixtures("afresh")
def test_numpy_answers_until_loops_pay(monkeypatch):
    """A first answer waits for no compiler."""
    pytest.importorskip("numba")
    monkeypatch.setattr(loops, "PAYS", 100)
    assert loops.compiled("members.compiled", 99) is None
    assert loops.compiled("members.compiled", 1) is not None
    assert loops.compiled("families.gin.compiled", 1) is not None


@pytest.mark.usefixtures("afresh")
@pytest.mark.parametrize("missing", ["numba", "nb301.surrogates.members.compiled"])
def test_without_numba_numpy_goes_on(monkeypatch, missing):
    """Where it is not installed, and where it cannot be imported, such as beside a numpy of tomorrow."""
    monkeypatch.setattr(loops, "PAYS", 0)
    monkeypatch.setattr(loops, "find_spec", lambda name: None if name == missing else object())
    monkeypatch.setitem(sys.modules, missing, None)
    assert loops.compiled("members.compiled", 10**6) is None


@pytest.mark.parametrize("name", nb301.list_releases())
def test_releases_answer_alike(monkeypatch, name):
    """Every embedded release by compiled loops and by numpy's: equal to the last bit, one by one and many."""
    pytest.importorskip("numba")
    benchmark, answers = nb301.load(name), []
    for pays in (10**12, 0):
        monkeypatch.setattr(loops, "PAYS", pays)
        many = benchmark.query(GENOTYPES, seed=range(60))
        ones = [benchmark.query(genotype, seed=seed) for seed, genotype in enumerate(GENOTYPES[:5])]
        assert ones == [*many[:5]]
        answers.append((many, benchmark.members(GENOTYPES).tobytes()))
    assert answers[0] == answers[1]
