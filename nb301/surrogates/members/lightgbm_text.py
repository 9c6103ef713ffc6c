"""Reading LightGBM's text format, without importing lightgbm."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nb301.surrogates.members.trees import Trees


def read_nodes(text: str, *, n_features: int, most_leaves: int) -> Trees:
    """Read the trees of LightGBM's text format; their leaves become nodes behind the inner nodes.

    Args:
        text: The file.
        n_features: Features that a tree may test.
        most_leaves: Leaves that a tree may have.

    Returns:
        Trees whose rows with `feature value <= threshold` go left, which is LightGBM's way, not that of
        `Trees`. Whether the nodes make up trees is not checked.

    Raises:
        ValueError: It is no such text, or holds splits by category or linear leaves.
    """
    entries = _Entries(text)
    leaves = entries.integers("num_leaves", entries.trees, 1, most_leaves)
    entries.check_zero("num_cat")
    entries.check_zero("is_linear")
    splits = int(leaves.sum()) - entries.trees
    values = entries.numbers("leaf_value", splits + entries.trees)  # before anything of that size is made
    # a child below zero is the leaf -child - 1
    first_leaf = np.repeat(leaves - 1, leaves - 1)
    left = entries.integers("left_child", splits, -most_leaves, most_leaves)
    right = entries.integers("right_child", splits, -most_leaves, most_leaves)
    threshold = entries.numbers("threshold", splits)
    feature = entries.integers("split_feature", splits, 0, n_features - 1)
    sizes = 2 * leaves - 1
    is_inner = _is_inner(leaves)
    return Trees(
        sizes=sizes,
        feature=_merged(is_inner, feature, -1),
        threshold=_merged(is_inner, threshold, 0),
        left=_merged(is_inner, np.where(left < 0, first_leaf - left - 1, left), -1),
        right=_merged(is_inner, np.where(right < 0, first_leaf - right - 1, right), -1),
        value=_merged(is_inner, np.zeros(splits), values),
    )


def decision_types(text: str) -> NDArray[np.intp]:
    """What inner nodes do with missing values: bits for categories, for left, and two for what is missing.

    Returns:
        Shape (inner nodes of all trees,).

    Raises:
        ValueError: Some are missing, or no numbers of 0..15.
    """
    entries = _Entries(text)
    leaves = entries.numbers("num_leaves", entries.trees)
    return entries.integers("decision_type", int(leaves.sum()) - entries.trees, 0, 15)


class _Entries:
    """The lines `key=value` of all trees of LightGBM's text format."""

    def __init__(self, text: str) -> None:
        self._values = defaultdict[str, list[str]](list)
        for line in text.partition("\nTree=")[2].partition("\nend of trees")[0].split("\n"):
            key, _, value = line.partition("=")
            self._values[key].append(value)
        self.trees = len(self._values["num_leaves"])

    def numbers(self, key: str, n: int) -> NDArray[np.float64]:
        """One entry of all trees, finite; those without a split have it empty, or not at all."""
        numbers = np.fromiter(map(float, " ".join(self._values[key]).split()), dtype=np.float64)
        if len(numbers) != n or not np.isfinite(numbers).all():
            raise ValueError(
                f"not LightGBM's text: {key} has {len(numbers)} numbers, expected {n}, all finite"
            )
        return numbers

    def integers(self, key: str, n: int, low: int, high: int) -> NDArray[np.intp]:
        """One entry of all trees, integers within bounds."""
        numbers = self.numbers(key, n)
        if not np.all((low <= numbers) & (numbers <= high) & (numbers == np.rint(numbers))):
            raise ValueError(f"not LightGBM's text: {key} are not all integers from {low} to {high}")
        return numbers.astype(np.intp)

    def check_zero(self, key: str) -> None:
        """Check that an entry, where trees have it, is zero: no fit here makes another."""
        if set(self._values[key]) - {"0"}:
            raise ValueError(f"LightGBM's text has trees with {key} other than 0, which are not read here")


def _is_inner(leaves: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Which nodes are inner ones: each tree's stand first, then its leaves."""
    sizes = 2 * leaves - 1
    return np.arange(sizes.sum()) < np.repeat(np.cumsum(sizes) - leaves, sizes)


def _merged(is_inner: NDArray[np.bool_], inner: NDArray[Any], leaves: NDArray[Any] | float) -> NDArray[Any]:
    """What inner nodes and leaves hold, in the order of the nodes."""
    merged = np.zeros(len(is_inner), dtype=inner.dtype)
    merged[is_inner], merged[~is_inner] = inner, leaves
    return merged
