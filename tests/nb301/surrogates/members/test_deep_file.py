"""Files of large trees: mapped, not copied, and every kind of broken file ends in one line."""

from __future__ import annotations

import json
import mmap
from contextlib import suppress

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given
from hypothesis import strategies as st

from nb301.errors import ReleaseError
from nb301.surrogates.members.deep_file import open_member
from nb301.surrogates.members.deep_trees import DeepTrees

ABOUT = {"format": 1, "library": "xgboost", "base": 0.5, "base_first": True, "trees": 2, "features": 3}


def arrays():
    """A tree of two levels and a lone leaf."""
    return {
        "words": np.array([2 << 16 | 1, 1 << 16, 2 << 16, 4 << 16 | 2, 4 << 16, 5 << 16]),
        "values": np.array([0, 1, 2, 0, 4, 5], dtype=np.float32),
        "test.feature": np.array([0, 2], dtype=np.uint16),
        "test.threshold": np.array([0.5, 1.5], dtype=np.float32),
        "test.missing_left": np.array([0, 1], dtype=np.uint8),
    }


def file_of(changed=None, **about):
    """A file with some arrays and entries changed; None takes an array away."""
    kept = {name: array for name, array in {**arrays(), **(changed or {})}.items() if array is not None}
    return safetensors.numpy.save(kept, {"deep_trees": json.dumps({**ABOUT, **about})})


def changed(name, place, value):
    array = arrays()[name]
    array[place] = value
    return file_of({name: array})


def with_header(header):
    data = json.dumps(header).encode()
    return len(data).to_bytes(8, "little") + data + b"\0" * 64


def chain(levels):
    """One tree of a chain of many levels."""
    words = np.arange(2 * levels + 1) << 16
    words[0:-1:2] = np.arange(1, 2 * levels, 2) << 16 | 1
    return file_of({"words": words, "values": np.zeros(len(words), dtype=np.float32)}, trees=1)


