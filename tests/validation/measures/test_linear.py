"""Tests of `validation.measures.linear`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nb301.encodings import canonical
from nb301.space import sample_many, to_codes
from nb301.tables.schema import EvaluationTable
from validation.measures import linear

GENOTYPES = sample_many(np.random.default_rng(0), 50)


def test_every_genotype_has_sixteen_edges():
    """One of 98 for each of the eight of a cell, and equal only where the cells are."""
    codes = canonical(to_codes(GENOTYPES))
    indicators = linear.edge_indicators(codes)
    assert indicators.shape == (50, 196)
    np.testing.assert_array_equal(indicators.reshape(50, 2, 98).sum(axis=2), 8)
    assert len(np.unique(indicators, axis=0)) == len(np.unique(codes.reshape(50, -1), axis=0))


def test_a_linear_truth_is_found(real):
    """Of accuracies that are sums over edges the linear model explains all but what the penalty takes."""
    weights = np.random.default_rng(1).normal(0, 0.002, 196)
    rows = real.table.rows.assign(
        val_accuracy=0.9 + linear.edge_indicators(canonical(real.table.codes)) @ weights
    )
    subject = replace(real, table=EvaluationTable("sums", "1.0", real.table.truth, rows))
    genotypes = subject.genotypes(subject.split.test)
    truth = rows["val_accuracy"].to_numpy()[subject.split.test]
    np.testing.assert_allclose(linear.linear_mean(subject, genotypes), truth, atol=2e-4)


def test_the_truth_gains(real):
    """It knows more than a linear model, by each statistic; who is the linear model gains nothing."""
    for statistic in ("r2", "sparse_kendall_tau", "spearman"):
        measured = linear.gain(real, statistic)
        assert measured.interval.low > 0.01
        assert measured.value == pytest.approx(measured.also["surrogate"] - measured.also["linear"])

    class Linear:
        def predict(self, genotypes):
            return linear.linear_mean(real, genotypes), np.zeros(len(genotypes))

    assert linear.gain(replace(real, predictor=Linear()), "spearman").value == 0


def test_a_constant_has_no_ranks(answering):
    """Its gain is undefined, which no claim allows, and its R2 is below."""
    constant = answering(lambda mean: np.full_like(mean, 0.93))
    assert np.isnan(linear.gain(constant, "spearman").value)
    assert linear.gain(constant, "r2").value < -0.7
