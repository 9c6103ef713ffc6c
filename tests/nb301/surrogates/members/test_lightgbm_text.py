"""LightGBM's text: nodes as they are written, and what is wrong with it."""

from __future__ import annotations

import pytest

from nb301.surrogates.members.lightgbm_text import decision_types, read_nodes
from tests.crafting import light


def test_reads_nodes_and_leaves():
    """Thresholds are LightGBM's own; leaves stand behind the inner nodes."""
    trees = read_nodes(light(threshold="1.25").decode(), n_features=34, most_leaves=2)
    assert (trees.sizes.tolist(), trees.feature[0], trees.threshold[0]) == ([3], 3, 1.25)
    assert (trees.left.tolist(), trees.right.tolist()) == ([1, -1, -1], [2, -1, -1])
    assert trees.value.tolist() == [0.0, 90.0, 91.0]


def test_reads_trees_of_one_leaf():
    """They have no splits, and so no numbers of them."""
    empty = dict.fromkeys(("split_feature", "threshold", "left_child", "right_child"), "")
    trees = read_nodes(light(num_leaves=1, leaf_value="7", **empty).decode(), n_features=34, most_leaves=2)
    assert (trees.sizes.tolist(), trees.left.tolist(), trees.value.tolist()) == ([1], [-1], [7.0])


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ({"num_leaves": "3"}, "num_leaves are not all integers from 1 to 2"),
        ({"split_feature": "34"}, "split_feature are not all integers from 0 to 33"),
        ({"threshold": "nan"}, "threshold has 1 numbers, expected 1, all finite"),
        ({"leaf_value": "1"}, "leaf_value has 1 numbers, expected 2"),
        ({"left_child": "-3"}, "left_child are not all integers"),
        ({"is_linear": "1"}, "is_linear other than 0"),
    ],
)
def test_refuses(entries, words):
    """What is wrong is named with its entry."""
    with pytest.raises(ValueError, match=words):
        read_nodes(light(**entries).decode(), n_features=34, most_leaves=2)


def test_sizes_are_checked_before_arrays_are_made():
    """A tree that claims many leaves has as many values, or is refused."""
    with pytest.raises(ValueError, match="leaf_value has 2 numbers, expected 1000000000"):
        read_nodes(light(num_leaves=10**9).decode(), n_features=34, most_leaves=10**9)


def test_reads_decision_types():
    """One number for each inner node."""
    assert decision_types(light(decision_type="10").decode()).tolist() == [10]
    with pytest.raises(ValueError, match="decision_type has 0 numbers, expected 1"):
        decision_types(light().decode())
