"""Boosted trees: bit-identical to the libraries that fitted them."""

from __future__ import annotations

import lightgbm
import numpy as np
import pytest
import xgboost

from nb301.encodings import UNSET
from nb301.surrogates import runtime
from nb301.surrogates.families import lgb, xgb
from nb301.surrogates.members.trees import BoostedTrees, Trees

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


class FeatureByFeature:
    """Boosted trees on any features: every value of every feature is a configuration of its own."""

    def __init__(self, members, bases, features, dtype):
        smallest, largest = VALUES
        values = np.arange(smallest, largest + 1)
        configurations = np.full((features, len(values), features), UNSET, dtype=np.int8)
        configurations[np.arange(features), :, np.arange(features)] = values
        self._first = np.arange(features) * len(values) - smallest
        self._trees = BoostedTrees(members, bases, configurations.reshape(-1, features), dtype)

    def predict(self, features):
        return self._trees.predict(features + self._first)


class TwoByTwo:
    """The same with configurations of two features each."""

    def __init__(self, members, bases, features, dtype):
        values = np.arange(VALUES[0], VALUES[1] + 1)
        both = np.stack(np.meshgrid(values, values, indexing="ij"), axis=-1).reshape(-1, 2)
        configurations = np.full((features // 2, len(both), features), UNSET, dtype=np.int8)
        for k in range(features // 2):
            configurations[k, :, 2 * k : 2 * k + 2] = both
        self._trees = BoostedTrees(members, bases, configurations.reshape(-1, features), dtype)

    def predict(self, features):
        values = VALUES[1] - VALUES[0] + 1
        digits = features.astype(int) - VALUES[0]
        first = np.arange(features.shape[1] // 2) * values**2
        return self._trees.predict(digits[:, ::2] * values + digits[:, 1::2] + first)


def read_xgboost(boosters, evaluator=FeatureByFeature):
    members = [xgb._read_member(bytes(booster.save_raw("ubj"))) for booster in boosters]
    return evaluator([t for t, _ in members], [b for _, b in members], FEATURES, np.float32)


def read_lightgbm(booster, evaluator=FeatureByFeature):
    return evaluator([lgb.read_trees(booster.model_to_string())], [0.0], FEATURES, np.float64)


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
        {
            key: value
            for key, value in xgb.HYPERPARAMETERS.items()
            if key not in {"num_boost_round", "op_counts"}
        },
    ],
    ids=str,
)
@pytest.mark.parametrize("evaluator", [FeatureByFeature, TwoByTwo])
def test_members_are_bit_identical_to_xgboost(features, settings, evaluator):
    """Members with different numbers of trees predict what XGBoost predicts, to the last bit."""
    boosters = [fit_xgboost(seed, rounds, **settings) for seed, rounds in enumerate((30, 1, 80))]
    predicted = read_xgboost(boosters, evaluator).predict(features)
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
@pytest.mark.parametrize("evaluator", [FeatureByFeature, TwoByTwo])
def test_is_bit_identical_to_lightgbm(features, settings, evaluator):
    """Trees read from LightGBM's text predict what LightGBM predicts, to the last bit."""
    booster = fit_lightgbm(0, 60, **settings)
    predicted = read_lightgbm(booster, evaluator).predict(features)
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


def leaves_only(*values):
    """Trees of one leaf each."""
    none = np.full(len(values), -1)
    return Trees(np.ones_like(none), none, np.zeros(len(values)), none, none, np.array(values, dtype=float))


def chain(leaves):
    """A tree that splits off one leaf after the other by feature k, at threshold 0."""
    inner = np.arange(leaves - 1)
    return Trees(
        sizes=np.array([2 * leaves - 1]),
        feature=np.append(inner, np.zeros(leaves, dtype=int)),
        threshold=np.zeros(2 * leaves - 1),
        left=np.append(leaves - 1 + inner, np.full(leaves, -1)),
        right=np.append(np.append(inner[1:], 2 * leaves - 2), np.full(leaves, -1)),
        value=np.append(np.zeros(leaves - 1), np.arange(leaves)),
    )


@pytest.mark.parametrize("leaves", [2, 8, 9, 16, 33, 64])
def test_deep_trees(leaves):
    """A tree as deep as it has leaves gives each row its leaf, in words of any size."""
    trees = FeatureByFeature([chain(leaves)], [0.5], leaves - 1, np.float64)
    rows = np.zeros((leaves, leaves - 1), dtype=np.int8)
    rows[np.arange(leaves - 1), np.arange(leaves - 1)] = -1  # goes left at its own feature
    assert trees.predict(rows)[0].tolist() == [0.5 + k for k in range(leaves)]


def test_adds_in_the_order_of_trees():
    """Sums are rounded tree by tree in the library's type, not pairwise and not in 64 bits."""
    values = [1e8, 1.0, 1.0, 1.0, 1.0, -1e8]
    trees = FeatureByFeature([leaves_only(*values)], [0.25], 1, np.float32)
    assert trees.predict(np.zeros((1, 1), np.int8)).tolist() == [[0.0]]


@pytest.mark.parametrize("make", [lambda: chain(65), lambda: chain(200)], ids=["65", "200"])
def test_refuses_trees_that_do_not_fit_a_word(make):
    """More than 64 leaves are refused, with their number."""
    with pytest.raises(ValueError, match=r"has (65|200) leaves, at most 64"):
        FeatureByFeature([make()], [0.0], 200, np.float64)


@pytest.mark.parametrize("members", [[], [leaves_only()], [leaves_only(1.0), leaves_only()]])
def test_refuses_members_without_trees(members):
    """Every member has a tree."""
    with pytest.raises(ValueError, match="at least one tree"):
        FeatureByFeature(members, [0.0] * len(members), 1, np.float64)


@pytest.mark.parametrize("members", [1, 2, 10])
@pytest.mark.parametrize("n", [1, 2, 40])
def test_adds_in_order_for_any_shape(members, n):
    """Neither the number of members nor that of rows makes numpy add pairwise."""
    rng = np.random.default_rng(members)
    values = rng.normal(size=(members, 300)).astype(np.float32)
    trees = FeatureByFeature([leaves_only(*row) for row in values], [0.1] * members, 1, np.float32)
    expected = np.cumsum(np.append(np.float32(0.1) + values[:, :1], values[:, 1:], axis=1), axis=1)[:, -1]
    predicted = trees.predict(np.zeros((n, 1), np.int8))
    np.testing.assert_array_equal(predicted, np.repeat(expected[:, None], n, axis=1))


def test_refuses_trees_that_go_around_in_circles():
    """A node that is its own descendant has no leaves below it."""
    circle = Trees(*(np.array(a) for a in ([3], [0, 0, -1], [0, 0, 0], [1, 0, -1], [2, 2, -1], [0.0] * 3)))
    with pytest.raises(ValueError, match="circle"):
        FeatureByFeature([circle], [0.0], 1, np.float64)
