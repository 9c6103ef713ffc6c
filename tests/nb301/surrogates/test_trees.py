"""Boosted trees: bit-identical to the libraries that fitted them."""

from __future__ import annotations

import lightgbm
import numpy as np
import pytest
import xgboost

from nb301.surrogates import lgb, runtime, xgb
from nb301.surrogates.trees import BoostedTrees, Tree

VALUES = (-1, 9)
FEATURES = 6


def data(seed, n=1500):
    """Random features in the range of the vector encoding, and targets that are not linear in them."""
    rng = np.random.default_rng(seed)
    features = rng.integers(-1, 10, size=(n, FEATURES)).astype(np.int8)
    targets = 93 + np.sin(features).sum(axis=1) + features[:, 0] * features[:, 1] / 9 + rng.normal(size=n)
    return features, targets


def fit_xgboost(seed, rounds, **settings):
    features, targets = data(seed)
    matrix = xgboost.DMatrix(features, targets, nthread=1)
    parameters = {"seed": seed, "nthread": 1, "learning_rate": 0.3, "tree_method": "hist", **settings}
    return xgboost.train(parameters, matrix, rounds)


def fit_lightgbm(seed, rounds, **settings):
    features, targets = data(seed)
    dataset = lightgbm.Dataset(features.astype(float), targets, params={"verbose": -1})
    parameters = {"seed": seed, "num_threads": 1, "verbose": -1, "deterministic": True, **settings}
    return lightgbm.train(parameters, dataset, rounds)


def read_xgboost(boosters):
    members = [xgb._read_member(bytes(booster.save_raw("ubj"))) for booster in boosters]
    return BoostedTrees([t for t, _ in members], [b for _, b in members], FEATURES, VALUES, np.float32)


def read_lightgbm(booster):
    trees = [*lgb.read_trees(booster.model_to_string())]
    return BoostedTrees([trees], [0.0], FEATURES, VALUES, np.float64)


def expected_xgboost(booster, features):
    return booster.predict(xgboost.DMatrix(features, nthread=1)).astype(np.float64)


@pytest.fixture(scope="module")
def features():
    """Rows that the models have not seen, more than one chunk of them."""
    return data(99, n=700)[0]


@pytest.mark.parametrize(
    "settings",
    [
        {"max_depth": 1},
        {"max_depth": 3},
        {"max_depth": 3, "base_score": 0.1},
        {"max_depth": 6},  # up to 64 leaves
        {"max_depth": 0, "max_leaves": 64, "grow_policy": "lossguide"},
        {"max_depth": 4, "min_child_weight": 400},
        {"max_depth": 2, "gamma": 1e9},  # no split at all
        {key: value for key, value in xgb.HYPERPARAMETERS.items() if key != "num_boost_round"},
    ],
    ids=str,
)
def test_members_are_bit_identical_to_xgboost(features, settings):
    """Members with different numbers of trees predict what XGBoost predicts, to the last bit."""
    boosters = [fit_xgboost(seed, rounds, **settings) for seed, rounds in enumerate((30, 1, 80))]
    predicted = read_xgboost(boosters).predict(features)
    assert predicted.shape == (3, len(features))
    for member, booster in zip(predicted, boosters, strict=True):
        np.testing.assert_array_equal(member, expected_xgboost(booster, features))


@pytest.mark.parametrize(
    "settings",
    [
        {"num_leaves": 2},
        {**runtime.HYPERPARAMETERS},
        {"num_leaves": 31},
        {"num_leaves": 64, "min_data_in_leaf": 5},
        {"num_leaves": 8, "min_data_in_leaf": 1500},  # no split at all
    ],
    ids=str,
)
def test_is_bit_identical_to_lightgbm(features, settings):
    """Trees read from LightGBM's text predict what LightGBM predicts, to the last bit."""
    booster = fit_lightgbm(0, 60, **settings)
    predicted = read_lightgbm(booster).predict(features)
    np.testing.assert_array_equal(predicted[0], booster.predict(features.astype(float)))


def test_rows_do_not_depend_on_their_batch(features):
    """A row predicts the same alone, in any batch and in any order."""
    trees = read_xgboost([fit_xgboost(0, 20), fit_xgboost(1, 10)])
    whole = trees.predict(features)
    order = np.random.default_rng(0).permutation(len(features))
    np.testing.assert_array_equal(trees.predict(features[order]), whole[:, order])
    for n in (1, 2, 63, 64, 65, 129):
        np.testing.assert_array_equal(trees.predict(features[:n]), whole[:, :n])
    np.testing.assert_array_equal(trees.predict(features[5:6]), whole[:, 5:6])
    assert trees.predict(features[:0]).shape == (2, 0)


def leaf(value):
    """A tree of one leaf."""
    return Tree(
        np.array([-1]), np.array([0.0]), np.array([-1]), np.array([-1]), np.array([value], dtype=float)
    )


def chain(leaves):
    """A tree that splits off one leaf after the other by feature k, at threshold 0."""
    inner = np.arange(leaves - 1)
    return Tree(
        feature=np.append(inner, np.zeros(leaves, dtype=int)),
        threshold=np.zeros(2 * leaves - 1),
        left=np.append(leaves - 1 + inner, np.full(leaves, -1)),
        right=np.append(np.append(inner[1:], 2 * leaves - 2), np.full(leaves, -1)),
        value=np.append(np.zeros(leaves - 1), np.arange(leaves)),
    )


@pytest.mark.parametrize("leaves", [2, 8, 9, 16, 33, 64])
def test_deep_trees(leaves):
    """A tree as deep as it has leaves gives each row its leaf, in words of any size."""
    trees = BoostedTrees([[chain(leaves)]], [0.5], leaves - 1, VALUES, np.float64)
    rows = np.zeros((leaves, leaves - 1), dtype=np.int8)
    rows[np.arange(leaves - 1), np.arange(leaves - 1)] = -1  # goes left at its own feature
    assert trees.predict(rows)[0].tolist() == [0.5 + k for k in range(leaves)]


def test_adds_in_the_order_of_trees():
    """Sums are rounded tree by tree in the library's type, not pairwise and not in 64 bits."""
    values = [1e8, 1.0, 1.0, 1.0, 1.0, -1e8]
    trees = BoostedTrees([[leaf(v) for v in values]], [0.25], 1, VALUES, np.float32)
    assert trees.predict(np.zeros((1, 1), np.int8)).tolist() == [[0.0]]


@pytest.mark.parametrize("make", [lambda: chain(65), lambda: chain(200)], ids=["65", "200"])
def test_refuses_trees_that_do_not_fit_a_word(make):
    """More than 64 leaves are refused, with their number."""
    with pytest.raises(ValueError, match=r"has (65|200) leaves, at most 64"):
        BoostedTrees([[make()]], [0.0], 200, VALUES, np.float64)


@pytest.mark.parametrize("members", [[], [[]], [[leaf(1.0)], []]])
def test_refuses_members_without_trees(members):
    """Every member has a tree."""
    with pytest.raises(ValueError, match="at least one tree"):
        BoostedTrees(members, [0.0] * len(members), 1, VALUES, np.float64)


@pytest.mark.parametrize("value", [-2, 10])
def test_refuses_features_out_of_range(value):
    """A feature that no table has a row for is refused instead of read from elsewhere."""
    trees = BoostedTrees([[leaf(1.0)]], [0.0], 2, VALUES, np.float64)
    with pytest.raises(ValueError, match=r"outside -1\.\.9"):
        trees.predict(np.array([[0, value]], dtype=np.int8))
