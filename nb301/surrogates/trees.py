"""Boosted trees on few-valued features, evaluated by bit vectors instead of by walking.

Each tree of at most 64 leaves is one word with a bit a leaf. For every feature and value a table
holds the leaves that a row with this value can still reach; the conjunction over the features
leaves one bit, the row's leaf (after QuickScorer, Lucchese et al., SIGIR 2015, whose words hold
only the false tests). Features take few values here, so the tables are small, all trees of all
members are evaluated at once, and one row costs a few dozen numpy calls.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

#: Rows that are evaluated together: enough to amortise the calls, few enough to stay in the cache.
_CHUNK = 64


@dataclass(frozen=True, slots=True)
class Tree:
    """One tree; a node with `left < 0` is a leaf, the root is node 0.

    Rows with `feature value < threshold` go left. Each array has shape (nodes,).
    """

    feature: NDArray[np.int64]
    threshold: NDArray[np.float64]
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    value: NDArray[np.float64]


class BoostedTrees:
    """Members of boosted trees; a member's prediction is its base plus its leaves, tree by tree.

    Args:
        members: The trees of each member.
        bases: What each member starts from, shape (members,).
        n_features: Number of features.
        values: Smallest and largest value of any feature; features are integers.
        dtype: What the library sums in; summed in its order, results are equal to the last digit.

    Raises:
        ValueError: A tree has more than 64 leaves, or a member has no tree.
    """

    def __init__(
        self,
        members: Sequence[Sequence[Tree]],
        bases: Sequence[float],
        n_features: int,
        values: tuple[int, int],
        dtype: DTypeLike,
    ) -> None:
        if not members or not all(members):
            raise ValueError("every member needs at least one tree")
        self._smallest, self._largest = values
        # tree r of member m is number r * members + m; members with fewer trees get zero leaves
        self._shape = (max(len(trees) for trees in members), len(members))
        numbers = [r * len(members) + m for m, trees in enumerate(members) for r in range(len(trees))]
        nodes = _Nodes([tree for trees in members for tree in trees], np.array(numbers))
        self._reachable = self._reachable_leaves(nodes, n_features)
        self._leaves = np.zeros((np.prod(self._shape), nodes.most_leaves), dtype=dtype)
        self._leaves[nodes.tree[nodes.is_leaf], nodes.leaf[nodes.is_leaf]] = nodes.value[nodes.is_leaf]
        self._leaves[: len(members)] += np.asarray(bases, dtype=dtype)[:, None]
        self._first_leaf = np.arange(len(self._leaves)) * nodes.most_leaves

    def predict(self, features: NDArray[np.int8]) -> NDArray[np.float64]:
        """Predict every member: shape (n, features) to (members, n)."""
        if features.size and not self._smallest <= features.min() <= features.max() <= self._largest:
            raise ValueError(f"a feature is outside {self._smallest}..{self._largest}")
        index = features.astype(np.intp) - self._smallest
        predicted = np.empty((self._shape[1], len(index)))
        for start in range(0, len(index), _CHUNK):
            predicted[:, start : start + _CHUNK] = self._predict(index[start : start + _CHUNK]).T
        return predicted

    def _predict(self, index: NDArray[np.intp]) -> NDArray[np.floating]:
        reached = self._reachable[0][index[:, 0]]
        for feature in range(1, len(self._reachable)):
            reached &= self._reachable[feature][index[:, feature]]
        # one bit is left; the bits below it count its position
        leaf = np.bitwise_count(reached - reached.dtype.type(1))
        values = self._leaves.ravel()[self._first_leaf + leaf].reshape(-1, *self._shape)
        # trees are added one after the other, as the libraries do; cumsum never sums pairwise
        summed: NDArray[np.floating] = np.cumsum(values, axis=1)[:, -1]
        return summed

    def _reachable_leaves(self, nodes: _Nodes, n_features: int) -> NDArray[Any]:
        """Leaves within reach by (feature, value, tree), bits of the smallest word that holds them."""
        word = np.dtype(f"u{max(8, 1 << (nodes.most_leaves - 1).bit_length()) // 8}")
        tests = np.arange(self._smallest, self._largest + 1)
        reachable = np.full((n_features, len(tests), np.prod(self._shape)), ~word.type(0), dtype=word)
        inner = np.flatnonzero(~nodes.is_leaf)
        left, right = (nodes.bits[child[inner]].astype(word) for child in (nodes.left, nodes.right))
        goes_left = tests < nodes.threshold[inner, None]
        kept = ~np.where(goes_left, right[:, None], left[:, None])
        where = (nodes.feature[inner, None], np.arange(len(tests)), nodes.tree[inner, None])
        np.bitwise_and.at(reachable, where, kept)
        # bits that stand for no leaf; trees that only fill up the shape have one leaf, bit 0
        used = np.ones(reachable.shape[2], dtype=word)
        used[nodes.tree[nodes.roots]] = nodes.bits[nodes.roots]
        reachable &= used
        return reachable


class _Nodes:
    """All trees' nodes in one array each; children by number in these arrays.

    Args:
        trees: The trees.
        numbers: What each tree is called in `tree`, shape (trees,).
    """

    def __init__(self, trees: Sequence[Tree], numbers: NDArray[np.intp]) -> None:
        sizes = np.array([len(tree.left) for tree in trees])
        self.roots = np.cumsum(sizes) - sizes
        offset = np.repeat(self.roots, sizes)
        self.tree = np.repeat(numbers, sizes)
        self.feature = np.concatenate([tree.feature for tree in trees])
        self.threshold = np.concatenate([tree.threshold for tree in trees])
        self.value = np.concatenate([tree.value for tree in trees])
        left = np.concatenate([tree.left for tree in trees])
        self.is_leaf = left < 0
        self.left = left + offset
        self.right = np.concatenate([tree.right for tree in trees]) + offset
        # leaves of a tree are counted in the order of its nodes
        counted = np.cumsum(self.is_leaf)
        self.leaf = counted - 1 - np.repeat(counted[self.roots] - self.is_leaf[self.roots], sizes)
        self.most_leaves = int(self.leaf[self.is_leaf].max()) + 1
        if self.most_leaves > 64:
            raise ValueError(f"a tree has {self.most_leaves} leaves, at most 64 fit into a word")
        self.bits = self._leaves_below()

    def _leaves_below(self) -> NDArray[np.uint64]:
        """The leaves below each node, as bits; as many passes as the deepest tree has levels."""
        one = np.uint64(1)
        bits = np.where(self.is_leaf, one << np.maximum(self.leaf, 0).astype(np.uint64), np.uint64(0))
        inner = ~self.is_leaf
        while True:
            left, right = bits[self.left[inner]], bits[self.right[inner]]
            known = np.where((left > 0) & (right > 0), left | right, np.uint64(0))
            if np.array_equal(known, bits[inner]):
                return bits
            bits[inner] = known
