"""Compiled loops: there once they pay, and never missed where there is no numba."""

from __future__ import annotations

import sys
from contextlib import nullcontext

import numpy as np
import pytest

import nb301
from nb301.errors import SeedError
from nb301.space import sample_many, to_codes
from nb301.surrogates.members import loops

GENOTYPES = sample_many(np.random.default_rng(0), 60)


@pytest.fixture
def afresh(monkeypatch):
    """As in a process that has asked for nothing."""
    monkeypatch.setattr(loops, "_DEMAND", loops._Demand())
    imported = loops._imported
    imported.cache_clear()
    yield
    imported.cache_clear()


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
    with nullcontext() if missing == "numba" else pytest.warns(RuntimeWarning, match="cannot be imported"):
        assert loops.compiled("members.compiled", 10**6) is None


@pytest.mark.usefixtures("afresh")
@pytest.mark.parametrize("error", [OSError, SystemError, AttributeError])
def test_a_broken_numba_is_as_good_as_none(monkeypatch, error):
    """Such as one whose LLVM is not found, or that was built for another numpy."""

    def broken(name):
        raise error(name)

    pytest.importorskip("numba")
    monkeypatch.setattr(loops, "PAYS", 0)
    monkeypatch.setattr(loops, "import_module", broken)
    with pytest.warns(
        RuntimeWarning, match=rf"numba cannot be imported \({error.__name__}: nb301.surrogates"
    ):
        assert loops.compiled("members.compiled", 1) is None
    assert loops.compiled("members.compiled", 1) is None  # said once


@pytest.mark.usefixtures("afresh")
def test_switched_off_machine_code_is_not_asked(monkeypatch):
    """By NUMBA_DISABLE_JIT loops would be Python's."""
    numba = pytest.importorskip("numba")
    monkeypatch.setattr(loops, "PAYS", 0)
    monkeypatch.setattr(numba.config, "DISABLE_JIT", 1)
    assert loops.compiled("members.compiled", 1) is None


@pytest.mark.usefixtures("afresh")
@pytest.mark.parametrize("name", ["emulated-gin-v2.0", "emulated-xgb-v2.0"])
def test_numpy_answers_where_loops_fail(monkeypatch, name):
    """Such as by a file of numba's that a full disk has cut off; said once."""

    class Failing:
        def __getattr__(self, loop):
            raise EOFError("Ran out of input")

    benchmark = nb301.load(name)
    monkeypatch.setattr(loops, "PAYS", 10**12)
    expected = benchmark.curve(GENOTYPES, seed=1)
    monkeypatch.setattr(loops, "PAYS", 0)
    monkeypatch.setattr(loops, "_imported", lambda _: Failing())
    with pytest.raises(SeedError):  # the question is wrong, not the loops
        benchmark.release.curve_model.draw(to_codes(GENOTYPES), -1)
    with pytest.warns(RuntimeWarning, match="compiled loops failed .EOFError: Ran out of input.") as said:
        assert benchmark.curve(GENOTYPES, seed=1) == expected
    assert len(said) == 2  # of members, and of curves
    assert benchmark.curve(GENOTYPES, seed=1) == expected


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
