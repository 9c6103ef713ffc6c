"""Files and texts that others wrote: read within limits, or one line that says what is wrong."""

from __future__ import annotations

import json
import os
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nb301.parsing import MAX_DEPTH, parse_json, parse_object, parse_toml, read_bytes

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(VALUES)
def test_reads_json_as_python_does(value):
    """What Python writes comes back, as text and as bytes."""
    text = json.dumps(value)
    assert parse_json(text) == value
    assert parse_json(text.encode()) == value


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Expecting value"),
        ("[1,", "Expecting value"),
        (b"\xff", "utf-8"),
        ("[" * 100_000, "nested deeper than 64"),
        ("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1), "nested deeper than 64"),
        ('{"a":' * 2000 + "1" + "}" * 2000, "nested deeper than 64"),
        ("1" * 301, "more than 300 digits"),
        ("-" + "1" * 301, "more than 300 digits"),
        ("1" * 5000, "4300 digits"),
        ('[{"a": 1, "b": 2, "a": 3}]', "key 'a' is there twice"),
        ('"\\ud800"', "surrogates not allowed"),
        ('{"\\ud800": 1}', "surrogates not allowed"),
    ],
)
def test_refuses_json_beyond_limits(text, said):
    """Each limit is named, in one line."""
    with pytest.raises(ValueError, match=said) as caught:
        parse_json(text)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a", "Expected '='"),
        (b"\xff", "utf-8"),
        ("a = 0x" + "f" * 4000, "more than 300 digits"),
        ("a = " + "1" * 5000, "4300 digits"),
        ("a = " + "[" * 5000, "nested deeper than 64"),
        ("a = " + "{a = " * 5000, "nested deeper than 64"),
        (".".join("a" * 30_000) + " = 1", "line 1: nested deeper than 64"),
        ("\n[" + ".".join("a" * 30_000) + "]", "line 2: nested deeper than 64"),
        ("a = {" + " . ".join("a" * 30_000) + " = 1}", "line 1: nested deeper than 64"),
    ],
)
def test_refuses_toml_beyond_limits(text, said):
    """Each limit is named, in one line, before time is spent."""
    with pytest.raises(ValueError, match=said) as caught:
        parse_toml(text)
    assert str(caught.value).isprintable()


def test_toml_may_have_many_points():
    """Numbers and texts have points, too."""
    text = "a = [" + "0.5, " * 500 + f"]\nb = '{'.' * 500}'\n"
    assert parse_toml(text) == {"a": [0.5] * 500, "b": "." * 500}


@pytest.mark.parametrize("text", ["[]", "null", "3", '"a"'])
def test_an_object_is_one(text):
    """Other JSON is no object."""
    with pytest.raises(ValueError, match="expected a JSON object, found"):
        parse_object(text)


def test_reads_regular_files(tmp_path):
    """A file of at most as many bytes is read, and what a link leads to."""
    (tmp_path / "a").write_bytes(b"abc")
    (tmp_path / "b").symlink_to("a")
    assert read_bytes(tmp_path / "a", 3) == read_bytes(tmp_path / "b", 3) == b"abc"
    with pytest.raises(OSError, match="3 bytes, expected at most 2"):
        read_bytes(tmp_path / "a", 2)
    with pytest.raises(FileNotFoundError):
        read_bytes(tmp_path / "c", 2)
    with pytest.raises(OSError, match="not a regular file"):
        read_bytes(tmp_path, 2)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
def test_reads_no_devices_and_pipes(tmp_path):
    """What never ends is refused before it is opened."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "device").symlink_to("/dev/zero")
    for name in ("pipe", "device"):
        with pytest.raises(OSError, match="not a regular file"):
            read_bytes(tmp_path / name, 2**30)
