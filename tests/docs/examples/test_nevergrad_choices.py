"""Nevergrad on unordered choices."""

import pytest

pytest.importorskip("nevergrad")
from docs.examples.nevergrad_choices import BENCHMARK, error, main, read, space


def test_finds_better_than_it_begins(capsys):
    """What it recommends is what it saw the least error of; equal seeds recommend equal architectures."""
    genotype = main(40)
    assert str(genotype) in capsys.readouterr().out
    assert BENCHMARK.query(genotype, seed=1).val_accuracy > 0.93
    assert main(40) == genotype


def test_values_are_architectures():
    """A value of the space is one architecture, other numbers another."""
    parametrization = space()
    parametrization.random_state.seed(1)
    values = [parametrization.sample().value for _ in range(20)]
    assert len({read(value) for value in values}) == 20
    assert error(values[0]) == 1 - BENCHMARK.query(read(values[0]), seed=1).val_accuracy
