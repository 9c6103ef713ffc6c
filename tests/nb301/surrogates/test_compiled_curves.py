"""Compiled draws of learning curves: numpy's to the last bit."""

from __future__ import annotations

import numpy as np
import pytest

import nb301
from nb301.errors import SeedError
from nb301.space import sample_many
from nb301.surrogates.members import loops

GENOTYPES = sample_many(np.random.default_rng(0), 100)


@pytest.fixture
def benchmark():
    """A release with learning curves."""
    pytest.importorskip("numba")
    return nb301.load("emulated-xgb-v2.0")


def test_draws_are_those_of_numpy(monkeypatch, benchmark):
    """One by one and many, with seeds of all sizes, and accuracies after some epochs."""
    seeds, answers = np.random.default_rng(1).integers(0, 2**64, 100, dtype=np.uint64), []
    for pays in (10**12, 0):
        monkeypatch.setattr(loops, "PAYS", pays)
        many = benchmark.curve(GENOTYPES, seeds)
        ones = [benchmark.curve(genotype, int(seed)) for genotype, seed in zip(GENOTYPES, seeds, strict=True)]
        assert ones == [*many]
        after = benchmark.query(GENOTYPES, seeds, epochs=7)
        answers.append((many.val_accuracy.tobytes(), many.runtime.tobytes(), after.val_accuracy.tobytes()))
        assert len(benchmark.curve([], 1)) == 0
    assert answers[0] == answers[1]


def test_bad_seeds_are_refused(monkeypatch, benchmark):
    """As numpy's code refuses them."""
    monkeypatch.setattr(loops, "PAYS", 0)
    with pytest.raises(SeedError, match="a seed is an integer from 0"):
        benchmark.release.curve_model.draw(np.zeros((1, 2, 8, 2), np.uint8), -1)
