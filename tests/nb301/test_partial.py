"""Answers about trainings that stop early, and whole learning curves, of a release."""

import json
from collections import namedtuple

import numpy as np
import pandas as pd
import pytest

import nb301
from nb301.errors import GenotypeError, ReleaseError, SeedError
from nb301.formats import to_darts, to_yahpo
from nb301.optimizers import Budget, simulate
from nb301.optimizers.multi_fidelity import Asha
from nb301.space import sample_many

GENOTYPES = sample_many(np.random.default_rng(0), 12)
EPOCHS = 98


@pytest.fixture(scope="module")
def benchmark_(tiny_release):
    """A release with learning curves."""
    return nb301.load(tiny_release)


@pytest.fixture(scope="module")
def without():
    """A release on a table that keeps no learning curves."""
    return nb301.load("cifar10-xgb-rand-v1.0")


@pytest.mark.parametrize("seed", [None, 7])
def test_a_curve_is_what_queries_tell(benchmark_, seed):
    """At each epoch, accuracy and seconds, to the bit; alone and in a list."""
    for genotype in GENOTYPES[:3]:
        curve = benchmark_.curve(genotype, seed)
        assert len(curve) == EPOCHS
        answers = benchmark_.query([genotype] * EPOCHS, seed, epochs=[*range(1, EPOCHS + 1)])
        assert answers.val_accuracy.tolist() == curve.val_accuracy.tolist()
        assert answers.runtime.tolist() == curve.runtime.tolist()
        for epochs in (1, 50, EPOCHS):
            alone = benchmark_.query(genotype, seed, epochs=epochs)
            assert alone == answers[epochs - 1]


def test_curves_of_lists_are_those_of_each(benchmark_):
    """With a seed for each, with one for all, and expected ones; none of none."""
    seeds = np.arange(len(GENOTYPES))
    curves = benchmark_.curve(GENOTYPES, seeds)
    assert [*curves] == [*map(benchmark_.curve, GENOTYPES, seeds.tolist())]
    assert benchmark_.curve(GENOTYPES[:2], 5)[1] == benchmark_.curve(GENOTYPES[1], 5)
    assert benchmark_.curve(GENOTYPES)[3] == benchmark_.curve(GENOTYPES[3])
    assert benchmark_.curve([]).val_accuracy.shape == (0, EPOCHS)
    assert len(benchmark_.query([], epochs=3)) == 0
    with pytest.raises(SeedError, match="2 seeds for 12 architectures"):
        benchmark_.curve(GENOTYPES, [1, 2])


def test_whole_trainings_stay_what_they_are(benchmark_):
    """The best epoch of a curve has the accuracy of the whole training, and the last its seconds."""
    for genotype in GENOTYPES:
        whole, curve = benchmark_.query(genotype, 3), benchmark_.curve(genotype, 3)
        assert curve.best == whole.val_accuracy
        assert curve.runtime[-1] == whole.runtime
        assert (np.diff(curve.runtime) > 0).all()


def test_early_answers_are_lower_and_less_sure(benchmark_):
    """And the std of what is drawn is what is told."""
    genotype = GENOTYPES[0]
    early, late, whole = (benchmark_.query(genotype, epochs=k) for k in (5, EPOCHS, None))
    assert early.mean < late.mean < whole.mean
    assert early.noise_std > late.noise_std >= whole.noise_std
    assert early.val_accuracy == early.mean
    drawn = benchmark_.query([genotype] * 4000, np.arange(4000), epochs=5).val_accuracy
    assert drawn.mean() == pytest.approx(early.mean, abs=0.002)
    assert drawn.std() == pytest.approx(early.noise_std, rel=0.2)
    assert (early.std, early.parameters, early.release) == (whole.std, whole.parameters, whole.release)


@pytest.mark.parametrize("write", [lambda config: config, lambda config: [config, config], pd.Series])
def test_yahpos_epoch_is_honoured(benchmark_, write):
    """In one configuration and in a list of them, and in each for itself."""
    config = to_yahpo(GENOTYPES[0]) | {"epoch": 30}
    expected = benchmark_.query(GENOTYPES[0], 1, epochs=30)
    if write is pd.Series:
        answers = benchmark_.query(pd.Series([config, GENOTYPES[1]]), 1)
        assert answers[0] == expected
        assert answers[1] == benchmark_.query(GENOTYPES[1], 1)
        return
    answer = benchmark_.query(write(config), 1)
    assert (answer if answer == expected else answer[1]) == expected


