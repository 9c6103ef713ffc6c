"""The UBJSON reader against XGBoost's own JSON, and against bytes that are no UBJSON."""

from __future__ import annotations

import json
import struct

import numpy as np
import pytest
import xgboost
from hypothesis import example, given
from hypothesis import strategies as st

from nb301.surrogates import ubjson


@pytest.fixture(scope="module")
def booster():
    """A tiny model."""
    rng = np.random.default_rng(0)
    data = xgboost.DMatrix(rng.integers(-1, 10, size=(60, 3)), rng.normal(size=60), nthread=1)
    return xgboost.train({"max_depth": 3, "nthread": 1}, data, 3)


@pytest.fixture(scope="module")
def raw(booster):
    return bytes(booster.save_raw("ubj"))


def assert_same(found, expected):
    """Compare what was read with JSON's value: arrays with lists, numbers as 32-bit floats."""
    if isinstance(expected, dict):
        assert found.keys() == expected.keys()
        for key, value in expected.items():
            assert_same(found[key], value)
    elif isinstance(expected, list):
        assert len(found) == len(expected)
        for one, other in zip(found, expected, strict=True):
            assert_same(one, other)
    elif isinstance(expected, float):
        assert np.float32(found) == np.float32(expected)
    else:
        assert found == expected


def test_reads_what_xgboost_writes(booster, raw):
    """A model reads as the JSON that XGBoost writes of it."""
    assert_same(ubjson.loads(raw), json.loads(bytes(booster.save_raw("json"))))


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b"i\xff", -1),
        (b"U\xff", 255),
        (b"I\xff\xfe", -2),
        (b"l\x00\x01\x00\x00", 65536),
        (b"L" + struct.pack(">q", -(2**40)), -(2**40)),
        (b"d" + struct.pack(">f", 0.5), 0.5),
        (b"D" + struct.pack(">d", 0.1), 0.1),
        (b"T", True),
        (b"F", False),
        (b"Z", None),
        (b"Si\x02\xc2\xb1", "±"),
        (b"[i\x01Si\x01a]", [1, "a"]),
        (b"[#i\x02i\x01[]", [1, []]),
        (b"{i\x01ai\x01i\x01b{}}", {"a": 1, "b": {}}),
        (b"{}", {}),
    ],
)
def test_reads_every_kind_of_value(data, value):
    """Each marker gives its value, with numbers in big-endian order."""
    assert ubjson.loads(data) == value


def test_reads_typed_arrays():
    """Typed arrays become arrays of their type, also without elements."""
    found = ubjson.loads(b"[$I#i\x02\x00\x01\xff\xff")
    assert found.tolist() == [1, -1]
    assert found.dtype == np.dtype(">i2")
    assert len(ubjson.loads(b"[$d#L" + bytes(8))) == 0


def test_refuses_every_truncation(raw):
    """A model that ends early is refused, wherever it ends, and so is one with bytes behind its end."""
    rng = np.random.default_rng(0)
    for end in (*range(40), *rng.integers(0, len(raw), size=300), len(raw) - 1):
        with pytest.raises(ValueError, match="not UBJSON"):
            ubjson.loads(raw[:end])
    with pytest.raises(ValueError, match="1 bytes after the end"):
        ubjson.loads(raw + b"N")


INFINITY = b"d" + struct.pack(">f", float("inf"))


@given(
    st.binary()
    | st.lists(
        st.sampled_from([*(bytes([b]) for b in b"iUIlLdDTFZS[]{}$#N\x00\x01\x7f\xff"), INFINITY]), max_size=30
    ).map(b"".join)
)
@example(b"[$i#" + INFINITY)
@example(b"[#" + INFINITY)
@example(b"[$i#d" + struct.pack(">f", float("nan")))
@example(b"[$i#d" + struct.pack(">f", 1.0) + b"\x00")
@example(b"[$i#i\xff")
@example(b"[#i\xffT]")
@example(b"[$i#Si\x01a")
@example(b"[$i#[i\x01]")
@example(b"[$i#L\x7f" + b"\xff" * 7)
@example(b"SSi\x01a")
@example(b"S" + INFINITY)
@example(b"SZ")
@example(b"Si\x01\xff")
@example(b"{i\x01a")
@example(b"[" * 100_000)
@example(b"{i\x01a" * 100_000)
def test_refuses_garbage_with_value_errors_only(data):
    """Any bytes give a value or a ValueError."""
    try:
        ubjson.loads(data)
    except ValueError as error:
        assert "UBJSON" in str(error)  # noqa: PT017 - that there is an error is not the point


@given(st.lists(st.tuples(st.integers(0, 2**20), st.integers(1, 255)), min_size=1, max_size=3))
def test_damaged_models_give_value_errors_only(raw, changes):
    """A model with changed bytes gives a value or a ValueError."""
    damaged = bytearray(raw)
    for position, change in changes:
        damaged[position % len(raw)] ^= change
    try:
        ubjson.loads(bytes(damaged))
    except ValueError as error:
        assert "UBJSON" in str(error)  # noqa: PT017
