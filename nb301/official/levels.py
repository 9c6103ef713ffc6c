"""Trees as files have them, checked and put in the order of their levels."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nb301.errors import ReleaseError
from nb301.surrogates.members.trees import Trees

#: Levels of a tree: the official ones have at most 15 below the root, and such as grow by their best leaf
#: have no more than leaves.
MOST_LEVELS = 512
#: Trees of a member, of which the official ones have up to 20,000 (F15), and nodes of all of them, some 4
#: million.
MOST_TREES, MOST_NODES = 1_000_000, 50_000_000
#: Largest leaf, percent or seconds.
_LARGEST = 1e15


class Nodes(NamedTuple):
    """Trees as they were read, one after the other; a tree's first node is its root.

    A node with `left == -1` is a leaf. Nodes that none leads to, which XGBoost has deleted, are passed over.
    """

    #: Nodes of each tree, shape (trees,).
    sizes: NDArray[np.integer]
    #: Children by their number in their own tree; this and all below have the shape (nodes of all trees,).
    left: NDArray[np.integer]
    right: NDArray[np.integer]
    feature: NDArray[np.integer]
    #: Rows with `feature value < threshold` go left.
    threshold: NDArray[np.floating]
    #: What a leaf adds.
    value: NDArray[np.floating]
    default_left: NDArray[np.bool_]


class XGBoostModel(NamedTuple):
    """What a model of XGBoost holds, in whatever form it was written, before it is checked."""

    nodes: Nodes
    #: What each tree's leaves are multiplied by, shape (trees,); None but for `dart`.
    weights: NDArray[np.float32] | None
    base: float
    n_features: int
    objective: str
    booster: str
    #: Of XGBoost, major and minor; (0, 0) where it does not say, which is before 1.0.
    version: tuple[int, int]


class Leveled(NamedTuple):
    """Trees whose nodes stand level by level: a right child directly behind the left one."""

    trees: Trees
    #: Whether rows where the feature is missing go left, shape (nodes,).
    default_left: NDArray[np.bool_]


def in_levels(nodes: Nodes, n_features: int) -> Leveled:
    """Check that nodes make up trees, and order them.

    Args:
        nodes: As they were read.
        n_features: Features that a node may test.

    Raises:
        ReleaseError: A child is not in its tree or has two parents, so that nodes would lead around in a
            circle, there are more than 512 levels, a feature is unknown, a threshold or a leaf is not
            finite; has the tree and the node.
    """
    sizes = nodes.sizes.astype(np.int64)
    roots = np.cumsum(sizes) - sizes
    n = int(sizes.sum())
    if not len(sizes) or sizes.min() < 1 or {*map(len, nodes[1:])} != {n}:
        raise ReleaseError(f"{len(sizes):,} trees of together {n:,} nodes, which the arrays do not hold")
    walked = _walked(nodes, sizes, roots)
    _check(nodes, walked, roots, n_features)
    at, tree = walked
    order = np.argsort(tree, kind="stable")
    at, tree = at[order], tree[order]
    kept = np.bincount(tree, minlength=len(sizes))
    first = (np.cumsum(kept) - kept)[tree]
    position = np.zeros(n, dtype=np.int32)
    position[at] = np.arange(len(at), dtype=np.int32)
    left = nodes.left[at]
    is_leaf = left == -1
    left = np.where(is_leaf, -1, position[np.where(is_leaf, at, left + roots[tree])] - first).astype(np.int32)
    trees = Trees(
        sizes=kept,
        feature=np.where(is_leaf, -1, nodes.feature[at]).astype(np.int32),
        threshold=np.where(is_leaf, 0, nodes.threshold[at]),
        left=left,
        right=np.where(is_leaf, -1, left + 1).astype(np.int32),
        value=np.where(is_leaf, nodes.value[at], 0),
    )
    return Leveled(trees, nodes.default_left[at] & ~is_leaf)


class _Walked(NamedTuple):
    """Nodes in the order in which all trees' levels reach them, and the trees that they belong to."""

    at: NDArray[np.int64]
    tree: NDArray[np.int64]


def _walked(nodes: Nodes, sizes: NDArray[np.int64], roots: NDArray[np.int64]) -> _Walked:
    at, tree = roots, np.arange(len(roots))
    levels: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []
    reached = np.full(len(nodes.left), -1, dtype=np.int32)
    reached[roots] = 0
    while at.size:
        if len(levels) == MOST_LEVELS:
            raise ReleaseError(f"tree {tree[0]}: more than {MOST_LEVELS} levels")
        levels.append((at, tree))
        is_inner = nodes.left[at] != -1
        parent, tree = at[is_inner], tree[is_inner]
        children = np.stack([nodes.left[parent], nodes.right[parent]], axis=1).astype(np.int64)
        within = ((children >= 0) & (children < sizes[tree, None])).all(axis=1)
        _require(within, parent, tree, roots, "its children are not both nodes of the tree")
        at, tree = (children + roots[tree, None]).ravel(), np.repeat(tree, 2)
        numbers = np.arange(len(at), dtype=np.int32)
        alone = reached[at] < 0
        reached[at] = numbers
        alone &= reached[at] == numbers
        _require(alone, at, tree, roots, "two nodes lead to it")
    return _Walked(*map(np.concatenate, zip(*levels, strict=True)))


def _check(nodes: Nodes, walked: _Walked, roots: NDArray[np.int64], n_features: int) -> None:
    is_inner = nodes.left[walked.at] != -1
    at, tree = walked.at[is_inner], walked.tree[is_inner]
    tested = nodes.feature[at]
    known = (tested >= 0) & (tested < n_features)
    _require(known, at, tree, roots, f"its feature is not in 0..{n_features - 1}")
    finite = np.isfinite(nodes.threshold[at])
    _require(finite, at, tree, roots, "its threshold is not finite")
    at, tree = walked.at[~is_inner], walked.tree[~is_inner]
    with np.errstate(invalid="ignore"):  # a signalling NaN would warn
        finite = np.abs(nodes.value[at]) <= _LARGEST
    _require(finite, at, tree, roots, f"its value is not a number of at most {_LARGEST:g}")


def _require(
    valid: Any,
    at: NDArray[np.int64],
    tree: NDArray[np.int64],
    roots: NDArray[np.int64],
    what: str,
) -> None:
    if not valid.all():
        first: Any = np.argmin(valid)
        raise ReleaseError(f"tree {tree[first]}, node {at[first] - roots[tree[first]]}: {what}")
