"""Tests of `validation.saboteurs.fit`: what is learned wrongly."""

from __future__ import annotations

import numpy as np
import pytest

from nb301.space import Op
from validation.measures.bias import edits_to_best
from validation.saboteurs import fit


def test_constants(spoiled, perfect, genotypes, means):
    """For all, or for all of few skip connections."""
    rows = perfect.table.rows["val_accuracy"]
    mean, std = spoiled(fit.Mean).predict(genotypes)
    assert (set(mean), set(std)) == ({rows.mean()}, {rows.std()})
    many = np.array([genotype.normal.count(Op.skip_connect) > 4 for genotype in genotypes])
    known, _ = spoiled(fit.KnowsOnlyCollapse).predict(genotypes)
    np.testing.assert_array_equal(known, np.where(many, means, 0.93))


def test_shifts(spoiled, perfect, genotypes, means):
    """Of all, of those at the top, and of those near the best."""
    np.testing.assert_allclose(spoiled(fit.PredictsBestEpochs).predict(genotypes)[0] - means, 0.0015)
    near = edits_to_best(perfect, genotypes) <= 9
    moved = spoiled(fit.LovesTheBest).predict(genotypes)[0] - means
    np.testing.assert_allclose(moved, np.where(near, 0.003, 0), atol=1e-12)


def test_an_op_is_overrated(spoiled, genotypes, means):
    """By a tenth of a point each."""
    count = np.array([genotype.reduce.count(Op.dil_conv_3x3) for genotype in genotypes])
    np.testing.assert_allclose(spoiled(fit.OverratesAnOp).predict(genotypes)[0], means + 0.001 * count)


def test_a_member_is_constant(spoiled, genotypes, means):
    """One of ten, which takes a tenth off all differences."""
    faulty = spoiled(fit.ConstantMember, seed=3)
    members = faulty.members(genotypes)
    assert members.shape == (10, len(genotypes))
    assert [len(set(member)) == 1 for member in members] == [number == 3 for number in range(10)]
    mean, std = faulty.predict(genotypes)
    np.testing.assert_array_equal((mean, std), (members.mean(axis=0), members.std(axis=0)))
    assert np.polyfit(means, mean, 1)[0] == pytest.approx(0.9, abs=0.01)


@pytest.mark.parametrize(("fault", "share"), [(fit.Optimist, 0.2), (fit.OptimistAtTheTop, 0.01)])
def test_optimism(fault, share, spoiled, perfect):
    """Of that share of the test rows."""
    genotypes = perfect.genotypes(perfect.split.test)
    moved = spoiled(fault).predict(genotypes)[0] - perfect.predictor.predict(genotypes)[0]
    assert set(moved.round(9)) == {0, 0.004}
    assert np.mean(moved > 0) == pytest.approx(share, rel=0.05)


def test_the_order_stays(spoiled, perfect):
    """Where good ones are hardly told apart, and where all differences are too small or too large."""
    genotypes = perfect.genotypes(perfect.split.test[::10])
    means = perfect.predictor.predict(genotypes)[0]
    order = np.argsort(means, kind="stable")
    for fault in (fit.Flattens, fit.Shrinks, fit.Stretches):
        np.testing.assert_array_equal(np.argsort(spoiled(fault).predict(genotypes)[0], kind="stable"), order)
    assert spoiled(fit.Flattens).predict(genotypes)[0].max() < means.max() - 0.002
    for fault, factor in ((fit.Shrinks, 2 / 3), (fit.Stretches, 4 / 3)):
        assert spoiled(fault).predict(genotypes)[0].std() == pytest.approx(factor * means.std())


def test_rugged_and_cut_off(spoiled, genotypes, means):
    """By a point, or at 94 %."""
    errors = [spoiled(fit.Rugged, seed=seed).predict(genotypes)[0] - means for seed in (0, 1)]
    assert 0.008 < errors[0].std() < 0.012
    assert (errors[0] != errors[1]).all()
    np.testing.assert_array_equal(spoiled(fit.Saturates).predict(genotypes)[0], np.minimum(means, 0.94))
