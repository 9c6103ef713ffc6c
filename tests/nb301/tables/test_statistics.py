"""Descriptive statistics of a table."""

from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd
import pytest
from scipy.stats import kendalltau

from nb301.tables.schema import EvaluationTable
from nb301.tables.statistics import beside_the_paper, by_optimizer, noise_variance, overall, seeds


def test_overall(tiny_table):
    """Counts and rank correlations are those of all rows."""
    counts, rows = overall(tiny_table), tiny_table.rows
    assert (counts["rows"], counts["architectures"]) == (300, len(set(rows["genotype"])))
    tau = kendalltau(rows["val_accuracy"], rows["test_accuracy"]).statistic
    assert counts["kendall_val_test"] == pytest.approx(tau)


def test_by_optimizer(tiny_table):
    """Each optimizer's statistics are those of its rows, most rows first, as plain JSON numbers."""
    parts = by_optimizer(tiny_table)
    assert [(part["optimizer"], part["rows"]) for part in parts] == [("rs", 200), ("re", 100)]
    for part in parts:
        rows = tiny_table.of(part["optimizer"]).rows
        assert part["mean_val_accuracy"] == pytest.approx(rows["val_accuracy"].mean())
        assert part["std_val_accuracy"] == pytest.approx(rows["val_accuracy"].to_numpy().std())
        assert part["best_val_accuracy"] == rows["val_accuracy"].max()
        assert part["mean_runtime"] == pytest.approx(rows["runtime"].mean())
    assert json.loads(json.dumps(parts)) == parts


@pytest.fixture
def repeated(tiny_table):
    """The tiny table, of which two architectures were trained with seeds 1 to 5."""
    first = tiny_table.rows[tiny_table.rows["seed"] == 1].drop_duplicates("genotype")[:2]
    further = [
        first.assign(optimizer="seeds", seed=seed, val_accuracy=first["val_accuracy"] - [0.001 * seed, 0.002])
        for seed in range(2, 6)
    ]
    rows = pd.concat([tiny_table.rows, *further])
    return EvaluationTable("tiny", "1.0", "emulated 2.0", rows), first


def test_seeds_and_their_noise(repeated):
    """One row an architecture, one column a seed; the variance is the mean over architectures."""
    table, first = repeated
    accuracies = seeds(table)
    assert [*accuracies.columns] == [1, 2, 3, 4, 5]
    assert {*accuracies.index} == {*first["genotype"]}
    expected = [np.var([0, 2, 3, 4, 5], ddof=1), np.var([0, 2, 2, 2, 2], ddof=1)]
    assert noise_variance(table) == pytest.approx(np.mean(expected) * 1e-6)
    statistics = [comparison.statistic for comparison in beside_the_paper(table)]
    assert "MAE of seed 1 against seeds 2-5" in statistics


def test_without_further_seeds_there_is_no_noise(tiny_table):
    """What cannot be computed is NaN, or left out."""
    assert math.isnan(noise_variance(tiny_table))
    assert not len(seeds(tiny_table))
    assert all("seed" not in comparison.statistic for comparison in beside_the_paper(tiny_table))
