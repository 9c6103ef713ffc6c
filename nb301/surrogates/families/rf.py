"""Random forest (Breiman, 2001) of scikit-learn on the vector encoding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nb301.encodings import VECTOR_RANGE, VECTOR_SLOTS, vector
from nb301.errors import ReleaseError
from nb301.extras import require
from nb301.surrogates.members.arrays import pack, unpack
from nb301.surrogates.members.base import (
    Domain,
    Examples,
    Family,
    Hyperparameters,
    Range,
    Report,
    read_members,
)
from nb301.surrogates.members.trees import Trees, checked

#: Table 7; `bootstrap` is really off, which the official code's is not (official_facts F16). On the
#: trial table: R2 0.768 and sKT 0.690 after 12 s, for Table 3's 0.679 and 0.683; a file of 23 MB.
HYPERPARAMETERS: Hyperparameters = MappingProxyType(
    {
        "n_estimators": 116,
        "min_samples_split": 2,
        "min_samples_leaf": 2,
        "max_features": 0.1706,
        "bootstrap": False,
    }
)
#: Table 7.
SEARCH_SPACE: Mapping[str, Domain] = MappingProxyType(
    {
        "n_estimators": Range(16, 128, log=True),
        "min_samples_split": Range(2, 20),
        "min_samples_leaf": Range(1, 20),
        "max_features": Range(0.1, 1.0),
        "bootstrap": (True, False),
    }
)
#: Rows that are walked together: their states and the nodes on their way stay in the cache.
_CHUNK = 64
#: Tests on a way from the root to a leaf: no more than there are values of all slots.
_DEEPEST = len(VECTOR_SLOTS) * (VECTOR_RANGE[1] - VECTOR_RANGE[0])
#: In place of a leaf's feature.
_LEAF = 255
_LAYOUT = {
    "feature": ("uint8", 1),  # of all nodes, tree after tree, each from the root depth first
    "threshold": ("int8", 1),  # rows below it go to the next node, others to `right`
    "right": ("int32", 1),
    "value": ("float32", 1),  # of the leaves, percent, in the order of nodes
    "root": ("int32", 1),
}


def fit(
    train: Examples,
    stop: Examples,
    seed: int,
    hyperparameters: Hyperparameters,
    report: Report | None = None,
) -> bytes:
    """Fit one member to percent (official_facts F15); `stop` is only reported on, once, as an RMSE.

    Returns:
        Arrays as safetensors, some 20 bytes a leaf.

    Raises:
        MissingExtra: scikit-learn is not installed.
    """
    require("sklearn", "baselines")
    from sklearn.ensemble import RandomForestRegressor

    forest = RandomForestRegressor(random_state=seed, n_jobs=1, **hyperparameters)
    forest.fit(vector(train.codes).astype(np.float32), train.target * 100)
    if report is not None:
        predicted = forest.predict(vector(stop.codes).astype(np.float32))
        report(1, float(np.sqrt(np.mean((predicted - stop.target * 100) ** 2))))
    return pack(_arrays([estimator.tree_ for estimator in forest.estimators_]))


def _arrays(trees: Sequence[Any]) -> dict[str, NDArray[Any]]:
    """The nodes of scikit-learn's trees, which stand depth first: left children follow their parents."""
    root, feature, right, threshold, value, is_leaf = [], [], [], [], [], []
    nodes = 0
    for tree in trees:
        root.append(nodes)
        feature.append(tree.feature)
        right.append(tree.children_right + nodes)
        threshold.append(tree.threshold)
        value.append(tree.value[:, 0, 0])
        is_leaf.append(tree.children_left < 0)
        nodes += tree.node_count
    leaf = np.concatenate(is_leaf)
    # scikit-learn sends `<=` left, so on integers `<` the next above the threshold
    below = np.floor(np.concatenate(threshold)) + 1
    return {
        "feature": np.where(leaf, _LEAF, np.concatenate(feature)).astype(np.uint8),
        "threshold": np.where(leaf, 0, below).astype(np.int8),
        "right": np.where(leaf, 0, np.concatenate(right)).astype(np.int32),
        "value": np.concatenate(value)[leaf].astype(np.float32),
        "root": np.array(root, dtype=np.int32),
    }


