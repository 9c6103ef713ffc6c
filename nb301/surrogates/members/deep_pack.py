"""Writing the files that `deep_file` maps into memory: trees, renumbered level by level."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nb301.errors import ReleaseError
from nb301.surrogates.members.deep_file import (
    FLOATS,
    FORMAT,
    METADATA,
    MOST_LEVELS,
    TEST_BITS,
    TEST_MASK,
    Start,
    Tests,
    check_values,
)
from nb301.surrogates.members.trees import Trees


def pack(
    trees: Trees,
    missing_left: NDArray[np.bool_],
    start: Start,
    *,
    features: int,
    weights: NDArray[np.float32] | None = None,
) -> bytes:
    """Write a member's file; equal arguments give equal bytes.

    Args:
        trees: In any order of nodes. Those that no path reaches are passed over: XGBoost leaves such behind
            where it prunes.
        missing_left: Whether a missing value goes left at a node, shape (nodes of all trees,).
        start: What they are added to, and as which library does.
        features: Features that they may test.
        weights: What each tree counts, shape (trees,): of DART, which drops trees out.

    Raises:
        ReleaseError: They make up no trees, or test or add what cannot be; says which.
    """
    import safetensors.numpy

    dtype = np.dtype(FLOATS[start.library])
    _check_lengths(trees, missing_left, weights)
    with np.errstate(over="ignore", invalid="ignore"):  # what does not fit is refused below
        order, tree, child = _by_level(trees)
        inner = child > 0
        test, tests = _numbered_tests(trees, missing_left, order[inner], dtype, features)
        words = np.where(inner, child, np.arange(len(order))) << TEST_BITS
        words[inner] |= test
        values = np.where(inner, 0, trees.value[order]).astype(dtype)
        if weights is not None:
            values *= weights.astype(dtype)[tree]
    check_values(values, len(trees.sizes), start.base)
    about = {
        "format": FORMAT,
        "library": start.library,
        "base": float(start.base),
        "base_first": start.base_first,
        "trees": len(trees.sizes),
        "features": features,
    }
    arrays = {
        "words": words,
        "values": values,
        "test.feature": tests.feature.astype(np.uint16),
        "test.threshold": tests.threshold,
        "test.missing_left": tests.missing_left.astype(np.uint8),
    }
    return safetensors.numpy.save(arrays, {METADATA: json.dumps(about)})


def _check_lengths(
    trees: Trees, missing_left: NDArray[np.bool_], weights: NDArray[np.float32] | None
) -> None:
    lengths = {**trees.lengths(), "missing_left": len(missing_left)}
    count, nodes = len(trees.sizes), int(trees.sizes.astype(np.int64).sum())
    if not count or trees.sizes.min() < 1 or {*lengths.values()} != {nodes}:
        raise ReleaseError(f"{count} trees of together {nodes} nodes, but arrays have {lengths}")
    if weights is not None and not (weights.shape == (count,) and np.isfinite(weights).all()):
        raise ReleaseError(f"{count} trees, but {weights.size} weights, or such that are not finite")


def _by_level(trees: Trees) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """The nodes that paths reach, level by level: their old numbers, their trees, new left children or 0."""
    root = np.cumsum(trees.sizes, dtype=np.int64) - trees.sizes
    place = np.full(len(trees.left), -1)  # in the new order
    level, tree = root, np.arange(len(root))
    order: list[NDArray[np.int64]] = []
    of_tree: list[NDArray[np.int64]] = []
    children: list[NDArray[np.int64]] = []
    known = 0
    while len(level):
        if len(order) > MOST_LEVELS:
            raise ReleaseError(f"tree {tree[0]}: more than {MOST_LEVELS} levels")
        numbers = np.arange(known, known + len(level))
        new = place[level] < 0
        place[level] = numbers
        once = new & (place[level] == numbers)
        _require(once, tree, level - root[tree], "has more than one parent, or is the root")
        known += len(level)
        inner = np.flatnonzero(trees.left[level] >= 0)
        child = np.zeros(len(level), dtype=np.int64)
        child[inner] = known + 2 * np.arange(len(inner))
        order.append(level)
        of_tree.append(tree)
        children.append(child)
        parents, tree = level[inner], np.repeat(tree[inner], 2)
        own = np.stack([trees.left[parents], trees.right[parents]], axis=1).ravel().astype(np.int64)
        inside = (own >= 0) & (own < trees.sizes[tree])
        _require(inside, tree, np.repeat(parents, 2) - root[tree], "a child is none of the tree's nodes")
        level = root[tree] + own
    return np.concatenate(order), np.concatenate(of_tree), np.concatenate(children)


def _require(valid: NDArray[np.bool_], tree: NDArray[np.int64], node: NDArray[np.int64], what: str) -> None:
    if not valid.all():
        first = int(np.argmin(valid))
        raise ReleaseError(f"tree {tree[first]}, node {node[first]}: {what}")


def _numbered_tests(
    trees: Trees,
    missing_left: NDArray[np.bool_],
    nodes: NDArray[np.int64],
    dtype: np.dtype[Any],
    features: int,
) -> tuple[NDArray[np.int64], Tests]:
    """The number of each node's test, from 1 on, and the tests."""
    feature = trees.feature[nodes].astype(np.int64)
    threshold = trees.threshold[nodes].astype(dtype)
    valid = (feature >= 0) & (feature < features) & np.isfinite(threshold)
    if not valid.all():
        first = int(np.argmin(valid))
        raise ReleaseError(
            f"a node tests whether feature {feature[first]} is below {threshold[first]}, expected one of "
            f"0..{features - 1} and a finite number"
        )
    distinct, place = np.unique(threshold, return_inverse=True)
    most = max(1, len(distinct))
    kept, test = np.unique((feature * 2 + missing_left[nodes]) * most + place, return_inverse=True)
    if len(kept) > TEST_MASK:
        raise ReleaseError(f"trees have {len(kept)} distinct tests, expected at most {TEST_MASK}")
    what, place = np.divmod(kept, most)
    tests = Tests(feature=what >> 1, threshold=distinct[place], missing_left=(what & 1).astype(np.bool_))
    return test + 1, tests
