"""The UBJSON reader against XGBoost's own JSON, and against files that are cut or changed."""

from __future__ import annotations

import json

import numpy as np
import pytest
import xgboost

from nb301.surrogates.members import ubjson

ARRAYS = ("split_indices", "split_conditions", "left_children", "right_children", "sum_hessian")


@pytest.fixture(scope="module")
def booster():
    """A tiny model."""
    rng = np.random.default_rng(0)
    data = xgboost.DMatrix(rng.integers(-1, 10, size=(60, 3)), rng.normal(size=60), nthread=1)
    return xgboost.train({"max_depth": 3, "nthread": 1}, data, 3)


@pytest.fixture(scope="module")
def raw(booster):
    return bytes(booster.save_raw("ubj"))


@pytest.mark.parametrize("name", ARRAYS)
def test_finds_the_arrays_of_every_tree(booster, raw, name):
    """Arrays are those of the JSON that XGBoost writes of the model, tree by tree."""
    learner = json.loads(bytes(booster.save_raw("json")))["learner"]
    expected = [tree[name] for tree in learner["gradient_booster"]["model"]["trees"]]
    lengths, joined = ubjson.arrays(raw, name)
    assert lengths == [*map(len, expected)]
    np.testing.assert_array_equal(joined, np.concatenate(expected).astype(joined.dtype))


def test_finds_texts(booster, raw):
    """The base score is that of the JSON."""
    learner = json.loads(bytes(booster.save_raw("json")))["learner"]
    assert ubjson.text(raw, "base_score") == learner["learner_model_param"]["base_score"]


def test_finds_whole_names_only(raw):
    """A name that ends another's is not found in it."""
    assert ubjson.arrays(raw, "children")[0] == []
    with pytest.raises(ValueError, match="no text score"):
        ubjson.text(raw, "score")


def test_refuses_a_file_that_ends_within_an_array(raw):
    """No array is read beyond the end of the file."""
    start = raw.rindex(b"split_conditions[$") + 30
    with pytest.raises(ValueError, match=r"array split_conditions at byte \d+ is garbled"):
        ubjson.arrays(raw[:start], "split_conditions")


def test_refuses_unknown_kinds(raw):
    """An array of a kind that is no number is refused, with its place."""
    key = b"split_conditions[$"
    with pytest.raises(ValueError, match=r"array split_conditions at byte \d+ is garbled"):
        ubjson.arrays(raw.replace(key + b"d", key + b"C"), "split_conditions")


def as_is(entries):
    """An object as it is."""
    return entries


def test_walks_through_all(booster, raw):
    """The whole document is that of the JSON."""
    found = ubjson.document(raw, as_is)
    expected = json.loads(bytes(booster.save_raw("json")))

    def check(one, other, key=""):
        if isinstance(other, dict):
            assert one.keys() == other.keys()
            for name in other:
                check(one[name], other[name], name)
        elif isinstance(other, list) and other and isinstance(other[0], dict):
            for one_entry, other_entry in zip(one, other, strict=True):
                check(one_entry, other_entry)
        elif isinstance(one, np.ndarray):
            np.testing.assert_array_equal(one, np.array(other, one.dtype), err_msg=key)
        else:
            assert one == other, key

    check(found, expected)


def test_keeps_what_is_asked_for(raw):
    """Objects become what the caller makes of them, the innermost first."""
    found = ubjson.document(raw, lambda entries: {"kept": len(entries)} if "trees" in entries else entries)
    assert found["learner"]["gradient_booster"]["model"].keys() == {"kept"}


KEY = b"U\x01a"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "byte 0: 1 bytes are expected, 0 are there"),
        (b"i\x01", "byte 2: not one object"),
        (b"{}}", "byte 2: not one object"),
        (b"{" + KEY + b"H}", "byte 5: b'H', no value"),
        (b"{" + KEY + b"Z" + KEY + b"Z}", "key 'a' is there twice"),
        (b"{d" + bytes(4) + b"}", "no length"),
        (b"{i\xff}", "-1 bytes are expected"),
        (b"{" + KEY + b"SL\x7f" + b"\xff" * 7 + b"}", "9,223,372,036,854,775,807 bytes are expected"),
        (b"{" + KEY + b"[$d#L\x7f" + b"\xff" * 7 + b"}", "bytes are expected"),
        (b"{" + KEY + b"[$S#i\x01}", "no array of numbers"),
        (b"{" + KEY + b"[" * 40, "nested too deep"),
        (b"{" + (KEY + b"{") * 40, "nested too deep"),
        (b"{" + KEY + b"[" + b"T" * 5_000_001, "more than 5,000,000 values"),
    ],
)
def test_refuses_what_xgboost_does_not_write(data, words):
    """Lengths are compared with what is there, depth and number of values with what models have."""
    with pytest.raises(ValueError, match=words):
        ubjson.document(data, as_is)
