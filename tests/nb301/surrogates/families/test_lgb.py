"""LightGBM: its own predictions from its own text, which is read strictly."""

from __future__ import annotations

import lightgbm
import numpy as np
import pytest

from nb301.encodings import vector
from nb301.surrogates.ensemble import examples
from nb301.surrogates.families import lgb
from nb301.tables.splits import stratified_split
from tests.crafting import light


@pytest.fixture(scope="module")
def parts(tiny_table):
    """Training and stopping examples of the tiny table."""
    split = stratified_split(tiny_table, 0)
    return examples(tiny_table, split.train), examples(tiny_table, split.val)


def test_predicts_as_lightgbm(parts, tiny_table):
    """A fitted member predicts LightGBM's own percent, to the last digit, as a fraction."""
    file = lgb.fit(*parts, 3, {**lgb.HYPERPARAMETERS, "num_iterations": 20})
    booster = lightgbm.Booster(model_str=file.decode())
    expected = booster.predict(vector(tiny_table.codes).astype(np.float64), num_threads=1) / 100
    np.testing.assert_array_equal(lgb.LGBSurrogate([file]).predict(tiny_table.codes)[0], expected)


def test_keeps_the_best_iteration(parts):
    """Trees behind the iteration that was best on the stopping rows are not in the file."""
    errors = []
    file = lgb.fit(*parts, 3, lgb.HYPERPARAMETERS, lambda _, error: errors.append(error))
    assert len(lgb.read_trees(file.decode()).sizes) == int(np.argmin(errors)) + 1


def test_reads_nodes_and_leaves():
    """Leaves stand behind the inner nodes, and rows with `feature < threshold` go left."""
    trees = lgb.read_trees(light().decode())
    assert trees.sizes.tolist() == [3]
    assert (trees.feature[0], trees.threshold[0]) == (3, 2.0)
    assert (trees.left[0], trees.right[0]) == (1, 2)
    assert trees.left[1:].tolist() == [-1, -1]
    assert trees.value.tolist() == [0.0, 90.0, 91.0]


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ({"leaf_value": "90"}, "leaf_value has 1 numbers, expected 2, all finite"),
        ({"split_feature": "3.5"}, "split_feature are not all integers from 0 to 61"),
        ({"num_cat": "1"}, "trees with num_cat other than 0"),
    ],
)
def test_refuses_what_no_fit_makes(entries, words):
    """What is wrong with a text is named with its entry."""
    with pytest.raises(ValueError, match=words):
        lgb.read_trees(light(**entries).decode())


def test_settings_that_lightgbm_refuses_are_a_value_error(parts):
    """A hyperparameter that cannot be says so in LightGBM's words."""
    with pytest.raises(ValueError, match="LightGBM: "):
        lgb.fit(*parts, 0, {**lgb.HYPERPARAMETERS, "num_leaves": 1})
