"""Boosted trees, evaluated by bit vectors instead of by walking.

Each tree of at most 64 leaves is one word with a bit a leaf. A table holds, for every configuration of
a few features, the leaves that a row with it can still reach; the conjunction over a row's
configurations leaves one bit, the row's leaf (after QuickScorer, Lucchese et al., SIGIR 2015, whose
words hold only the false tests). All trees of all members are evaluated at once by a few dozen numpy calls,
or by compiled loops.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from nb301.encodings import UNSET, VECTOR_SLOTS, vector
from nb301.errors import ReleaseError
from nb301.op_counts import COUNTED, op_counts

#: Leaves that fit into a word.
MOST_LEAVES = 64
#: Largest answer of a member, percent or seconds: no fit comes near, and its square is finite.
_LARGEST_SUM = 1e15
#: Rows that are evaluated together: enough to amortise the calls, few enough to stay in the cache.
_CHUNK = 32
#: Configurations that compiled loops take together at least.
_TOGETHER = 8
#: What trees may test: slots of `encodings.vector`, then `op_counts`.
FEATURES = len(VECTOR_SLOTS) + COUNTED


def features(codes: NDArray[np.uint8], *, counts: bool) -> NDArray[np.int8]:
    """What trees are fitted on.

    Args:
        codes: Canonical genotypes as `space.to_codes` packs them, shape (n, 2, 8, 2).
        counts: Whether counts of ops are among the features.

    Returns:
        Shape (n, 34), or (n, 62) with counts.
    """
    return np.hstack([vector(codes), op_counts(codes)]) if counts else vector(codes)


@dataclass(frozen=True, slots=True)
class Trees:
    """The trees of one member, one after the other; a tree's first node is its root.

    Rows with `feature value < threshold` go left. A node with `left < 0` is a leaf.
    """

    #: Nodes of each tree, shape (trees,).
    sizes: NDArray[np.integer]
    #: Feature that a node tests; this and all below have the shape (nodes of all trees,).
    feature: NDArray[np.integer]
    threshold: NDArray[np.number]
    #: Children, by their number in their own tree.
    left: NDArray[np.integer]
    right: NDArray[np.integer]
    #: What a leaf adds.
    value: NDArray[np.floating]

    def lengths(self) -> dict[str, int]:
        """Lengths of the arrays that have an entry for each node."""
        return {
            "feature": len(self.feature),
            "threshold": len(self.threshold),
            "left": len(self.left),
            "right": len(self.right),
            "value": len(self.value),
        }


def checked(
    trees: Trees,
    base: float = 0.0,
    *,
    most_leaves: int = MOST_LEAVES,
    n_features: int = len(VECTOR_SLOTS),
) -> Trees:
    """Check that a file's nodes make up trees on the first of `features`, and that sums of leaves are finite.

    Args:
        trees: As they were read.
        base: What its leaves are added to.
        most_leaves: Leaves that a tree may have.
        n_features: Features that it may test: by default the vector's slots alone.

    Returns:
        The same.

    Raises:
        ReleaseError: They do not; names the tree, the node and what is wrong with it.
    """
    sizes = trees.sizes.astype(np.int64)
    n = int(sizes.sum())
    lengths = trees.lengths()
    if not len(sizes) or sizes.min() < 1 or {*lengths.values()} != {n}:
        raise ReleaseError(f"{len(sizes)} trees of together {n} nodes, but arrays have {lengths}")
    root = np.cumsum(sizes) - sizes
    tree = np.repeat(np.arange(len(sizes)), sizes)
    own = np.arange(n) - root[tree]
    is_leaf = trees.left < 0
    inner = np.flatnonzero(~is_leaf)

    def require(valid: NDArray[np.bool_], nodes: NDArray[np.integer], what: str) -> None:
        if not valid.all():
            first = nodes[int(np.argmin(valid))]
            raise ReleaseError(f"tree {tree[first]}, node {own[first]}: {what}")

    for child in (trees.left[inner], trees.right[inner]):
        behind = (child > own[inner]) & (child < sizes[tree[inner]])
        require(behind, inner, "its child is not one of the nodes behind it")
    children = np.concatenate([trees.left[inner], trees.right[inner]]).astype(np.int64)
    parents = np.bincount(children + np.tile(root[tree[inner]], 2), minlength=n)
    require(parents == (own > 0), np.arange(n), "expected one parent, or none of the first node")
    tested = trees.feature[inner]
    known = (tested >= 0) & (tested < n_features)
    require(known, inner, f"its feature is not in 0..{n_features - 1}")
    require(np.isfinite(trees.threshold[inner]), inner, "its threshold is not finite")
    leaves = np.add.reduceat(is_leaf, root)
    require(leaves <= most_leaves, root, f"the tree has more than {most_leaves} leaves")
    largest = _largest_leaves(trees, root)
    require(largest <= _LARGEST_SUM, root, f"a leaf is not a number of at most {_LARGEST_SUM:g}")
    if not abs(base) + largest.sum() <= _LARGEST_SUM:
        raise ReleaseError(f"leaves and base {base:g} may sum up to more than {_LARGEST_SUM:g}")
    return trees


def _largest_leaves(trees: Trees, root: NDArray[np.integer]) -> NDArray[np.float64]:
    """The size of each tree's largest leaf."""
    with np.errstate(invalid="ignore"):  # a signalling NaN would warn
        size = np.where(trees.left < 0, np.abs(trees.value.astype(np.float64)), 0.0)
    largest: NDArray[np.float64] = np.maximum.reduceat(size, root)
    return largest


