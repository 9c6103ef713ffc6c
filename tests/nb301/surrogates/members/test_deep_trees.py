"""Large trees: bit for bit what the libraries predict, alone and in lists of any length."""

from __future__ import annotations

import json

import lightgbm
import numpy as np
import pytest
import xgboost
from hypothesis import given, settings
from hypothesis import strategies as st

from nb301.surrogates.members.deep_file import Start
from nb301.surrogates.members.deep_pack import pack
from nb301.surrogates.members.deep_trees import DeepTrees
from nb301.surrogates.members.trees import Trees

FEATURES = 5
DTYPES = {"xgboost": np.float32, "lightgbm": np.float64}


def rows_of(seed, n):
    """Rows of small integers, a few of which are missing."""
    rng = np.random.default_rng(seed)
    rows = rng.integers(-1, 9, size=(n, FEATURES)).astype(np.float64)
    rows[rng.random(rows.shape) < 0.1] = np.nan
    return rows


def walked(trees, missing_left, start, row, weights):
    """One row's prediction, node by node."""
    dtype = DTYPES[start.library]
    summed = dtype(start.base if start.base_first else 0)
    root = 0
    for size, weight in zip(trees.sizes, weights, strict=True):
        node = root
        while trees.left[node] >= 0:
            value, threshold = dtype(row[trees.feature[node]]), dtype(trees.threshold[node])
            goes_left = value <= threshold if start.library == "lightgbm" else value < threshold
            goes_left = missing_left[node] if np.isnan(value) else goes_left
            node = root + (trees.left[node] if goes_left else trees.right[node])
        summed += dtype(trees.value[node]) * dtype(weight)
        root += size
    return summed if start.base_first else summed + dtype(start.base)


@settings(max_examples=25)
@given(
    trees=st.from_type(Trees),
    library=st.sampled_from(["xgboost", "lightgbm"]),
    base_first=st.booleans(),
    dart=st.booleans(),
    seed=st.integers(0, 2**32),
)
def test_predicts_what_a_walk_from_node_to_node_predicts(
    tmp_path_factory, trees, library, base_first, dart, seed
):
    """All digits, whatever the order of nodes, where missing values go, and where the base is added."""
    rng = np.random.default_rng(seed)
    missing_left = rng.random(len(trees.left)) < 0.5
    start = Start(library=library, base=93.1, base_first=base_first)
    weights = rng.random(len(trees.sizes)).astype(np.float32) if dart else None
    path = tmp_path_factory.mktemp("trees") / "member.safetensors"
    path.write_bytes(pack(trees, missing_left, start, features=FEATURES, weights=weights))
    rows = rows_of(seed, 90)
    model = DeepTrees([path, path], FEATURES)
    weights = np.ones(len(trees.sizes)) if weights is None else weights

    expected = [walked(trees, missing_left, start, row, weights) for row in rows[:20]]

    np.testing.assert_array_equal(model.predict(rows[:20]), [expected, expected])
    many = model.predict(rows)
    np.testing.assert_array_equal(many[:, :20], [expected, expected])
    np.testing.assert_array_equal(np.hstack([model.predict(row[None]) for row in rows]), many)


def fitted_data():
    rng = np.random.default_rng(0)
    rows = rng.integers(-1, 9, size=(3000, FEATURES)).astype(np.float64)
    target = 93 + np.sin(rows).sum(axis=1) + rows[:, 0] * rows[:, 1] / 9 + rng.normal(size=len(rows)) / 5
    return rows, target


def xgboost_member(booster):
    """Trees, where missing values go, weights and base of XGBoost's JSON."""
    learner = json.loads(bytes(booster.save_raw("json")))["learner"]
    boosted = learner["gradient_booster"]
    weights = np.array(boosted["weight_drop"], dtype=np.float32) if boosted["name"] == "dart" else None
    model = boosted.get("gbtree", boosted)["model"]

    def all_of(name):
        return np.concatenate([tree[name] for tree in model["trees"]])

    values = all_of("split_conditions").astype(np.float32)
    trees = Trees(
        sizes=np.array([len(tree["left_children"]) for tree in model["trees"]]),
        feature=all_of("split_indices").astype(np.int64),
        threshold=values,
        left=all_of("left_children").astype(np.int64),
        right=all_of("right_children").astype(np.int64),
        value=values,
    )
    base = float(learner["learner_model_param"]["base_score"].strip("[]"))
    return trees, all_of("default_left").astype(bool), Start(library="xgboost", base=base), weights