GOOD = file_of()
BROKEN = {
    "empty": (b"", "it is empty"),
    "short": (GOOD[:5], "cut short"),
    "half": (GOOD[: len(GOOD) // 2], "cut short"),
    "no last byte": (GOOD[:-1], "it ends before array"),
    "longer": (GOOD + b"\0", "bytes, expected"),
    "text": (b"tree\n" * 100, "are none, or cut short"),
    "long header": ((2**60).to_bytes(8, "little") + GOOD[8:], "are none, or cut short"),
    "no JSON": (GOOD.replace(b"{", b"(", 1), "garbled"),
    "a list": (with_header([]), "garbled"),
    "no metadata": (with_header({}), "garbled"),
    "deep metadata": (with_header({"__metadata__": {"deep_trees": "[" * 3000}}), "garbled"),
    "other metadata": (safetensors.numpy.save(arrays(), {"gin": "{}"}), "garbled"),
    "strange entry": (with_header({"__metadata__": {"deep_trees": "{}"}, "words": 1}), "garbled"),
    "overlap": (GOOD.replace(b'"data_offsets":[48', b'"data_offsets":[40'), "is not where it should be"),
    "format": (file_of(format=2), "format 2, not 1: import the release anew"),
    "library": (file_of(library="catboost"), "library 'catboost', expected xgboost or lightgbm"),
    "library list": (file_of(library=[]), "expected xgboost or lightgbm"),
    "base": (file_of(base=float("nan")), "base nan"),
    "base text": (file_of(base="0.5"), "base '0.5'"),
    "base first": (file_of(base_first=1), "no bool"),
    "features": (file_of(features=4), "tests 4 features, expected 3"),
    "trees": (file_of(trees=0), "0 trees, expected at least 1"),
    "trees text": (file_of(trees="2"), "'2' trees"),
    "more trees": (file_of(trees=4), "6 nodes, expected 4 roots"),
    "other dtype": (file_of({"values": np.zeros(6)}), "array 'values' is float64, expected float32"),
    "other library's dtype": (file_of(library="lightgbm"), "expected float64"),
    "missing array": (file_of({"values": None}), "array 'values' is None"),
    "another array": (file_of({"more": np.zeros(1, np.uint8)}), "array 'more' is uint8, expected None"),
    "table": (file_of({"words": np.zeros((3, 2), dtype=np.int64)}), "garbled"),
    "no node": (file_of({"words": np.zeros(0, np.int64), "values": np.zeros(0, np.float32)}), "0 nodes"),
    "values": (file_of({"values": np.zeros(5, np.float32)}), "6 nodes, but 5 values"),
    "tests": (file_of({"test.feature": np.zeros(1, np.uint16)}), "arrays of tests have"),
    "test number": (changed("words", 3, 4 << 16 | 3), "a node has test 3 of 2"),
    "child": (changed("words", 0, 3 << 16 | 1), "node 0: its children are not where they should be"),
    "child behind": (changed("words", 0, 9 << 16 | 1), "node 0: its children"),
    "negative": (changed("words", 4, -1 << 16), "node 4: its children"),
    "leaf of another": (changed("words", 5, 4 << 16), "node 5: its children"),
    "circle": (
        file_of({"words": np.array([0, 1 << 16, 2 << 16, 2 << 16 | 1, 4 << 16 | 1, 5 << 16])}),
        "node 3: its children",
    ),
    "leaf": (changed("values", 4, np.nan), "leaves of up to nan"),
    "large leaf": (changed("values", 4, -1e30), "leaves of up to 1e\\+30"),
    "feature": (changed("test.feature", 0, 3), "a test is not of a feature in 0..2"),
    "threshold": (changed("test.threshold", 0, np.inf), "or not finite"),
    "chain": (chain(5000), "a tree has more than 1000 levels"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_files_end_in_one_line(tmp_path, case):
    """That says what is wrong, before anything is predicted."""
    data, message = BROKEN[case]
    (tmp_path / "member").write_bytes(data)

    with pytest.raises(ReleaseError, match=message) as caught:
        open_member(tmp_path / "member", 3)

    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


@given(st.integers(0, len(GOOD) - 1), st.integers(0, 255))
def test_changed_bytes_are_refused_or_predict_finite_numbers(tmp_path_factory, place, value):
    """Whatever byte of a file changes."""
    path = tmp_path_factory.mktemp("changed") / "member"
    path.write_bytes(GOOD[:place] + bytes([value]) + GOOD[place + 1 :])
    rows = np.array([[0, 0, 0], [1, 0, 2]])

    with suppress(ReleaseError):
        assert np.isfinite(DeepTrees([path], 3).predict(rows)).all()


def test_arrays_are_the_mapped_file(tmp_path):
    """They are no copies, so that processes share them, and cannot be written to."""
    (tmp_path / "member").write_bytes(GOOD)

    member = open_member(tmp_path / "member", 3)

    for array, expected in ((member.words, arrays()["words"]), (member.values, arrays()["values"])):
        np.testing.assert_array_equal(array, expected)
        owner = array
        while isinstance(owner, np.ndarray):
            owner = owner.base
        assert isinstance(getattr(owner, "obj", owner), mmap.mmap)
        assert not array.flags.writeable


def test_a_missing_file_is_the_systems_own_error(tmp_path):
    """As it is for every file."""
    with pytest.raises(FileNotFoundError):
        open_member(tmp_path / "none", 3)


@pytest.mark.parametrize(("or_equal", "expected"), [(False, [0, 1, 0]), (True, [0, 0, 0])])
def test_decides_all_tests_of_a_row(tmp_path, or_equal, expected):
    """Number 0 sends everything left; a missing value goes where its test says."""
    (tmp_path / "member").write_bytes(GOOD)
    tests = open_member(tmp_path / "member", 3).tests

    assert tests.go_right(np.array([[0.5, 0, np.nan]]), or_equal=or_equal)[0].tolist() == expected
    assert tests.go_right(np.array([[np.nan, 0, 3.0]]), or_equal=or_equal)[0].tolist() == [0, 1, 1]
