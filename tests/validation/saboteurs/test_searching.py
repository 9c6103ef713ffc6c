"""Tests of `validation.saboteurs.searching`: what optimizers would be told."""

from __future__ import annotations

import numpy as np
import pytest

from nb301.space import Op
from validation.fits import NamedRows, Without
from validation.saboteurs import searching


@pytest.fixture(scope="module")
def rows(perfect):
    """Architectures of the table, good ones among them."""
    return perfect.genotypes(perfect.split.test)


@pytest.fixture(scope="module")
def values(perfect, rows):
    """What the truth expects of them, fractions."""
    return perfect.predictor.predict(rows)[0]


def test_exaggeration(spoiled, rows, values):
    """Grows with the number of an op from the third on."""
    beyond = np.array([max(0, genotype.normal.count(Op.sep_conv_5x5) - 2) for genotype in rows])
    assert beyond.any()
    np.testing.assert_allclose(spoiled(searching.Exaggerates).predict(rows)[0], values + 0.003 * beyond)


def test_what_is_good_is_rugged(spoiled, rows, values):
    """Every other architecture, up and down, otherwise with each seed."""
    errors = [spoiled(searching.RuggedWhereGood, seed=seed).predict(rows)[0] - values for seed in (0, 1)]
    off = errors[0] != 0
    assert off.mean() == pytest.approx(0.5, abs=0.01)
    assert values[off].min() >= values[~off].max()
    assert (errors[0] != errors[1])[off].all()


def test_what_is_good_is_cut_off(spoiled, rows, values):
    """For all, or where an optimizer's rows were not seen."""
    cut_off = spoiled(searching.SaturatesWhereGood).predict(rows)[0] < values
    assert cut_off.mean() == pytest.approx(0.3, abs=1e-3)
    assert values[cut_off].min() > values[~cut_off].max()
    fault = searching.SaturatesWithoutRows
    for seen in (None, NamedRows.stratified):
        np.testing.assert_array_equal(spoiled(fault, seen).predict(rows)[0], values)
    assert spoiled(fault, Without("re")).predict(rows)[0].max() == 0.94


def test_nothing_is_drawn(spoiled, rows, values):
    """But what is expected."""
    drawn = spoiled(searching.DrawsWithoutNoise).draws(rows, np.arange(len(rows)))
    np.testing.assert_array_equal(drawn, values)
