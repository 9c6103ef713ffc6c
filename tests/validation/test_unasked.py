"""Measures on tables of real trainings, whose ground truth cannot be asked: noise comes from repetitions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nb301.collection.base import Collection
from nb301.collection.collect import collect_table
from nb301.collection.recipes import REAL_V1, recipe_of
from nb301.metrics import r2
from nb301.optimizers import Budget, RegularizedEvolution, simulate
from nb301.space import Op, to_codes
from nb301.tables.schema import EvaluationTable
from nb301.tables.statistics import beside_the_paper, noise_variance
from nb301.truth.base import TrainingRun
from nb301.truth.emulated import EmulatedTruth
from validation.measures import NotApplicable, fit, replay
from validation.subject import draw, foreign_subject

TRUTH = EmulatedTruth()
RE = next(each for each in REAL_V1 if each.optimizer == "re")


class Oracle:
    """Predicts the truth's expectation and its noise."""

    def predict(self, genotypes):
        """Mean and std."""
        return TRUTH.mean(genotypes), TRUTH.noise_std(genotypes)


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    """Emulated rows under the name of real ones: nothing but the rows says what the noise is."""
    recipe = (
        Collection("rs", 300, seed=3),
        RE,
        *(Collection("seeds", 60, seed=5, run=k, training_seed=k, after="rs", settings=ONCE) for k in SEEDS),
    )
    found = collect_table(recipe, tmp_path_factory.mktemp("journals"))
    return EvaluationTable("trained", "1.0", "fashion-mnist-tiny 1.0", found.rows)


SEEDS = range(2, 6)
ONCE = {"architectures": 60, "times": 1}


@pytest.fixture(scope="module")
def subject(table, tmp_path_factory):
    """The best surrogate that there can be."""
    return foreign_subject("oracle", Oracle(), table, tmp_path_factory.mktemp("cache"))


def test_the_recipe_of_real_trainings(table):
    """2,040 trainings, 200 architectures of random search with four more seeds, three kinds of probes."""
    rows = {each.file: each.evaluations for each in REAL_V1}
    assert sum(rows.values()) == 2040
    assert sum(each.evaluations for each in REAL_V1 if each.optimizer == "seeds") == 4 * 200
    assert recipe_of("fashion-mnist-tiny 1.0") is REAL_V1
    assert recipe_of("emulated 1.0") is not REAL_V1
    repeated = table.rows[table.rows["optimizer"] == "seeds"].groupby("genotype")["seed"].apply(sorted)
    assert len(repeated) == 60
    assert (repeated.map(tuple) == tuple(SEEDS)).all()


def test_noise_is_that_of_the_repetitions(table):
    """The variance over five seeds is near the truth's own, which the rows alone do not say."""
    genotypes = [g for g, o in zip(table.genotypes, table.rows["optimizer"], strict=True) if o == "rs"]
    assert noise_variance(table) == pytest.approx((TRUTH.noise_std(genotypes) ** 2).mean(), rel=0.25)
    assert {each.statistic for each in beside_the_paper(table)} >= {"R2 of a surrogate without error"}


def test_without_repetitions_there_is_no_ceiling(tiny_table, tmp_path):
    """What nobody measured is not told."""
    assert np.isnan(noise_variance(tiny_table))
    unknown = replace(tiny_table, truth="CIFAR-10 training")
    subject = foreign_subject("oracle", Oracle(), unknown, tmp_path)
    assert fit.unseen(subject, "r2").ceiling is None
    with pytest.raises(NotApplicable, match="nor their noise"):
        fit.above_ceiling(subject)


def test_the_best_surrogate_is_near_the_ceiling(subject):
    """Its R2 is what is left of the variance, to within sampling; rank statistics have no such ceiling."""
    found = fit.unseen(subject, "r2")
    assert found.value == pytest.approx(found.ceiling, abs=0.1)
    assert fit.unseen(subject, "sparse_kendall_tau").ceiling is None
    above = fit.above_ceiling(subject)
    assert above.interval.low <= 0 <= above.interval.high
    assert above.value == pytest.approx(found.value - found.ceiling)


def test_who_has_seen_the_rows_is_above_the_ceiling(subject, table):
    """Remembering single trainings explains their noise, too."""
    rows = table.rows
    seen = dict(zip((g.key for g in table.genotypes), rows["val_accuracy"], strict=True))

    class Leak(Oracle):
        def predict(self, genotypes):
            return np.array([seen.get(g.key, 0.9) for g in genotypes]), np.full(len(genotypes), 1e-3)

    leak = foreign_subject("leak", Leak(), table, subject.cache)
    assert fit.above_ceiling(leak).interval.low > 0
    assert r2(rows["val_accuracy"].to_numpy(), Leak().predict(table.genotypes)[0]) > 0.9


class Toy:
    """Separable convolutions are good; cheap enough for 39 runs."""

    def predict(self, genotypes):
        """Mean and std."""
        codes = to_codes(genotypes)[:, :, :, 1]
        good = np.isin(codes, (Op.sep_conv_3x3, Op.sep_conv_5x5)).sum(axis=(1, 2))
        return 0.8 + 0.005 * good, np.full(len(genotypes), 0.005)


@pytest.fixture
def replayed(table, subject, monkeypatch):
    """A table whose run of regularized evolution was made on the toy, as every model is."""

    def objective(genotype, seed):
        return TrainingRun(float(draw(Toy(), [genotype], np.array([seed]))[0]), 0.5, 0.5, 1.0)

    optimizer = RegularizedEvolution(np.random.default_rng(RE.seed), **RE.settings)
    run = simulate(optimizer, objective, Budget(evaluations=RE.evaluations), seed=1, workers=RE.workers)
    rows = table.rows.copy()
    rows.loc[rows["optimizer"] == "re", "val_accuracy"] = run.val_accuracy
    monkeypatch.setattr(replay, "refitted", lambda *_: Toy())
    return foreign_subject("toy", Toy(), replace(table, rows=rows), subject.cache)


def test_a_run_on_the_truth_cannot_be_told_from_runs_on_it(replayed):
    """Models that are the truth give runs like the logged one; the 39 others are of other seeds."""
    subject = replayed
    found = replay.told_apart(subject, "re")
    assert found.n == 40
    assert found.value >= 0.1
    logged, modelled = replay.best_so_far(subject, "re")
    assert modelled.shape == (39, len(logged)) == (39, RE.evaluations)
    assert (np.diff(logged) >= 0).all()
    assert len(np.unique(modelled, axis=0)) == 39


def test_a_run_that_models_never_make_is_told_apart(replayed):
    """Of 40 runs the logged one is the worst by far: one in twenty lies so far outside, on either side."""
    rows = replayed.table.rows
    worse = replace(replayed.table, rows=rows.assign(val_accuracy=rows["val_accuracy"] - 0.2))
    assert replay.told_apart(foreign_subject("toy", Toy(), worse, replayed.cache), "re").value == 2 / 40


def test_runs_of_unknown_settings_are_not_replayed(subject, tiny_table, tmp_path):
    """Neither an optimizer without rows, nor rows that no recipe gives."""
    with pytest.raises(NotApplicable, match="no rows of de"):
        replay.told_apart(subject, "de")
    other = foreign_subject("oracle", Oracle(), replace(tiny_table, truth="digits-tiny 1.0"), tmp_path)
    with pytest.raises(NotApplicable, match="nobody knows how the rows of re"):
        replay.told_apart(other, "re")