class _Forest:
    """One member's trees; all of them are walked down at once, level by level."""

    def __init__(self, data: bytes) -> None:
        arrays = _checked(unpack(data, "random forest", _LAYOUT))
        self._threshold, self._root = arrays["threshold"], arrays["root"]
        is_leaf = arrays["feature"] == _LEAF
        self._feature = np.where(is_leaf, 0, arrays["feature"]).astype(np.intp)
        # leaves lead to themselves, so that short ways wait for the long ones
        own = np.arange(len(is_leaf), dtype=np.int32)
        self._left = np.where(is_leaf, own, own + 1)
        self._right = np.where(is_leaf, own, arrays["right"])
        self._value = np.zeros(len(is_leaf))
        self._value[is_leaf] = arrays["value"]

    def predict(self, features: NDArray[np.int8]) -> NDArray[np.float64]:
        """Percent, shape (n,), of features, shape (n, 34)."""
        node = np.broadcast_to(self._root, (len(features), len(self._root)))
        while True:
            value = np.take_along_axis(features, self._feature[node], axis=1)
            below = np.where(value < self._threshold[node], self._left[node], self._right[node])
            if np.array_equal(below, node):
                break
            node = below
        # trees are added one after the other: other sums depend on the number of rows
        summed: NDArray[np.float64] = np.cumsum(self._value[node], axis=1)[:, -1]
        return summed / len(self._root)


def _checked(arrays: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """The arrays of a member, if they make up trees that are no deeper than tests of integers can be.

    Raises:
        ReleaseError: They do not.
    """
    is_leaf, root = arrays["feature"] == _LEAF, arrays["root"].astype(np.int64)
    n, leaves = len(is_leaf), int(np.count_nonzero(is_leaf))
    lengths = len(arrays["right"]), len(arrays["threshold"]), len(arrays["value"])
    if lengths != (n, n, leaves):
        raise ReleaseError("not the file of a random forest: its arrays do not fit together")
    sizes = np.diff(root, append=n)
    if not len(root) or root[0] != 0 or sizes.min() < 1:
        raise ReleaseError("not the file of a random forest: roots do not ascend from 0")
    value = np.zeros(n, dtype=np.float32)
    value[is_leaf] = arrays["value"]
    offset = np.repeat(root, sizes)
    left = np.where(is_leaf, -1, np.arange(1, n + 1) - offset)
    nodes = Trees(sizes, arrays["feature"], arrays["threshold"], left, arrays["right"] - offset, value)
    checked(nodes, most_leaves=n)
    level = root
    for _ in range(_DEEPEST):
        level = level[~is_leaf[level]]
        level = np.concatenate([level + 1, arrays["right"][level]])
    if not is_leaf[level].all():
        raise ReleaseError(f"not the file of a random forest: a tree is deeper than {_DEEPEST} levels")
    return arrays


class ForestSurrogate:
    """The members' trees.

    Args:
        files: The members' files, as `fit` returned them.

    Raises:
        ReleaseError: A file is no random forest.
    """

    def __init__(self, files: Sequence[bytes]) -> None:
        self._members = read_members(files, _Forest)

    def predict(self, codes: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Predict every member, fractions, shape (members, n); see `base.Surrogate`."""
        features = vector(codes)
        predicted = np.empty((len(self._members), len(features)))
        for start in range(0, len(features), _CHUNK):
            rows = slice(start, start + _CHUNK)
            for member, values in zip(self._members, predicted, strict=True):
                values[rows] = member.predict(features[rows]) / 100
        return predicted


FAMILY = Family(
    name="rf",
    label="random forest",
    conflicts=frozenset({"random-forest"}),
    paper_name="rf",
    fit=fit,
    load=ForestSurrogate,
    suffix=".safetensors",
    hyperparameters=HYPERPARAMETERS,
    search_space=SEARCH_SPACE,
    libraries=("scikit-learn", "numpy"),
)