class BoostedTrees:
    """Members of boosted trees; a member's prediction is its base plus its leaves, tree by tree.

    Args:
        members: The trees of each member.
        bases: What each member starts from, shape (members,).
        configurations: What rows are put together from: integers in the features that a configuration
            sets, `encodings.UNSET` in the others, shape (configurations, features). Those that set a
            feature follow each other.
        dtype: What is summed in.

    Raises:
        ValueError: A tree has more than 64 leaves, or a member has no tree.
    """

    def __init__(
        self,
        members: Sequence[Trees],
        bases: Sequence[float],
        configurations: NDArray[np.int8],
        dtype: DTypeLike,
    ) -> None:
        if not members or not all(len(member.sizes) for member in members):
            raise ValueError("every member needs at least one tree")
        # tree r of member m is number r * members + m; members with fewer trees get zero leaves
        self._shape = (most_trees(members), len(members))
        nodes = _Nodes(members)
        self._reachable = _reachable_leaves(nodes, configurations, int(np.prod(self._shape)))
        leaves = np.zeros((len(self._reachable[0]), nodes.most_leaves), dtype=dtype)
        leaves[nodes.tree[nodes.is_leaf], nodes.leaf[nodes.is_leaf]] = nodes.value[nodes.is_leaf]
        leaves[: len(members)] += np.asarray(bases, dtype=dtype)[:, None]
        self._leaves = leaves.ravel()
        self._first_leaf = np.arange(len(leaves)) * nodes.most_leaves
        #: Of a word, the bits whose place has bit k in its number.
        self._masks = _masks(self._reachable.dtype)

    def predict(self, numbers: NDArray[np.intp], loops: Any = None) -> NDArray[np.float64]:
        """Predict every member.

        Args:
            numbers: The configurations that each row is put together from, which set every feature
                once, shape (n, parts).
            loops: The module `compiled`; None for numpy's own loops, with equal sums.

        Returns:
            Shape (members, n).
        """
        if loops is not None and numbers.shape[1] >= _TOGETHER:
            summed = np.empty((len(numbers), self._shape[1]), dtype=self._leaves.dtype)
            loops.sum_of_leaves(self._reachable, self._masks, self._leaves, numbers, summed)
            return np.ascontiguousarray(summed.T, dtype=np.float64)
        if len(numbers) == 1:  # rows of the table themselves, no copies
            return self._predict(numbers[0])[:, None].astype(np.float64)
        predicted = np.empty((self._shape[1], len(numbers)))
        for start in range(0, len(numbers), _CHUNK):
            predicted[:, start : start + _CHUNK] = self._predict(numbers[start : start + _CHUNK].T).T
        return predicted

    def _predict(self, numbers: NDArray[np.intp]) -> NDArray[np.floating]:
        """Predict rows, shape (parts, n) to (n, members), or one, (parts,) to (members,)."""
        reached = self._reachable[numbers[0]]
        if len(numbers) > 1:
            reached = reached & self._reachable[numbers[1]]
            for part in numbers[2:]:
                reached &= self._reachable[part]
        # one bit is left; the bits below it count its position
        leaf = np.bitwise_count(reached - reached.dtype.type(1))
        values = self._leaves.take(self._first_leaf + leaf, mode="clip")
        return _summed(values.reshape(*leaf.shape[:-1], *self._shape))


def _summed(values: NDArray[np.floating]) -> NDArray[np.floating]:
    """Sum over the last axis but one, (..., rounds, members), one round after the other as libraries do."""
    # numpy adds pairwise along the innermost axis alone, which a single member makes the rounds
    if values.shape[-1] == 1:
        summed: NDArray[np.floating] = np.cumsum(values, axis=-2)[..., -1, :]
    else:
        summed = np.add.reduce(values, axis=-2)
    return summed


def _reachable_leaves(nodes: _Nodes, configurations: NDArray[np.int8], trees: int) -> NDArray[Any]:
    """Leaves within reach by (configuration, tree), bits of the smallest word that holds them."""
    values = np.arange(configurations[configurations != UNSET].min(), configurations.max() + 1)
    by_value = _reachable_by_value(nodes, configurations.shape[1], values, trees)
    # bits that stand for no leaf; trees that only fill up the shape have one leaf, bit 0
    all_leaves = np.ones(trees, dtype=by_value.dtype)
    all_leaves[nodes.tree[nodes.roots]] = nodes.bits[nodes.roots]
    reachable = np.tile(all_leaves, (len(configurations), 1))
    for feature, column in enumerate(configurations.T):
        setting = np.flatnonzero(column != UNSET)
        rows = slice(setting[0], setting[-1] + 1)
        reachable[rows] &= by_value[feature, column[rows] - values[0]]
    return reachable


