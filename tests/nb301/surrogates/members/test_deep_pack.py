"""Writing large trees: equal bytes of equal trees, and what makes up no trees is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nb301.errors import ReleaseError
from nb301.surrogates.members.deep_file import Start, open_member
from nb301.surrogates.members.deep_pack import pack
from nb301.surrogates.members.trees import Trees

XGBOOST = Start(library="xgboost", base=0.5)


def trees_of(left, right, **arrays):
    """One tree of these children."""
    n = len(left)
    return Trees(
        sizes=arrays.get("sizes", np.array([n])),
        feature=arrays.get("feature", np.arange(n) % 3),
        threshold=arrays.get("threshold", np.arange(n, dtype=np.float32)),
        left=np.array(left),
        right=np.array(right),
        value=arrays.get("value", np.arange(n, dtype=np.float32)),
    )


def packed(trees, **arguments):
    return pack(trees, np.zeros(len(trees.left), dtype=bool), XGBOOST, features=3, **arguments)


def test_equal_trees_have_equal_files_whatever_the_order_of_nodes():
    """Nodes are renumbered, and those that no path reaches are left out."""
    one = trees_of([1, -1, 3, -1, -1], [2, -1, 4, -1, -1], feature=np.array([0, 0, 1, 0, 0]))
    values = np.array([0, 1, 2, 3, 4], dtype=np.float32)
    order = [0, 4, 5, 1, 3]  # where the same nodes stand here; node 2 is left behind
    left, right = np.full(6, -1), np.full(6, -1)
    left[[0, 5]], right[[0, 5]] = [4, 1], [5, 3]
    other = {}
    for name, kept in (("threshold", one.threshold), ("value", values), ("feature", one.feature)):
        other[name] = np.full(6, 7, dtype=kept.dtype)
        other[name][order] = kept

    assert packed(one) == packed(trees_of(left, right, **other))


def test_levels_of_all_trees_stand_together(tmp_path):
    """The roots first; a leaf is its own child, and its test is the one that sends all left."""
    trees = replace(trees_of([1, -1, -1, -1], [2, -1, -1, -1]), sizes=np.array([3, 1]))
    (tmp_path / "member").write_bytes(packed(trees))

    member = open_member(tmp_path / "member", 3)

    assert member.words.tolist() == [2 << 16 | 1, 1 << 16, 2 << 16, 3 << 16]
    assert member.values.tolist() == [0, 3, 1, 2]
    assert member.levels.tolist() == [0, 2, 4]


FEW = ([1, -1, -1], [2, -1, -1])
BROKEN = {
    "outside": (trees_of([1, -1, -1], [3, -1, -1]), "tree 0, node 0: a child is none of"),
    "one child": (trees_of([1, -1, -1], [-1, -1, -1]), "tree 0, node 0: a child is none of"),
    "two parents": (trees_of([1, -1, -1], [1, -1, -1]), "tree 0, node 1: has more than one parent"),
    "circle": (trees_of([1, 0, -1], [2, 2, -1]), "has more than one parent, or is the root"),
    "feature": (trees_of(*FEW, feature=np.array([3, 0, 0])), "feature 3 is below"),
    "threshold": (trees_of(*FEW, threshold=np.array([np.nan, 0, 0])), "below nan"),
    "large threshold": (trees_of(*FEW, threshold=np.array([1e39, 0, 0])), "below inf"),
    "leaf": (trees_of(*FEW, value=np.array([0, np.nan, 0])), "leaves of up to nan"),
    "large leaf": (trees_of(*FEW, value=np.array([0, 0, -1e30])), "leaves of up to 1e\\+30"),
    "sizes": (trees_of(*FEW, sizes=np.array([4])), "1 trees of together 4 nodes, but arrays have"),
    "no tree": (trees_of([], [], sizes=np.array([], dtype=int)), "0 trees"),
    "empty tree": (trees_of(*FEW, sizes=np.array([3, 0])), "2 trees"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_refuses_what_makes_up_no_trees(case):
    """In one line that says what is wrong."""
    trees, message = BROKEN[case]

    with pytest.raises(ReleaseError, match=message) as caught:
        packed(trees)

    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("weights", [np.ones(2, np.float32), np.array([np.inf], np.float32)])
def test_refuses_weights_that_do_not_fit(weights):
    """A finite one for each tree."""
    with pytest.raises(ReleaseError, match="1 trees, but"):
        packed(trees_of(*FEW), weights=weights)


@pytest.mark.parametrize("base", [np.nan, np.inf, 1e16])
def test_refuses_a_base_that_no_answer_starts_from(base):
    """It would make every answer meaningless."""
    with pytest.raises(ReleaseError, match="may sum up to more than"):
        pack(trees_of(*FEW), np.zeros(3, dtype=bool), Start(library="xgboost", base=base), features=3)


def test_refuses_a_chain_of_thousands_of_levels():
    """A query would take a step for each."""
    left, right = np.full(4001, -1), np.full(4001, -1)
    left[0:-1:2], right[0:-1:2] = np.arange(1, 4001, 2), np.arange(2, 4001, 2)

    with pytest.raises(ReleaseError, match="tree 0: more than 1000 levels"):
        packed(trees_of(left, right))


def test_refuses_more_distinct_tests_than_a_word_can_name():
    """Official members have a few hundred."""
    n = 70_000
    threes = Trees(
        sizes=np.full(n, 3),
        feature=np.zeros(3 * n, dtype=int),
        threshold=np.arange(3 * n, dtype=np.float32),
        left=np.tile([1, -1, -1], n),
        right=np.tile([2, -1, -1], n),
        value=np.zeros(3 * n, dtype=np.float32),
    )

    with pytest.raises(ReleaseError, match="70000 distinct tests, expected at most 65535"):
        packed(threes)
