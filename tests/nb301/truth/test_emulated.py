"""Every promise of the emulated ground truth (design.md, "The emulated ground truth")."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kstest

from nb301.metrics import kendall_tau, r2
from nb301.sources import FITTED
from nb301.space import Genotype, Op, from_codes, neighbours, sample_many, to_codes
from nb301.truth import emulated
from nb301.truth.emulated import EmulatedTruth
from nb301.truth.landscape import linear_accuracy

TRUTH = EmulatedTruth()
GENOTYPES, SEEDS = st.from_type(Genotype), st.integers(0, 2**64 - 1)
NORMAL, REDUCE = 0, 1
FIELDS = emulated.TrainingRun._fields


@pytest.fixture(scope="module")
def uniform():
    """20,000 genotypes drawn uniformly, in canonical form."""
    return [genotype.canonical() for genotype in sample_many(np.random.default_rng(0), 20_000)]


@pytest.fixture(scope="module")
def means(uniform):
    """Their mean accuracies, percent."""
    return 100 * TRUTH.mean(uniform)


def probe(cell, op, n=400):
    """Mean accuracy, percent, by the number 0..8 of edges of `cell` with `op`; all else is random (D.6)."""
    rng = np.random.default_rng(1)
    codes = to_codes(sample_many(rng, n)).copy()
    rank = rng.permuted(np.tile(np.arange(8), (n, 1)), axis=1)
    other = (int(op) + rng.integers(1, len(Op), size=(n, 8))) % len(Op)
    curve = []
    for count in range(9):
        codes[:, cell, :, 1] = np.where(rank < count, int(op), other)
        curve.append(100 * TRUTH.mean(from_codes(codes)).mean())
    return np.array(curve)


@given(GENOTYPES, SEEDS)
def test_is_a_function_of_genotype_and_seed(genotype, seed):
    """The same training run gives the same result, alone and in a batch."""
    run = TRUTH.evaluate(genotype, seed)
    assert run == EmulatedTruth().evaluate(genotype, seed)
    assert all(isinstance(value, float) for value in run)


def test_does_not_depend_on_the_batch(uniform):
    """A training run gives the same result alone and in any batch, to the last digit."""
    some = uniform[:1000]
    batch = TRUTH.evaluate_many(some, range(1000))
    alone = [TRUTH.evaluate(genotype, seed) for seed, genotype in enumerate(some)]
    assert alone == [*zip(*(getattr(batch, field).tolist() for field in FIELDS), strict=True)]
    assert TRUTH.mean(some).tolist() == [TRUTH.mean([genotype])[0] for genotype in some]


@given(GENOTYPES, SEEDS)
def test_is_invariant_under_isomorphism(genotype, seed):
    """Genotypes that are equal up to the names of nodes are equal in every digit."""
    canonical = genotype.canonical()
    assert TRUTH.evaluate(genotype, seed) == TRUTH.evaluate(canonical, seed)
    assert TRUTH.mean([genotype]) == TRUTH.mean([canonical])
    assert TRUTH.noise_std([genotype]) == TRUTH.noise_std([canonical])


def test_golden():
    """The function does not change without its version (recorded with version 0.1.0 of nb301)."""
    assert (TRUTH.name, TRUTH.version) == ("emulated", "1.0")
    genotypes = sample_many(np.random.default_rng(0), 3)
    golden = [0.936506957297849, 0.9278233612498522, 0.9410011472762889]
    assert TRUTH.mean(genotypes).tolist() == golden
    run = [0.9378831680113845, 0.9368579304531366, 0.7750330573393946, 1170.354694075358]
    assert [*TRUTH.evaluate(genotypes[0], 1)] == run


def test_agrees_with_the_calibration(uniform, means):
    """The linear description explains at least 0.94 of the mean over uniform samples."""
    assert r2(means, linear_accuracy(to_codes(uniform))) >= 0.94


def test_has_the_published_mean_and_std(uniform, means):
    """Uniform samples keep mean 93.11 +- 0.1 % and, noise included, a std of 0.57 +- 0.06 points."""
    assert means.mean() == pytest.approx(93.11, abs=0.1)
    noisy = 100 * TRUTH.evaluate_many(uniform, 1).val_accuracy
    assert noisy.mean() == pytest.approx(93.11, abs=0.1)
    assert noisy.std() == pytest.approx(0.57, abs=0.06)


def test_path_effects_are_small_and_nonlinear(uniform, means):
    """Path effects have a std of about 0.12 points, and they are no part of the linear description."""
    effects = emulated._path_effects(to_codes(uniform))
    assert effects.std() == pytest.approx(0.12, abs=0.02)
    assert abs(np.corrcoef(effects, linear_accuracy(to_codes(uniform)))[0, 1]) < 0.2
    assert r2(means, linear_accuracy(to_codes(uniform))) < 0.99


def test_has_a_soft_ceiling(uniform, means):
    """Greedy ascents from the best samples end near 95 %, and no mean is above 95.2 %."""
    ends = []
    for start in np.argsort(means)[-3:]:
        best, value = uniform[start], means[start]
        while True:
            found = neighbours(best)
            values = 100 * TRUTH.mean(found)
            if values.max() <= value:
                break
            best, value = found[int(values.argmax())], values.max()
        ends.append(value)
    assert min(ends) > 94.8
    assert max(ends) < 95.2


def test_skip_connections_help_up_to_two_or_three():
    """In the normal cell 2-3 skips are best; beyond 4 accuracy falls ever faster (C.5, D.6)."""
    curve = probe(NORMAL, Op.skip_connect)
    assert curve.argmax() in (2, 3)
    steps = np.diff(curve[4:])
    assert (steps < 0).all()
    assert (np.diff(steps) < 0).all()


@pytest.mark.parametrize("op", [Op.max_pool_3x3, Op.avg_pool_3x3])
def test_pools_hurt_the_normal_cell_at_once(op):
    """Every pool in the normal cell costs accuracy, from the first one on, and the last ones most."""
    steps = np.diff(probe(NORMAL, op))
    assert (steps < 0).all()
    assert steps[5:].max() < steps[:3].min()


def test_all_parameter_free_cells_collapse():
    """All-skip normal cells average 88-91 %, all-pool cells lower still."""
    skips, *pools = (probe(NORMAL, op)[8] for op in (Op.skip_connect, Op.max_pool_3x3, Op.avg_pool_3x3))
    assert 88 <= skips <= 91
    assert max(pools) < skips


@pytest.mark.parametrize("op", Op)
def test_the_reduction_cell_matters_less(op):
    """The same change of ops moves accuracy less in the reduction cell, by half for parameter-free ops."""
    normal, reduce = np.ptp(probe(NORMAL, op)), np.ptp(probe(REDUCE, op))
    if op <= Op.skip_connect:
        assert reduce < normal / 2
    else:
        assert reduce < normal


def test_noise_is_normal_with_the_stated_std():
    """Between seeds val accuracy is normal around `mean` with `noise_std`; test accuracy lies below it."""
    genotype = sample_many(np.random.default_rng(2), 1)
    runs = TRUTH.evaluate_many(genotype * 20_000, np.arange(20_000))
    mean, std = TRUTH.mean(genotype)[0], TRUTH.noise_std(genotype)[0]
    assert kstest((runs.val_accuracy - mean) / std, "norm").pvalue > 1e-3
    # test accuracies are of the final weights, and noisier
    assert std < runs.test_accuracy.std() < 1.5 * std
    assert 0 < mean - runs.test_accuracy.mean() < 5e-3
    # a part of the noise is the run's, a part each accuracy's own
    assert 0.5 < np.corrcoef(runs.val_accuracy, runs.test_accuracy)[0, 1] < 0.9


def test_noise_is_smaller_for_better_architectures(uniform, means, embedded_table):
    """The noise falls with accuracy (Figure 12); over good architectures its mean is 1.6e-3 (Section 3.3)."""
    std = TRUTH.noise_std(uniform)
    order = np.argsort(means)
    assert (np.diff(std[order]) <= 0).all()
    good = embedded_table.of("de").genotypes
    assert TRUTH.noise_std(good).mean() == pytest.approx(1.6e-3, abs=0.2e-3)


def test_validation_and_test_accuracy_rank_alike(embedded_table):
    """Over the table Kendall's tau of validation and test accuracy is about the paper's 0.852."""
    rows = embedded_table.of(*FITTED).rows
    tau = kendall_tau(rows["val_accuracy"], rows["test_accuracy"])
    assert tau == pytest.approx(0.852, abs=0.03)


def test_runtime_is_plausible(uniform, embedded_table):
    """Runtimes are positive with noise of a few percent; DE's take 115 GPU days for 7,275 (Section 5.1)."""
    genotype = uniform[:1]
    seconds = TRUTH.evaluate_many(genotype * 5000, np.arange(5000)).runtime
    assert 0.01 < np.log(seconds).std() < 0.05
    runs = TRUTH.evaluate_many(uniform, 0)
    assert runs.runtime.min() > 0
    mean = embedded_table.of("de").rows["runtime"].mean()
    assert mean == pytest.approx(115 * 24 * 3600 / 7275, rel=0.02)


def test_accuracies_are_fractions():
    """Accuracies are fractions even in the worst corner of the space."""
    worst = from_codes(np.tile(np.array([0, 0, 1, 0], np.uint8), 8).reshape(1, 2, 8, 2))
    for genotypes in (worst, sample_many(np.random.default_rng(0), 200)):
        runs = TRUTH.evaluate_many(genotypes, 0)
        for field in ("val_accuracy", "test_accuracy", "train_accuracy"):
            values = getattr(runs, field)
            assert ((values > 0) & (values < 1)).all()
        assert (runs.train_accuracy < runs.val_accuracy).all()


@pytest.mark.parametrize("seed", [-1, 2**64, 1.5, "1", None])
def test_refuses_bad_seeds(seed):
    """A training seed is an integer from 0 to 2^64-1."""
    with pytest.raises(ValueError, match="seed"):
        TRUTH.evaluate(sample_many(np.random.default_rng(0), 1)[0], seed)