def test_only_epochs_that_are_taken_are_removed(benchmark_):
    """What stands beside a configuration is read as it is alone: wrong epochs, and named tuples."""
    part = to_yahpo(GENOTYPES[0]) | {"epoch": 30}
    for wrong in (500, 0, "abc", True, 30.5):
        with pytest.raises(GenotypeError, match="architecture 1: epoch is"):
            benchmark_.query([part, to_yahpo(GENOTYPES[1]) | {"epoch": wrong}], 1)
    reordered = namedtuple("Reordered", "reduce reduce_concat normal normal_concat")  # noqa: PYI024
    darts = to_darts(GENOTYPES[1])
    other = reordered(darts.reduce, darts.reduce_concat, darts.normal, darts.normal_concat)
    assert benchmark_.query([part, other], 1)[1] == benchmark_.query([other], 1)[0]


@pytest.mark.parametrize("write", [json.dumps, pd.Series, lambda config: config])
def test_an_epoch_means_the_same_in_every_notation(benchmark_, write):
    """Alone and in lists and tuples; the last epoch and those after it are the whole training."""
    part = write(to_yahpo(GENOTYPES[0]) | {"epoch": 30})
    expected = benchmark_.query(GENOTYPES[0], 1, epochs=30)
    assert (
        benchmark_.query([part, GENOTYPES[1]], 1)[0]
        == benchmark_.query([GENOTYPES[1], part], 1)[1]
        == expected
    )
    if not isinstance(part, pd.Series):
        assert benchmark_.query((part, GENOTYPES[1]), 1)[0] == expected
    for whole in (98, 100):
        config = write(to_yahpo(GENOTYPES[0]) | {"epoch": whole})
        assert benchmark_.query([config], 1)[0] == benchmark_.query(GENOTYPES[0], 1)


def test_odd_lists_of_epochs_and_seeds(benchmark_):
    """Of other lengths or masked they are refused in a line; the first wrong one is named; none are none."""
    some = GENOTYPES[:2]
    masked = np.ma.array([1, 2], mask=[True, False])
    for epochs, said in (
        ([[1], [2, 3]], r"epochs is \[\[1\], \[2, 3\]\]"),
        (masked, "epochs is masked"),
        ([5, 99], r"epochs\[1\] is 99"),
    ):
        with pytest.raises(GenotypeError, match=said):
            benchmark_.query(some, 1, epochs=epochs)
    for seeds in ([[1], [2, 3]], masked):
        for ask in (benchmark_.query, benchmark_.curve):
            with pytest.raises(SeedError, match="a seed is an integer"):
                ask(some, seeds)
    with pytest.raises(GenotypeError, match=r"epochs is \[30\], expected an integer from 1 to 98;"):
        benchmark_.query(some[0], 1, epochs=[30])
    assert len(benchmark_.query([], seed=[], epochs=[])) == 0


def test_epochs_that_no_curve_has_are_refused(benchmark_):
    """As numbers and in configurations; more than one for one; other numbers of them."""
    for wrong in (0, 99, -1, 1.5, "5", [1, 2], True):
        with pytest.raises(GenotypeError, match="expected an integer from 1 to 98"):
            benchmark_.query(GENOTYPES[0], 1, epochs=wrong)
    with pytest.raises(GenotypeError, match="one for each architecture"):
        benchmark_.query(GENOTYPES[:3], 1, epochs=[1, 2])
    with pytest.raises(GenotypeError, match="epoch is 600"):
        benchmark_.query(to_yahpo(GENOTYPES[0]) | {"epoch": 600})
    with pytest.raises(SeedError, match="give one"):
        benchmark_.query(GENOTYPES[0], [1, 2], epochs=3)


def test_releases_without_curves_say_so(without):
    """Asked for epochs or a curve, while whole trainings are answered, and other ones are not."""
    assert without.query(GENOTYPES[0]).mean > 0.8
    with pytest.raises(ReleaseError, match=r"cifar10-xgb-rand-v1\.0 has no learning curves"):
        without.query(GENOTYPES[0], epochs=3)
    with pytest.raises(ReleaseError, match="has no learning curves"):
        without.curve(GENOTYPES[0])
    with pytest.raises(GenotypeError, match="epoch is 30"):
        without.query(to_yahpo(GENOTYPES[0]) | {"epoch": 30})


def test_trainings_that_stop_early_run_on_a_release(benchmark_):
    """ASHA, with what the release tells of each training."""
    run = simulate(Asha(np.random.default_rng(0)), benchmark_.query, Budget(seconds=3e4), seed=1)
    assert min(run.epochs) == 1
    assert max(run.epochs) == EPOCHS
    for genotype, seed, epochs, accuracy in zip(
        run.genotypes, run.seeds.tolist(), run.epochs.tolist(), run.val_accuracy.tolist(), strict=True
    ):
        asked = None if epochs == EPOCHS else epochs
        assert accuracy == benchmark_.query(genotype, seed, epochs=asked).val_accuracy