def _reachable_by_value(
    nodes: _Nodes, n_features: int, values: NDArray[np.integer], trees: int
) -> NDArray[Any]:
    """Leaves within reach by (feature, value, tree)."""
    word = _word(nodes.most_leaves)
    reachable = np.full((n_features, len(values), trees), ~word.type(0), dtype=word)
    inner = np.flatnonzero(~nodes.is_leaf)
    if not inner.size:
        return reachable
    # nodes that test the same feature of the same tree stand together
    tests = nodes.feature[inner] * trees + nodes.tree[inner]
    order = np.argsort(tests, kind="stable")
    inner, tests = inner[order], tests[order]
    left = nodes.bits[nodes.left[inner]].astype(word)
    right = nodes.bits[nodes.right[inner]].astype(word)
    kept = ~np.where(values[:, None] < nodes.threshold[inner], right, left)
    starts = np.flatnonzero(np.append(True, tests[1:] != tests[:-1]))
    feature, tree = np.divmod(tests[starts], trees)
    reachable[feature, :, tree] = np.bitwise_and.reduceat(kept, starts, axis=1).T
    return reachable


def _word(most_leaves: int) -> np.dtype[Any]:
    """The smallest unsigned type with a bit for each leaf."""
    return np.dtype(f"u{max(8, 1 << (most_leaves - 1).bit_length()) // 8}")


def _masks(word: np.dtype[Any]) -> NDArray[Any]:
    """For each bit k of a bit's place, the word of all bits whose places have it."""
    places = np.arange(8 * word.itemsize, dtype=np.uint64)
    bits = np.uint64(1) << places
    masks = []
    for level in range(len(places).bit_length() - 1):
        masks.append(np.bitwise_or.reduce(bits[places >> np.uint64(level) & np.uint64(1) == 1]))
    return np.array(masks).astype(word)


def row_bytes(members: Sequence[Trees]) -> int:
    """What a configuration takes in a table of theirs."""
    return most_trees(members) * len(members) * _word(_most_leaves(members)).itemsize


def most_trees(members: Sequence[Trees]) -> int:
    """Trees of the member that has most."""
    return max((len(trees.sizes) for trees in members), default=0)


def _most_leaves(members: Sequence[Trees]) -> int:
    """Leaves of the largest tree, which has one inner node less."""
    return max((int(trees.sizes.max(initial=1)) + 1) // 2 for trees in members) if members else 1


class _Nodes:
    """All trees' nodes in one array each; children by number in these arrays.

    Args:
        members: The trees of each member; tree r of member m is called r * members + m in `tree`.
    """

    def __init__(self, members: Sequence[Trees]) -> None:
        numbers, sizes, feature, threshold, left, right, value = [], [], [], [], [], [], []
        for m, trees in enumerate(members):
            numbers.append(m + len(members) * np.arange(len(trees.sizes)))
            sizes.append(trees.sizes)
            feature.append(trees.feature)
            threshold.append(trees.threshold)
            left.append(trees.left)
            right.append(trees.right)
            value.append(trees.value)
        size = np.concatenate(sizes).astype(np.intp)
        self.roots = np.cumsum(size) - size
        offset = np.repeat(self.roots, size)
        self.tree = np.repeat(np.concatenate(numbers), size)
        self.feature = np.concatenate(feature).astype(np.intp)
        self.threshold = np.concatenate(threshold).astype(np.float64)
        self.value = np.concatenate(value)
        own_left = np.concatenate(left).astype(np.intp)
        self.is_leaf = own_left < 0
        self.left = own_left + offset
        self.right = np.concatenate(right).astype(np.intp) + offset
        # leaves of a tree are counted in the order of its nodes
        counted = np.cumsum(self.is_leaf)
        self.leaf = counted - 1 - np.repeat(counted[self.roots] - self.is_leaf[self.roots], size)
        self.most_leaves = _most_leaves(members)
        if self.most_leaves > MOST_LEAVES:
            raise ValueError(f"a tree has {self.most_leaves} leaves, at most {MOST_LEAVES} fit into a word")
        self.bits = self._leaves_below()

    def _leaves_below(self) -> NDArray[np.uint64]:
        """The leaves below each node, as bits; as many passes as the deepest tree has levels."""
        one = np.uint64(1)
        bits = np.where(self.is_leaf, one << np.maximum(self.leaf, 0).astype(np.uint64), np.uint64(0))
        open_ = np.flatnonzero(~self.is_leaf)
        while open_.size:
            left, right = bits[self.left[open_]], bits[self.right[open_]]
            known = (left > 0) & (right > 0)
            if not known.any():
                raise ValueError("a tree's nodes lead around in a circle")
            bits[open_[known]] = (left | right)[known]
            open_ = open_[~known]
        return bits
