"""Lists through large trees: equal to row by row, however large and uneven trees are."""

from __future__ import annotations

import numpy as np
import pytest

from nb301.surrogates.members.deep_file import Start, open_member
from nb301.surrogates.members.deep_lists import predict_list
from nb301.surrogates.members.deep_pack import pack
from nb301.surrogates.members.deep_trees import DeepTrees
from nb301.surrogates.members.trees import Trees

FEATURES = 6


def full_trees(rng, leaves_alone, full, depth):
    """Lone leaves, then full trees of a depth."""
    size = 2 ** (depth + 1) - 1
    left = np.arange(1, 2 * size, 2)
    left[size // 2 :] = -1
    total = leaves_alone + full * size
    both = np.concatenate([np.full(leaves_alone, -1), np.tile(left, full)])
    return Trees(
        sizes=np.array([1] * leaves_alone + [size] * full),
        feature=rng.integers(FEATURES, size=total),
        threshold=rng.integers(10, size=total) - np.float32(0.5),
        left=both,
        right=np.where(both < 0, -1, both + 1),
        value=rng.normal(size=total).astype(np.float32),
    )


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """Trees of one to 1,024 leaves, of which far more nodes follow each other in the end than before."""
    rng = np.random.default_rng(0)
    trees = full_trees(rng, 2500, 220, 10)
    path = tmp_path_factory.mktemp("deep") / "member.safetensors"
    missing_left = np.zeros(len(trees.left), dtype=bool)
    path.write_bytes(pack(trees, missing_left, Start(library="xgboost", base=0.5), features=FEATURES))
    return path


@pytest.mark.parametrize("n", [73, 128, 600])
def test_lists_are_equal_to_rows_alone(path, n):
    """Of lists that do not fill words, that do, and of several blocks."""
    rows = np.random.default_rng(n).integers(0, 10, size=(n, FEATURES)).astype(np.float32)
    model = DeepTrees([path], FEATURES)

    together = model.predict(rows)

    for begin in range(0, n, 37):
        np.testing.assert_array_equal(together[:, begin : begin + 5], model.predict(rows[begin : begin + 5]))


@pytest.mark.parametrize("n", [1, 64, 65])
def test_short_lists_are_equal_to_long_ones(path, n):
    """Which rows stand beside a row makes no difference."""
    member = open_member(path, FEATURES)
    rows = np.random.default_rng(n).integers(0, 10, size=(130, FEATURES)).astype(np.float32)
    right = member.tests.go_right(rows, or_equal=False)
    first = np.float32(1)

    np.testing.assert_array_equal(
        predict_list(member, right[:n], first), predict_list(member, right, first)[:n]
    )
