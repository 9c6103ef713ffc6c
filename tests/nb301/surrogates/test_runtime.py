"""The runtime model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from nb301 import formats
from nb301.collection.base import Collection
from nb301.collection.collect import collect_table
from nb301.cost import cost_many
from nb301.metrics import r2
from nb301.space import to_codes
from nb301.surrogates import runtime
from nb301.tables.schema import EvaluationTable
from nb301.tables.splits import stratified_split

SEED = 5
#: What the official XGB and runtime models v0.9 predict (official_facts F43), beside the repository.
PREDICTIONS = Path(__file__).resolve().parents[4] / "shared" / "data" / "xgb_v09_predictions.parquet"


@pytest.fixture(scope="module")
def split(tiny_table):
    return stratified_split(tiny_table, 0)


def with_changed_rows(table, rows):
    changed = table.rows.copy()
    changed.loc[rows, "runtime"] = 1.0
    return EvaluationTable("tiny", "1.0", "emulated 2.0", changed)


def test_predicts_seconds(tiny_table, split):
    """Deterministic, near the truth, and blind for test rows."""
    files = runtime.fit(tiny_table, split, SEED)
    assert files == runtime.fit(tiny_table, split, SEED)
    seconds = runtime.RuntimeModel(files).predict(tiny_table.codes)
    truth = tiny_table.rows["runtime"].to_numpy()
    assert seconds.shape == truth.shape
    assert r2(truth[split.train], seconds[split.train]) > 0.8
    assert runtime.fit(with_changed_rows(tiny_table, split.test), split, SEED) == files


@pytest.mark.skipif(not PREDICTIONS.is_file(), reason=f"{PREDICTIONS} is not here")
def test_is_near_the_official_runtime_model():
    """Fitted to the official model's predictions it explains those that were left out."""
    predictions = pd.read_parquet(PREDICTIONS)
    genotypes = [formats.read(text).canonical() for text in predictions["genotype"]]
    codes, seconds = to_codes(genotypes), predictions["runtime"].to_numpy()
    costs = cost_many(codes)
    rows = pd.DataFrame({"genotype": [*map(str, genotypes)], "optimizer": "rs", "run": 0, "seed": 0})
    rows = rows.assign(val_accuracy=predictions["val_accuracy"], runtime=seconds, epochs=98)
    rows = rows.assign(test_accuracy=np.nan, train_accuracy=np.nan)
    rows = rows.assign(parameters=costs[:, 0], multiply_adds=costs[:, 1])
    table = EvaluationTable("official", "1.0", "official surrogates 0.9", rows)
    split = stratified_split(table, SEED)
    model = runtime.RuntimeModel(runtime.fit(table, split, SEED))
    assert r2(seconds[split.test], model.predict(codes[split.test])) > 0.999


def test_is_fitted_on_differential_evolution(tmp_path):
    """Where the table has rows of DE, other optimizers' runtimes do not matter (Appendix D.4)."""
    table = collect_table([Collection("rs", 100, seed=1), Collection("de", 200, seed=2)], tmp_path)
    split = stratified_split(table, 0)
    files = runtime.fit(table, split, SEED)
    is_rs = (table.rows["optimizer"] == "rs").to_numpy()
    assert runtime.fit(with_changed_rows(table, np.flatnonzero(is_rs)), split, SEED) == files
    assert runtime.fit(with_changed_rows(table, np.flatnonzero(~is_rs)), split, SEED) != files
