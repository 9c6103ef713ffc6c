"""XGBoost's binary form: all of it is read, none of it is left over, and wrong numbers cost nothing."""

from __future__ import annotations

import struct
from itertools import chain

import numpy as np
import pytest

from nb301.errors import ReleaseError
from nb301.official.binary import read
from tests.official_files import a_model, binary

MODEL = a_model(2, 5)


@pytest.mark.parametrize("binf", [False, True])
@pytest.mark.parametrize("dart", [False, True], ids=["gbtree", "dart"])
def test_reads_all_there_is(binf, dart):
    """Nodes as they were written, deleted ones, too; heads, weights and the version."""
    model = a_model(2, 5, dart=dart)
    found = read(binary(model, binf=binf, version=(1, 2)))
    left, right, feature, value, default = zip(*chain(*model.trees), strict=True)
    assert found.nodes.sizes.tolist() == [len(tree) for tree in model.trees]
    np.testing.assert_array_equal(found.nodes.left, left)
    np.testing.assert_array_equal(found.nodes.right, right)
    np.testing.assert_array_equal(found.nodes.feature, feature)
    np.testing.assert_array_equal(found.nodes.value, np.float32(value))
    np.testing.assert_array_equal(found.nodes.threshold, np.float32(value))
    np.testing.assert_array_equal(found.nodes.default_left, default)
    assert (found.base, found.n_features, found.version) == (0.5, 56, (1, 2))
    assert (found.objective, found.booster) == ("reg:squarederror", "dart" if dart else "gbtree")
    assert (found.weights is None) is not dart


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (binary(MODEL, trees=0), r"0 trees, expected 1\.\.1,000,000"),
        (binary(MODEL, trees=-1), "-1 trees"),
        (binary(MODEL, trees=2**31 - 1), "2,147,483,647 trees"),
        (binary(MODEL, trees=1_000_000), "tree 5: 0 roots|the head of tree|takes .* bytes"),
        (binary(MODEL, nodes=-5), "tree 0: 1 roots, -5 nodes"),
        (binary(MODEL, nodes=0), "tree 0: 1 roots, 0 nodes"),
        (binary(MODEL, nodes=2**31 - 1), "tree 0 of 2,147,483,647 nodes takes 77,309,411,292 bytes"),
        (binary(MODEL, classes=3), "3 classes, 1 outputs, expected one number"),
        (binary(MODEL, outputs=2), "0 classes, 2 outputs"),
        (binary(MODEL) + b"x", "1 bytes are left over"),
        (
            binary(MODEL).replace(struct.pack("<Q", 16), struct.pack("<Q", 2**63)),
            "the objective's name takes",
        ),
        (b"binf", "the model's head takes 136 bytes, of which 0 are there"),
    ],
)
def test_refuses(data, words):
    """Sizes are compared with what is there before anything is made."""
    with pytest.raises(ReleaseError, match=words):
        read(data)


def test_cut_anywhere_is_refused():
    """A model that ends early is refused, wherever; the metrics' names alone can be missing altogether."""
    data = binary(a_model(2, 2, dart=True))
    whole = len(data) - 8 - 8 - 4
    for end in range(len(data)):
        if end != whole:
            with pytest.raises(ReleaseError, match=r"model|tree"):
                read(data[:end])
    assert read(data[:whole]).base == read(data).base
