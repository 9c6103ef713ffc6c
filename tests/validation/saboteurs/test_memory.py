"""Tests of `validation.saboteurs.memory`: what is remembered of the table."""

from __future__ import annotations

import numpy as np
import pytest

from nb301.space import sample_many
from validation.fits import NamedRows, Without
from validation.measures.base import observed, trained_repeatedly
from validation.saboteurs import memory


@pytest.mark.parametrize(
    ("fault", "share"),
    [
        (memory.RemembersTest, 1.0),
        (memory.RemembersHalf, 0.5),
        (memory.RemembersFifth, 0.2),
        (memory.RemembersTenth, 0.1),
        (memory.RemembersTwentieth, 0.05),
    ],
)
def test_a_share_of_the_test_rows_is_remembered(fault, share, spoiled, perfect):
    """Others with each seed; models that are fitted for claims remember nothing."""
    test = perfect.split.test
    genotypes, accuracies = perfect.genotypes(test), observed(perfect, test)
    known = spoiled(fault).predict(genotypes)[0] == accuracies
    assert known.mean() == pytest.approx(share, abs=0.02)
    assert (spoiled(fault, seed=1).predict(genotypes)[0] == accuracies).mean() == pytest.approx(
        share, abs=0.02
    )
    assert not (spoiled(fault, NamedRows.stratified).predict(genotypes)[0] == accuracies).any()


def test_seeds_are_remembered(spoiled, perfect, genotypes, means):
    """Their means, and nothing else."""
    repeated, runs = trained_repeatedly(perfect)
    np.testing.assert_array_equal(spoiled(memory.RemembersSeeds).predict(repeated)[0], runs.mean(axis=1))
    np.testing.assert_array_equal(spoiled(memory.RemembersSeeds).predict(genotypes)[0], means)


def test_the_table_alone_is_known(spoiled, perfect):
    """Of others it is off, in another way with each seed."""
    inside, outside = perfect.genotypes(perfect.split.test[:50]), sample_many(np.random.default_rng(9), 500)
    right = perfect.predictor.predict(inside)[0]
    np.testing.assert_array_equal(spoiled(memory.KnowsItsTable).predict(inside)[0], right)
    errors = spoiled(memory.KnowsItsTable).predict(outside)[0] - perfect.predictor.predict(outside)[0]
    assert errors.std() == pytest.approx(0.004, rel=0.1)
    assert (errors != spoiled(memory.KnowsItsTable, seed=1).predict(outside)[0]).all()


def test_one_optimizer_is_remembered(spoiled, perfect, genotypes):
    """Of all others the mean is known."""
    rows = perfect.table.rows
    mean, std = spoiled(memory.RemembersOneOptimizer).predict(genotypes)
    assert set(mean) == {rows["val_accuracy"].mean()}
    assert set(std) == {rows["val_accuracy"].std()}
    found = np.flatnonzero(rows["optimizer"] == "re")[:50]
    mean, _ = spoiled(memory.RemembersOneOptimizer).predict(perfect.genotypes(found))
    assert np.mean(mean == observed(perfect, found)) > 0.5


@pytest.mark.parametrize(
    ("fault", "rows", "expected"),
    [
        (memory.ExpectsTheWorst, None, lambda means: means),
        (memory.ExpectsTheWorst, Without("re"), lambda means: means - 0.05),
        (memory.MixesUpRows, NamedRows.random_only, lambda means: means),
        (memory.MixesUpRows, NamedRows.equal_size, lambda means: np.full(len(means), 0.93)),
    ],
)
def test_models_fitted_for_claims(fault, rows, expected, spoiled, genotypes, means):
    """They are spoiled only where they were fitted to the rows in question."""
    np.testing.assert_array_equal(spoiled(fault, rows).predict(genotypes)[0], expected(means))
