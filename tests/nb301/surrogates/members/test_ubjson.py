"""The UBJSON reader against XGBoost's own JSON, and against files that are cut or changed."""

from __future__ import annotations

import json

import numpy as np
import pytest
import xgboost

from nb301.surrogates.members import ubjson

ARRAYS = ("split_indices", "split_conditions", "left_children", "right_children", "sum_hessian")


@pytest.fixture(scope="module")
def booster():
    """A tiny model."""
    rng = np.random.default_rng(0)
    data = xgboost.DMatrix(rng.integers(-1, 10, size=(60, 3)), rng.normal(size=60), nthread=1)
    return xgboost.train({"max_depth": 3, "nthread": 1}, data, 3)


@pytest.fixture(scope="module")
def raw(booster):
    return bytes(booster.save_raw("ubj"))


@pytest.mark.parametrize("name", ARRAYS)
def test_finds_the_arrays_of_every_tree(booster, raw, name):
    """Arrays are those of the JSON that XGBoost writes of the model, tree by tree."""
    learner = json.loads(bytes(booster.save_raw("json")))["learner"]
    expected = [tree[name] for tree in learner["gradient_booster"]["model"]["trees"]]
    arrays = ubjson.arrays(raw, name)
    assert len(arrays) == len(expected)
    for one, other in zip(arrays, expected, strict=True):
        np.testing.assert_array_equal(one, np.array(other, dtype=one.dtype))


def test_finds_texts(booster, raw):
    """The base score is that of the JSON."""
    learner = json.loads(bytes(booster.save_raw("json")))["learner"]
    assert ubjson.text(raw, "base_score") == learner["learner_model_param"]["base_score"]


def test_finds_whole_names_only(raw):
    """A name that ends another's is not found in it."""
    assert ubjson.arrays(raw, "children") == []
    with pytest.raises(ValueError, match="no text score"):
        ubjson.text(raw, "score")


def test_refuses_a_file_that_ends_within_an_array(raw):
    """No array is read beyond the end of the file."""
    start = raw.rindex(b"split_conditions[$") + 30
    with pytest.raises(ValueError, match=r"array split_conditions at byte \d+ is garbled"):
        ubjson.arrays(raw[:start], "split_conditions")


def test_refuses_unknown_kinds(raw):
    """An array of a kind that is no number is refused, with its place."""
    key = b"split_conditions[$"
    with pytest.raises(ValueError, match=r"array split_conditions at byte \d+ is garbled"):
        ubjson.arrays(raw.replace(key + b"d", key + b"C"), "split_conditions")
