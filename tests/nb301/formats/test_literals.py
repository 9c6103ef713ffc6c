"""Literals of Python and JSON, read without evaluating anything."""

from __future__ import annotations

import ast

import pytest

from nb301 import formats
from nb301.errors import GenotypeError
from nb301.formats.literals import LiteralError, read_literal


@pytest.mark.parametrize(
    "text",
    [
        "__import__('pathlib').Path({path!r}).touch()",
        "Genotype(normal=__import__('pathlib').Path({path!r}).touch(), reduce=[])",
        "(open({path!r}, 'w'), 1)",
        "Genotype(normal=range(open({path!r}, 'w')), reduce=[])",
    ],
)
def test_never_evaluates_code(tmp_path, text):
    """Reading a genotype's repr runs nothing that stands in it."""
    path = tmp_path / "touched"
    hostile = text.format(path=str(path))
    ast.parse(hostile)  # it is valid Python: evaluated, it would run
    with pytest.raises(GenotypeError):
        formats.read(hostile)
    assert not path.exists()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("[1, (2,), ((3)), {'a': None}]", [1, [2], 3, {"a": None}]),
        ("np.float64(0.5)", 0.5),
        ("array([1, 2], dtype=int64)", [1, 2]),
        ('"it\\"s"', 'it"s'),
        ("range(2, 6)", [2, 3, 4, 5]),
        ("{1: true, 'b': [null,]}", {1: True, "b": [None]}),
        ("-Infinity", float("-inf")),
        ("1_000", 1000),
        ("f(1, a=2)", ("f", [1], {"a": 2})),
    ],
)
def test_literals(text, value):
    """Literals of Python and JSON become plain values; nothing is called."""
    assert read_literal(f"{text} and more") == (value, len(text))


@pytest.mark.parametrize(
    "text",
    [
        *("", "[", "[1", "[1 2]", "{1}", "{1: 2, 1: 3}", "{[]: 1}", "lambda: 1", "open", "(]"),
        *("range()", "range(1.5)", "range(10000)", "range(1, 2, 0)", "f(a=1, a=2)", "'a", "b'x'", "f(*[1])"),
    ],
)
def test_refuses_what_is_no_literal(text):
    """Anything else names the character that does not fit."""
    with pytest.raises(LiteralError) as caught:
        read_literal(text)
    assert 0 <= caught.value.place <= len(text)
