"""XGBoost: its own predictions from its own files, which say what is wrong with them."""

from __future__ import annotations

import numpy as np
import pytest
import xgboost

from nb301.encodings import vector
from nb301.errors import ReleaseError
from nb301.space import sample_many, to_codes
from nb301.surrogates.families import xgb
from tests.crafting import boosted


def test_reads_every_member(tiny_table):
    """XGBoost's own predictions, to the last digit, for members of different sizes, in their order."""
    features = vector(tiny_table.codes).astype(np.float32)
    files, expected = [], []
    codes = to_codes(sample_many(np.random.default_rng(0), 20))
    for member in range(11):
        matrix = xgboost.DMatrix(features, np.full(len(features), 90.0 + member / 4), nthread=1)
        booster = xgboost.train({"nthread": 1}, matrix, 1 + member % 3)
        files.append(bytes(booster.save_raw("ubj")))
        expected.append(booster.predict(xgboost.DMatrix(vector(codes).astype(np.float32), nthread=1)))
    predicted = xgb.XGBSurrogate(files).predict(codes)
    np.testing.assert_array_equal(predicted, np.array(expected, dtype=np.float64) / 100)


def test_refuses_trees_of_unequal_arrays():
    """Every node has a feature, a threshold and two children."""
    with pytest.raises(ReleaseError, match=r"member 1: .* no trees, or trees of unequal arrays"):
        xgb.XGBSurrogate([boosted(), boosted(left=(1, -1))])
