"""Boosted trees on the vector encoding and counts of ops: bit-identical to the libraries that fitted them."""

from __future__ import annotations

import lightgbm
import numpy as np
import pytest
import xgboost

from nb301.encodings import canonical, vector
from nb301.space import sample_many, to_codes
from nb301.surrogates import FAMILIES
from nb301.surrogates.families import xgb
from nb301.surrogates.members.base import Examples
from nb301.surrogates.members.trees import features as tree_features
from nb301.surrogates.members.vector_trees import VectorTrees
from tests.nb301.surrogates.members.test_trees import expected_xgboost


def test_a_large_model_predicts_the_same(monkeypatch):
    """Models whose table by node would be too large are evaluated slot by slot, with equal results."""
    rng = np.random.default_rng(0)
    codes = to_codes(sample_many(rng, 300))
    matrix = xgboost.DMatrix(vector(codes), rng.normal(size=300), nthread=1)
    booster = xgboost.train({"max_depth": 5, "nthread": 1}, matrix, 20)
    trees, base = xgb._read_member(bytes(booster.save_raw("ubj")))
    predicted = VectorTrees([trees], [base], np.float32).predict(codes)
    monkeypatch.setattr("nb301.surrogates.members.vector_trees._LARGEST_TABLE", 1000)
    by_slot = VectorTrees([trees], [base], np.float32)
    np.testing.assert_array_equal(by_slot.predict(codes), predicted)
    np.testing.assert_array_equal(predicted[0], expected_xgboost(booster, vector(codes)))


@pytest.mark.parametrize("name", ["xgb", "lgb"])
def test_trees_on_counts_answer_as_their_library(name, monkeypatch):
    """To the last bit, by node and slot by slot, and better than without counts where counts matter."""
    codes = canonical(to_codes(sample_many(np.random.default_rng(0), 400)))
    target = 0.9 + 0.004 * (codes[:, 0, :, 1] >= 3).sum(axis=1)
    family = FAMILIES[name]
    train, stop = Examples(codes[:300], target[:300]), Examples(codes[300:], target[300:])
    files = [family.fit(train, stop, seed, {**family.hyperparameters, "op_counts": True}) for seed in (0, 1)]
    predicted = family.load(files).predict(codes)
    monkeypatch.setattr("nb301.surrogates.members.vector_trees._LARGEST_TABLE", 1000)
    plain = family.fit(train, stop, 0, family.hyperparameters)

    np.testing.assert_array_equal(family.load(files).predict(codes), predicted)
    for file, answers in zip(files, predicted, strict=True):
        np.testing.assert_array_equal(answers, library_predictions(name, file, codes))
    plain_error = np.abs(family.load([plain]).predict(codes)[0, 300:] - target[300:]).mean()
    assert np.abs(predicted[0, 300:] - target[300:]).mean() < plain_error


def library_predictions(name, file, codes):
    matrix = tree_features(codes, counts=True)
    if name == "lgb":
        return lightgbm.Booster(model_str=file.decode()).predict(matrix) / 100
    booster = xgboost.Booster()
    booster.load_model(bytearray(file))
    return booster.predict(xgboost.DMatrix(matrix.astype(np.float32))).astype(np.float64) / 100
