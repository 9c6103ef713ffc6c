"""Tests of `validation.measures.fit`: the noise ceiling, and what is above it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nb301.metrics import r2
from nb301.tables.statistics import beside_the_paper, noise_variance
from tests.validation.surrogates import TRUTH, Oracle
from validation.measures import NotApplicable, fit
from validation.subject import foreign_subject


def test_the_best_surrogate_is_at_the_ceiling(oracle):
    """Nothing is above the ceiling, and the oracle is on it."""
    measured = fit.above_ceiling(oracle)
    assert (measured.value, *measured.interval) == (0, 0, 0)
    runtime = fit.runtime(oracle)
    assert runtime.value == runtime.ceiling > 0.98


def test_nobody_has_runtimes(unasked):
    """Seconds are not made up for a surrogate that predicts none, nor rows for an optimizer without some."""
    with pytest.raises(NotApplicable, match="oracle predicts no runtimes"):
        fit.runtime(unasked)
    with pytest.raises(NotApplicable, match="the test part has 0 rows of darts"):
        fit.unseen(unasked, "r2", "darts")


def test_noise_is_that_of_the_repetitions(unasked_table):
    """The variance over five seeds is near the truth's own, which the rows alone do not say."""
    table = unasked_table
    genotypes = [g for g, o in zip(table.genotypes, table.rows["optimizer"], strict=True) if o == "rs"]
    assert noise_variance(unasked_table) == pytest.approx((TRUTH.noise_std(genotypes) ** 2).mean(), rel=0.25)
    statistics = {comparison.statistic for comparison in beside_the_paper(unasked_table)}
    assert "R2 of a surrogate without error" in statistics


def test_without_repetitions_there_is_no_ceiling(tiny_table, tmp_path):
    """What nobody measured is not told."""
    assert np.isnan(noise_variance(tiny_table))
    unknown = replace(tiny_table, truth="CIFAR-10 training")
    subject = foreign_subject("oracle", Oracle(), unknown, tmp_path)
    assert fit.unseen(subject, "r2").ceiling is None
    with pytest.raises(NotApplicable, match="nor their noise"):
        fit.above_ceiling(subject)


def test_the_best_surrogate_is_near_the_ceiling(unasked):
    """Its R2 is what is left of the variance, to within sampling; rank statistics have no such ceiling."""
    measured = fit.unseen(unasked, "r2")
    assert measured.value == pytest.approx(measured.ceiling, abs=0.1)
    assert fit.unseen(unasked, "sparse_kendall_tau").ceiling is None
    above = fit.above_ceiling(unasked)
    assert above.interval.low <= 0 <= above.interval.high
    assert above.value == pytest.approx(measured.value - measured.ceiling)


def test_who_has_seen_the_rows_is_above_the_ceiling(unasked, unasked_table):
    """Remembering single trainings explains their noise, too."""
    table = unasked_table
    rows = table.rows
    seen = dict(zip((g.key for g in table.genotypes), rows["val_accuracy"], strict=True))

    class Leak(Oracle):
        def predict(self, genotypes):
            return np.array([seen.get(g.key, 0.9) for g in genotypes]), np.full(len(genotypes), 1e-3)

    leak = foreign_subject("leak", Leak(), table, unasked.cache)
    assert fit.above_ceiling(leak).interval.low > 0
    assert r2(rows["val_accuracy"].to_numpy(), Leak().predict(table.genotypes)[0]) > 0.9


def test_the_worst_member(oracle):
    """A constant one explains nothing; as many as the others explain is as good as all."""

    class Ensemble(Oracle):
        def __init__(self, *shares):
            self.shares = np.array(shares)

        def members(self, genotypes):
            return 0.93 + self.shares[:, None] * (TRUTH.mean(genotypes) - 0.93)

    assert fit.worst_member(replace(oracle, predictor=Ensemble(1, 1))).interval == pytest.approx((1, 1))
    measured = fit.worst_member(replace(oracle, predictor=Ensemble(1, 0, 1)))
    assert measured.interval.high < 0.5
    assert measured.also["members"] == 3
    with pytest.raises(NotApplicable, match="oracle tells of no members"):
        fit.worst_member(oracle)


def test_members_of_a_release(subject):
    """Each explains nearly what all do together."""
    assert fit.worst_member(subject).value < 1.1
