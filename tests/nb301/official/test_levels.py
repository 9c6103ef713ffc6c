"""Nodes in the order of their levels, and nodes that make up no trees."""

from __future__ import annotations

from itertools import chain

import numpy as np
import pytest

from nb301.errors import ReleaseError
from nb301.official.levels import MOST_LEVELS, Nodes, in_levels

LEAF = (-1, -1, 0, 1.0, False)


def nodes(*trees):
    """Trees of nodes (left, right, feature, value, default left)."""
    left, right, feature, value, default = zip(*chain(*trees), strict=True)
    sizes = np.array([len(tree) for tree in trees])
    values = np.array(value, np.float32)
    arrays = (np.array(left), np.array(right), np.array(feature), values, values, np.array(default))
    return Nodes(sizes, *arrays)


def test_right_children_stand_behind_left_ones():
    """Each level follows the one above; nodes that none leads to are gone."""
    tree = [
        (4, 1, 7, 0.5, True),
        (3, 5, 8, 1.5, False),
        LEAF,
        (-1, -1, 0, 3.0, False),
        (-1, -1, 0, 4.0, False),
        LEAF,
    ]
    trees, default_left = in_levels(nodes([LEAF], tree), 56)
    assert trees.sizes.tolist() == [1, 5]
    assert trees.left.tolist() == [-1, 1, -1, 3, -1, -1]
    assert trees.right.tolist() == [-1, 2, -1, 4, -1, -1]
    assert trees.feature.tolist() == [-1, 7, -1, 8, -1, -1]
    assert trees.threshold.tolist() == [0, 0.5, 0, 1.5, 0, 0]
    assert trees.value.tolist() == [1, 0, 4, 0, 3, 1]
    assert default_left.tolist() == [False, True, False, False, False, False]


def ladder(levels):
    """A tree that goes right at every level."""
    tree = []
    for level in range(levels - 1):
        tree += [(2 * level + 1, 2 * level + 2, 0, 0.5, False), LEAF]
    return [*tree, LEAF]


@pytest.mark.parametrize(
    ("tree", "words"),
    [
        ([(1, 3, 0, 0.5, False), LEAF, LEAF], "tree 1, node 0: its children are not both nodes of the tree"),
        ([(1, -1, 0, 0.5, False), LEAF, LEAF], "tree 1, node 0: its children are not both"),
        ([(-2, 1, 0, 0.5, False), LEAF, LEAF], "tree 1, node 0: its children are not both"),
        ([(2**31 - 1, -(2**31), 0, 0.5, False), LEAF, LEAF], "tree 1, node 0: its children are not both"),
        ([(0, 0, 0, 0.5, False)], "tree 1, node 0: two nodes lead to it"),
        ([(1, 1, 0, 0.5, False), LEAF], "tree 1, node 1: two nodes lead to it"),
        ([(1, 2, 0, 0.5, False), (2, 0, 0, 0.5, False), LEAF], "tree 1, node 2: two nodes lead to it"),
        ([(1, 2, 56, 0.5, False), LEAF, LEAF], r"tree 1, node 0: its feature is not in 0\.\.55"),
        ([(1, 2, -1, 0.5, False), LEAF, LEAF], "tree 1, node 0: its feature"),
        ([(1, 2, 0, np.nan, False), LEAF, LEAF], "tree 1, node 0: its threshold is not finite"),
        ([(1, 2, 0, np.inf, False), LEAF, LEAF], "tree 1, node 0: its threshold is not finite"),
        (
            [(2, 1, 0, 0.5, False), LEAF, (-1, -1, 0, np.nan, False)],
            "tree 1, node 2: its value is not a number",
        ),
        (
            [(2, 1, 0, 0.5, False), LEAF, (-1, -1, 0, 1e16, False)],
            "tree 1, node 2: its value is not a number",
        ),
        (ladder(MOST_LEVELS + 1), "tree 1: more than 512 levels"),
    ],
)
def test_refuses_what_makes_up_no_trees(tree, words):
    """Tree and node are named as they are numbered in the file."""
    with pytest.raises(ReleaseError, match=words):
        in_levels(nodes([LEAF], tree, [LEAF]), 56)


def test_takes_trees_of_many_levels():
    """Trees that grow by their best leaf may be deep."""
    assert in_levels(nodes(ladder(MOST_LEVELS)), 56).trees.sizes.tolist() == [2 * MOST_LEVELS - 1]


def test_refuses_arrays_of_other_lengths():
    """Sizes that the arrays do not have are refused."""
    wrong = nodes([LEAF])._replace(sizes=np.array([2]))
    with pytest.raises(ReleaseError, match="1 trees of together 2 nodes, which the arrays do not hold"):
        in_levels(wrong, 56)