@pytest.mark.parametrize("booster", ["gbtree", "dart"])
@pytest.mark.parametrize("missing", [False, True])
def test_is_equal_to_xgboost_in_every_bit(tmp_path, booster, missing):
    """Models with hundreds of leaves a tree, rows with missing values or without, one by one and together."""
    rows, target = fitted_data()
    if missing:
        rows[np.random.default_rng(1).random(rows.shape) < 0.1] = np.nan
    parameters = {"booster": booster, "max_depth": 12, "eta": 0.1, "nthread": 1, "rate_drop": 0.2, "seed": 3}
    if booster == "gbtree":
        del parameters["rate_drop"]
    fitted = xgboost.train(parameters, xgboost.DMatrix(rows, target, nthread=1), 12)
    trees, missing_left, start, weights = xgboost_member(fitted)
    path = tmp_path / "member.safetensors"
    path.write_bytes(pack(trees, missing_left, start, features=FEATURES, weights=weights))
    model = DeepTrees([path], FEATURES)

    expected = fitted.predict(xgboost.DMatrix(rows[:200], nthread=1))

    assert np.max(trees.sizes) > 500
    np.testing.assert_array_equal(model.predict(rows[:200])[0], expected)
    np.testing.assert_array_equal(model.predict(rows[:10])[0], expected[:10])


def lightgbm_member(fitted):
    """Trees of LightGBM's own description of a model, each level by level."""
    numbers, sizes = [], []
    for tree in fitted.dump_model()["tree_info"]:
        level = [tree["tree_structure"]]
        for node in level:  # grows
            left = len(level) if "left_child" in node else -1
            split = (node.get("split_feature", 0), node.get("threshold", 0.0), node.get("leaf_value", 0.0))
            numbers.append((left, *split))
            level += [node["left_child"], node["right_child"]] if left > 0 else []
        sizes.append(len(level))
    left, feature, threshold, value = np.array(numbers).T
    left = left.astype(np.int64)
    return Trees(
        sizes=np.array(sizes),
        feature=feature.astype(np.int64),
        threshold=threshold,
        left=left,
        right=np.where(left < 0, -1, left + 1),
        value=value,
    )


def test_is_equal_to_lightgbm_in_every_bit(tmp_path):
    """In float64, where what equals a threshold goes left."""
    rows, target = fitted_data()
    parameters = {"num_leaves": 200, "min_data_in_leaf": 2, "verbose": -1, "num_threads": 1, "seed": 1}
    fitted = lightgbm.train(parameters, lightgbm.Dataset(rows, target, params={"verbose": -1}), 12)
    trees = lightgbm_member(fitted)
    missing_left = np.zeros(len(trees.left), dtype=bool)
    path = tmp_path / "member.safetensors"
    path.write_bytes(pack(trees, missing_left, Start(library="lightgbm"), features=FEATURES))
    model = DeepTrees([path], FEATURES)

    expected = fitted.predict(rows[:200], num_threads=1)

    np.testing.assert_array_equal(model.predict(rows[:200])[0], expected)
    np.testing.assert_array_equal(model.predict(rows[:1])[0], expected[:1])


def test_predicts_no_row(tmp_path):
    """An empty list has empty answers."""
    leaf = np.array([0.5], dtype=np.float32)
    none = np.array([-1])
    trees = Trees(sizes=np.array([1]), feature=none, threshold=leaf, left=none, right=none, value=leaf)
    path = tmp_path / "member.safetensors"
    path.write_bytes(pack(trees, np.array([False]), Start(library="xgboost", base=1.0), features=1))

    model = DeepTrees([path], 1)

    assert model.predict(np.empty((0, 1))).shape == (1, 0)
    assert model.predict(np.zeros((1, 1))) == 1.5
