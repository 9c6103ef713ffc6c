"""The runtime model."""

from __future__ import annotations

import numpy as np
import pytest

from nb301.collection.base import Collection
from nb301.collection.collect import collect_table
from nb301.metrics import r2
from nb301.surrogates import runtime
from nb301.tables.schema import EvaluationTable
from nb301.tables.splits import stratified_split

SEED = 5


@pytest.fixture(scope="module")
def split(tiny_table):
    return stratified_split(tiny_table, 0)


def with_changed_rows(table, rows):
    changed = table.rows.copy()
    changed.loc[rows, "runtime"] = 1.0
    return EvaluationTable("tiny", "1.0", "emulated 1.0", changed)


def test_predicts_seconds(tiny_table, split):
    """Deterministic, near the truth, and blind for test rows."""
    files = runtime.fit(tiny_table, split, SEED)
    assert files == runtime.fit(tiny_table, split, SEED)
    seconds = runtime.RuntimeModel(files).predict(tiny_table.codes)
    truth = tiny_table.rows["runtime"].to_numpy()
    assert seconds.shape == truth.shape
    assert r2(truth[split.train], seconds[split.train]) > 0.8
    assert runtime.fit(with_changed_rows(tiny_table, split.test), split, SEED) == files


def test_is_fitted_on_differential_evolution(tmp_path):
    """Where the table has rows of DE, other optimizers' runtimes do not matter (Appendix D.4)."""
    table = collect_table([Collection("rs", 100, seed=1), Collection("de", 200, seed=2)], tmp_path)
    split = stratified_split(table, 0)
    files = runtime.fit(table, split, SEED)
    is_rs = (table.rows["optimizer"] == "rs").to_numpy()
    assert runtime.fit(with_changed_rows(table, np.flatnonzero(is_rs)), split, SEED) == files
    assert runtime.fit(with_changed_rows(table, np.flatnonzero(~is_rs)), split, SEED) != files
