"""What every model family promises, and the runtime model."""

from __future__ import annotations

import numpy as np
import pytest
import xgboost

from nb301.encodings import vector
from nb301.metrics import r2
from nb301.space import sample_many, to_codes
from nb301.surrogates import FAMILIES, runtime, xgb
from nb301.tables.splits import stratified_split

SEED = 5


@pytest.fixture(scope="module")
def split(tiny_table):
    return stratified_split(tiny_table, 0)


@pytest.fixture(scope="module", params=sorted(FAMILIES))
def fitted(request, tiny_table, split):
    """A family and the files that it fitted on the tiny table."""
    return FAMILIES[request.param], FAMILIES[request.param].fit(tiny_table, split, SEED)


def test_fit_is_deterministic(fitted, tiny_table, split):
    """Equal seeds give equal bytes, another seed gives others; progress counts the members."""
    family, files = fitted
    seen = []
    assert family.fit(tiny_table, split, SEED, lambda done, total: seen.append((done, total))) == files
    assert seen == [(k, len(files)) for k in range(1, len(files) + 1)]
    others = family.fit(tiny_table, split, SEED + 1)
    assert others.keys() == files.keys()
    assert all(others[name] != files[name] for name in files)


def test_members_predict_fractions(fitted, tiny_table, split):
    """Each member predicts fractions near the truth, and members differ."""
    family, files = fitted
    codes = to_codes([tiny_table.genotypes[row] for row in split.train])
    members = family.load(files).predict(codes)
    assert members.shape == (10, len(codes))
    truth = tiny_table.rows["val_accuracy"].to_numpy()[split.train]
    assert r2(truth, members.mean(axis=0)) > 0.3
    assert (members.std(axis=0) > 0).all()


def test_names_its_libraries_and_hyperparameters(fitted):
    """What goes into the manifest is there, and cannot be changed by accident."""
    family, _ = fitted
    assert family.libraries
    with pytest.raises(TypeError):
        family.hyperparameters["objective"] = "other"


def test_xgb_members_are_numbered(tiny_table):
    """Member files are read in the order of their numbers, member 10 behind member 9."""
    features = vector(to_codes(tiny_table.genotypes)).astype(np.float32)
    files, expected = {}, []
    codes = to_codes(sample_many(np.random.default_rng(0), 20))
    for member in range(11):
        matrix = xgboost.DMatrix(features, np.full(len(features), 90.0 + member / 4), nthread=1)
        booster = xgboost.train({"nthread": 1}, matrix, 1 + member % 3)
        files[f"member-{member}.ubj"] = bytes(booster.save_raw("ubj"))
        expected.append(booster.predict(xgboost.DMatrix(vector(codes).astype(np.float32), nthread=1)))
    predicted = xgb.XGBSurrogate(files).predict(codes)
    np.testing.assert_array_equal(predicted, np.array(expected, dtype=np.float64) / 100)


def test_each_member_leaves_its_fold_out(fitted, tiny_table, split):
    """Members are fitted to other rows each: no two files are equal, test rows are in none."""
    family, files = fitted
    only_test_differs = tiny_table.rows.copy()
    only_test_differs.loc[split.test, "val_accuracy"] = 0.5
    other = type(tiny_table)("tiny", "1.0", "emulated 1.0", only_test_differs)
    assert len(set(files.values())) == len(files)
    assert family.fit(other, split, SEED) == files


def test_runtime_model(tiny_table, split):
    """The runtime model is deterministic, predicts seconds, and uses no test row."""
    files = runtime.fit(tiny_table, split, SEED)
    assert files == runtime.fit(tiny_table, split, SEED)
    seconds = runtime.RuntimeModel(files).predict(to_codes(tiny_table.genotypes))
    truth = tiny_table.rows["runtime"].to_numpy()
    assert seconds.shape == truth.shape
    assert r2(truth[split.train], seconds[split.train]) > 0.8
    rows = tiny_table.rows.copy()
    rows.loc[split.test, "runtime"] = 1.0
    other = type(tiny_table)("tiny", "1.0", "emulated 1.0", rows)
    assert runtime.fit(other, split, SEED) == files
