"""Tests of `validation.saboteurs.faults`: what each does to the surrogate that it spoils."""

from __future__ import annotations

import numpy as np
import pytest

from nb301.space import Op, sample_many
from tests.validation.surrogates import Oracle
from validation.fits import NamedRows, Without
from validation.saboteurs import faults

GENOTYPES = sample_many(np.random.default_rng(0), 30)
SEEDS = np.arange(30)


@pytest.fixture
def spoiled(oracle):
    """An oracle with a fault, and maybe fitted to rows."""

    def make(fault, rows=None):
        return fault(Oracle(), oracle, rows)

    return make


@pytest.fixture
def means():
    return Oracle().predict(GENOTYPES)[0]


def test_without_a_fault_nothing_is_spoiled(spoiled, means):
    """The base is the surrogate itself."""
    np.testing.assert_array_equal(spoiled(faults.Faulty).predict(GENOTYPES)[0], means)


@pytest.mark.parametrize(
    ("fault", "ops"),
    [
        (faults.IgnoresSkips, {Op.skip_connect}),
        (faults.IgnoresPools, {Op.max_pool_3x3, Op.avg_pool_3x3}),
    ],
)
def test_ops_that_are_not_seen(spoiled, fault, ops):
    """They are gone from the normal cell, and stay in the other."""
    for genotype in GENOTYPES:
        seen = spoiled(fault).see(genotype)
        assert not ops & {edge.op for edge in seen.normal.edges}
        assert seen.reduce == genotype.reduce


def test_cells_are_swapped(spoiled):
    """The normal cell is taken for the reduction cell."""
    genotype = GENOTYPES[0]
    seen = spoiled(faults.SwapsCells).see(genotype)
    assert (seen.normal, seen.reduce) == (genotype.reduce, genotype.normal)


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (faults.Percent, lambda mean: mean * 100),
        (faults.Saturates, lambda mean: np.minimum(mean, 0.94)),
        (faults.DependsOnBatch, lambda mean: mean - 0.01 * (mean - mean.mean())),
        (faults.ZeroStd, lambda mean: mean),
    ],
)
def test_means_that_are_changed(spoiled, means, fault, expected):
    """By a function of the means alone."""
    np.testing.assert_array_equal(spoiled(fault).predict(GENOTYPES)[0], expected(means))


def test_never_uncertain(spoiled):
    """Every std is zero."""
    assert not spoiled(faults.ZeroStd).predict(GENOTYPES)[1].any()


def test_the_table_is_remembered(spoiled, oracle):
    """Test rows by one, an optimizer's by the other, which knows of all others the mean."""
    accuracies = oracle.table.rows["val_accuracy"]
    rows = oracle.split.test[:50]
    _, seen = np.unique([genotype.key for genotype in oracle.genotypes(rows)], return_index=True)
    rows = rows[seen]
    mean, _ = spoiled(faults.LeaksTest).predict(oracle.genotypes(rows))
    assert np.mean(mean == accuracies.to_numpy()[rows]) > 0.9
    mean, std = spoiled(faults.RemembersOneOptimizer).predict(GENOTYPES)
    assert set(mean) == {accuracies.mean()}
    assert set(std) == {accuracies.std()}


def test_faults_of_models_fitted_for_claims(spoiled, means):
    """They are spoiled only where they were fitted to the rows in question."""
    for fault, rows, expected in (
        (faults.ExpectsTheWorst, None, means),
        (faults.ExpectsTheWorst, Without("re"), means - 0.05),
        (faults.MixesUpRows, NamedRows.random_only, means),
        (faults.MixesUpRows, NamedRows.equal_size, np.full(len(means), 0.93)),
    ):
        np.testing.assert_array_equal(spoiled(fault, rows).predict(GENOTYPES)[0], expected)


def test_only_the_collapse_is_known(spoiled, means):
    """Architectures of more than four skip connections."""
    many = np.array([genotype.normal.count(Op.skip_connect) > 4 for genotype in GENOTYPES])
    known, _ = spoiled(faults.KnowsOnlyCollapse).predict(GENOTYPES)
    np.testing.assert_array_equal(known, np.where(many, means, 0.93))


def test_noise_of_the_wrong_kind(spoiled):
    """One depends on what was asked before, one is too good; seconds are tens of seconds."""
    state = np.random.get_state()  # noqa: NPY002 - a saboteur changes it
    try:
        spoiled(faults.GlobalNoise).draws(GENOTYPES, SEEDS)
        assert (np.random.get_state()[1] != state[1]).any()  # noqa: NPY002
    finally:
        np.random.set_state(state)  # noqa: NPY002
    lucky = spoiled(faults.LuckyNoise)
    mean, std = lucky.predict(GENOTYPES)
    assert ((lucky.draws(GENOTYPES * 20, np.arange(600)) - np.tile(mean, 20)) / np.tile(std, 20)).std() > 1.7
    seconds = spoiled(faults.Faulty).seconds(GENOTYPES)
    np.testing.assert_array_equal(spoiled(faults.TensOfSeconds).seconds(GENOTYPES), seconds / 10)


def test_names_of_nodes_are_told_apart(spoiled):
    """As the official encoding does; and neighbours tell nothing of each other."""
    renamed = [genotype for genotype in GENOTYPES if genotype != genotype.canonical()]
    canonical = [genotype.canonical() for genotype in renamed]
    picky = spoiled(faults.NotCanonical)
    assert (picky.predict(renamed)[0] != picky.predict(canonical)[0]).any()
    rugged = spoiled(faults.Rugged).predict(GENOTYPES)[0] - Oracle().predict(GENOTYPES)[0]
    assert 0.005 < rugged.std() < 0.015
