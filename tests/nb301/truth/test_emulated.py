"""Every promise of the emulated ground truth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kstest

from nb301.encodings import canonical
from nb301.errors import SeedError
from nb301.metrics import kendall_tau
from nb301.sources import FITTED
from nb301.space import Genotype, Op, from_codes, sample_many, to_codes
from nb301.truth import emulated
from nb301.truth.emulated import EmulatedTruth

TRUTH = EmulatedTruth()
GENOTYPES, SEEDS = st.from_type(Genotype), st.integers(0, 2**64 - 1)
NORMAL, REDUCE = 0, 1


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
    *numbers, curve = run
    assert all(isinstance(value, float) for value in numbers)
    assert curve == ()


def test_does_not_depend_on_the_batch(uniform):
    """A training run gives the same result alone and in any batch, to the last digit."""
    some = uniform[:1000]
    batch = TRUTH.evaluate_many(some, range(1000))
    alone = [TRUTH.evaluate(genotype, seed) for seed, genotype in enumerate(some)]
    assert alone == [*batch]
    assert TRUTH.mean(some).tolist() == [TRUTH.mean([genotype])[0] for genotype in some]


@given(GENOTYPES, SEEDS)
def test_is_invariant_under_isomorphism(genotype, seed):
    """Genotypes that are equal up to the names of nodes are equal in every digit."""
    canonical = genotype.canonical()
    assert TRUTH.evaluate(genotype, seed) == TRUTH.evaluate(canonical, seed)
    assert TRUTH.mean([genotype]) == TRUTH.mean([canonical])
    assert TRUTH.noise_std([genotype]) == TRUTH.noise_std([canonical])


def test_golden():
    """The function does not change without its version (recorded with version 0.2.0 of nb301)."""
    assert (TRUTH.name, TRUTH.version) == ("emulated", "2.0")
    genotypes = sample_many(np.random.default_rng(0), 3)
    golden = [0.9366530000000001, 0.925926, 0.937192]
    assert TRUTH.mean(genotypes).tolist() == golden
    run = [0.9380247961275425, 0.9369247220270751, 0.7753689555543422, 4583.49721358117]
    assert [*TRUTH.evaluate(genotypes[0], 1)] == [*run, ()]


def test_has_the_published_mean_and_std(uniform, means):
    """Means over uniform samples are 93.11 +- 0.1 % with std 0.57 (F44), trainings' std is 0.67 (F42)."""
    assert means.mean() == pytest.approx(93.11, abs=0.1)
    assert means.std() == pytest.approx(0.57, abs=0.06)
    noisy = 100 * TRUTH.evaluate_many(uniform, 1).val_accuracy
    assert noisy.mean() == pytest.approx(93.11, abs=0.1)
    assert noisy.std() == pytest.approx(0.673, abs=0.07)


def test_has_a_soft_ceiling(uniform, means):
    """200,000 steps uphill find nothing above the ceiling, and nothing that is far above uniform samples."""
    rng = np.random.default_rng(3)
    codes = to_codes([uniform[start] for start in np.argsort(means)[-400:]]).copy()
    values = emulated._mean(canonical(codes))
    rows = np.arange(len(codes))
    for _ in range(500):
        changed = codes.copy()
        changed[rows, rng.integers(2, size=400), rng.integers(8, size=400), 1] = rng.integers(7, size=400)
        other = emulated._mean(canonical(changed))
        codes[other > values], values = changed[other > values], np.maximum(values, other)
    assert 94.5 < values.max() < emulated.CEILING
    assert means.max() < values.max() < means.max() + 0.5


def test_has_the_published_landmarks():
    """The DARTS cell has 94.17 %, a cell of skip connections alone 88.17 % (official_facts F41)."""
    darts = (
        "normal:sep_conv_3x3@0+sep_conv_3x3@1/sep_conv_3x3@0+sep_conv_3x3@1/skip_connect@0+sep_conv_3x3@1"
        "/skip_connect@0+dil_conv_3x3@2,reduce:max_pool_3x3@0+max_pool_3x3@1/max_pool_3x3@1+skip_connect@2"
        "/max_pool_3x3@0+skip_connect@2/max_pool_3x3@1+skip_connect@2"
    )
    skips = (
        "normal:skip_connect@0+skip_connect@1/skip_connect@0+skip_connect@1/skip_connect@0+skip_connect@1"
        "/skip_connect@0+skip_connect@2,reduce:skip_connect@0+skip_connect@1/skip_connect@1+skip_connect@2"
        "/skip_connect@0+skip_connect@2/skip_connect@1+skip_connect@2"
    )
    means = 100 * TRUTH.mean([Genotype.parse(darts), Genotype.parse(skips)])
    assert means == pytest.approx([94.17, 88.17], abs=0.3)


def test_skip_connections_help_up_to_two_or_three():
    """In the normal cell 1-3 skips are best; eight lose 3.4 points, ever faster (C.5, D.6, F45)."""
    curve = probe(NORMAL, Op.skip_connect)
    assert curve.argmax() in (1, 2, 3)
    steps = np.diff(curve[4:])
    assert (steps < 0).all()
    assert (np.diff(steps) < 0).all()
    assert curve.max() - curve[8] == pytest.approx(3.4, abs=0.5)


