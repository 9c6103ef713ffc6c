"""Compiled loops over trees: numpy's sums to the last bit, whatever the size of trees and ensembles."""

from __future__ import annotations

import numpy as np
import pytest

from nb301.encodings import canonical
from nb301.space import sample_many, to_codes
from nb301.surrogates.members import loops
from nb301.surrogates.members.trees import FEATURES, Trees
from nb301.surrogates.members.vector_trees import VectorTrees

CODES = canonical(to_codes(sample_many(np.random.default_rng(0), 40)))


def grown(rng, leaves, n_features):
    """Children, features and thresholds of a tree that splits a random leaf until there are enough."""
    left, feature, threshold = [-1], [0], [0.0]
    open_ = [0]
    while len(open_) < leaves:
        node = open_.pop(rng.integers(len(open_)))
        open_ += [len(left), len(left) + 1]
        left[node], feature[node], threshold[node] = (
            len(left),
            rng.integers(n_features),
            rng.integers(8) - 0.5,
        )
        left += [-1, -1]
        feature += [0, 0]
        threshold += [0.0, 0.0]
    return left, feature, threshold


def member(rng, trees, leaves, n_features, dtype):
    """Trees of at most so many leaves."""
    made = [grown(rng, rng.integers(1, leaves + 1), n_features) for _ in range(trees - 1)]
    made.append(grown(rng, leaves, n_features))
    left, feature, threshold = (np.concatenate(parts) for parts in zip(*made, strict=True))
    return Trees(
        sizes=np.array([len(tree[0]) for tree in made]),
        feature=feature.astype(np.int32),
        threshold=threshold.astype(dtype),
        left=left.astype(np.int32),
        right=np.where(left < 0, -1, left + 1).astype(np.int32),
        value=rng.normal(size=len(left)).astype(dtype),
    )


@pytest.mark.parametrize("leaves", [8, 9, 30, 64])
@pytest.mark.parametrize("members", [1, 10, 23])
@pytest.mark.parametrize(("n_features", "dtype"), [(34, np.float64), (FEATURES, np.float32)])
def test_leaves_are_found_and_added_as_numpy_does(monkeypatch, leaves, members, n_features, dtype):
    """Words of 8 to 64 bits, members of unequal lengths, with counts of ops and without."""
    pytest.importorskip("numba")
    rng = np.random.default_rng(leaves + members)
    ensemble = [member(rng, 3 + k % 3, leaves, n_features, dtype) for k in range(members)]
    trees = VectorTrees(ensemble, [*rng.normal(size=members)], dtype)
    monkeypatch.setattr(loops, "PAYS", 10**12)
    expected = trees.predict(CODES)
    monkeypatch.setattr(loops, "PAYS", 0)
    assert trees.predict(CODES).tobytes() == expected.tobytes()
    assert trees.predict(CODES[:1]).tobytes() == expected[:, :1].tobytes()
    assert trees.predict(CODES[:0]).shape == (members, 0)
