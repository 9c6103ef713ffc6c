"""Descriptive statistics of a table."""

from __future__ import annotations

import json

import pytest
from scipy.stats import kendalltau

from nb301.tables.statistics import by_optimizer, overall


def test_overall(tiny_table):
    """Counts and rank correlations are those of all rows."""
    found, rows = overall(tiny_table), tiny_table.rows
    assert (found["rows"], found["architectures"]) == (300, len(set(rows["genotype"])))
    tau = kendalltau(rows["val_accuracy"], rows["test_accuracy"]).statistic
    assert found["kendall_val_test"] == pytest.approx(tau)


def test_by_optimizer(tiny_table):
    """Each optimizer's statistics are those of its rows, most rows first, as plain JSON numbers."""
    found = by_optimizer(tiny_table)
    assert [(part["optimizer"], part["rows"]) for part in found] == [("rs", 200), ("re", 100)]
    for part in found:
        rows = tiny_table.of(part["optimizer"]).rows
        assert part["mean_val_accuracy"] == pytest.approx(rows["val_accuracy"].mean())
        assert part["std_val_accuracy"] == pytest.approx(rows["val_accuracy"].to_numpy().std())
        assert part["best_val_accuracy"] == rows["val_accuracy"].max()
        assert part["mean_runtime"] == pytest.approx(rows["runtime"].mean())
    assert json.loads(json.dumps(found)) == found