@pytest.mark.parametrize(("op", "loss"), [(Op.max_pool_3x3, 2.3), (Op.avg_pool_3x3, 1.8)])
def test_pools_hurt_the_normal_cell_at_once(op, loss):
    """Every pool in the normal cell costs accuracy, from the first one on, and the later ones more (F45)."""
    curve = probe(NORMAL, op)
    steps = np.diff(curve)
    assert (steps < 0).all()
    assert steps[4:].mean() < steps[:4].mean()
    assert curve[0] - curve[8] == pytest.approx(loss, abs=0.5)


def test_all_parameter_free_cells_collapse():
    """Normal cells of parameter-free ops alone lie below 91.7 %, those of skip connections lowest."""
    skips, *pools = (probe(NORMAL, op)[8] for op in (Op.skip_connect, Op.max_pool_3x3, Op.avg_pool_3x3))
    assert 88 < skips < min(pools)
    assert max(pools) < 91.7


@pytest.mark.parametrize("op", Op)
def test_the_reduction_cell_matters_less(op):
    """The same change of ops moves accuracy less in the reduction cell, by half for parameter-free ops."""
    normal, reduce = np.ptp(probe(NORMAL, op)), np.ptp(probe(REDUCE, op))
    if op <= Op.skip_connect:
        assert reduce < normal / 2
    elif op in {Op.sep_conv_3x3, Op.sep_conv_5x5}:
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


def test_runtime_is_plausible(uniform):
    """Runtimes are positive with noise of a few percent; a training takes 4,652 s on average (F43)."""
    genotype = uniform[:1]
    seconds = TRUTH.evaluate_many(genotype * 5000, np.arange(5000)).runtime
    assert 0.01 < np.log(seconds).std() < 0.05
    runs = TRUTH.evaluate_many(uniform, 0)
    assert runs.runtime.min() > 1000
    assert runs.runtime.mean() == pytest.approx(4652, rel=0.02)


def test_the_best_epoch_is_what_a_training_reports(uniform):
    """The highest point of a learning curve is the accuracy that a training reports, to the bit (F20)."""
    some, seeds = uniform[:300], np.arange(300)
    curves = TRUTH.learning_curves(some, seeds)
    runs = TRUTH.evaluate_many(some, seeds)
    assert curves.val_accuracy.shape == (300, TRUTH.epochs)
    assert curves.best.tolist() == runs.val_accuracy.tolist()
    assert curves.runtime[:, -1].tolist() == runs.runtime.tolist()
    alone = TRUTH.learning_curves([uniform[7]], 7)[0]
    assert alone == curves[7]
    assert TRUTH.learning_curves([uniform[7].canonical()], 7)[0] == alone


@given(GENOTYPES, SEEDS)
def test_a_curve_is_one_training(genotype, seed):
    """Equal to `learning_curves` to the bit; its time is the run's, spread evenly over the epochs."""
    curve, run = TRUTH.curve(genotype, seed), TRUTH.evaluate(genotype, seed)
    assert curve == TRUTH.learning_curves([genotype], seed)[0]
    assert curve.best == run.val_accuracy
    assert curve.runtime[-1] == run.runtime
    assert (np.diff(curve.runtime) > 0).all()
    assert curve.runtime[48] == run.runtime * (49 / TRUTH.epochs)


def test_curves_have_a_seed_each(uniform):
    """Seeds above and below 2^63 in one list are no floats on the way."""
    seeds = [1, 2**64 - 1, 2**63]
    curves = TRUTH.learning_curves(uniform[:3], seeds)
    for genotype, seed, curve in zip(uniform[:3], seeds, curves, strict=True):
        assert TRUTH.curve(genotype, seed) == curve


def test_seeds_are_one_or_one_for_each(uniform):
    """Other numbers of them are told; none of none are none."""
    assert TRUTH.learning_curves([], 1).val_accuracy.shape == (0, TRUTH.epochs)
    assert len(TRUTH.evaluate_many([], [])) == 0
    for ask in (TRUTH.evaluate_many, TRUTH.learning_curves):
        for n, seeds in ((1, [1, 2, 3]), (2, [1, 2, 3]), (2, [[1], [2, 3]]), (1, np.array([1, 2]))):
            with pytest.raises(SeedError, match="seed"):
                ask(uniform[:n], seeds)


def test_the_last_epoch_is_a_little_worse(uniform):
    """The last epoch is 0.15 points below the best one, and the first is near 54.6 % (F42, F44, F45)."""
    curves = 100 * TRUTH.learning_curves(uniform[:3000], 1).val_accuracy
    assert (curves.max(axis=1) - curves[:, -1]).mean() == pytest.approx(0.15, abs=0.03)
    assert curves[:, 0].mean() == pytest.approx(54.6 + 0.6, abs=1)
    noise = np.diff(curves - curves.mean(axis=0), axis=1).std(axis=0)
    assert noise[-10:].mean() < noise[:10].mean() / 3


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
