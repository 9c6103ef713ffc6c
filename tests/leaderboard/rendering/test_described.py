"""Descriptions of records and constants: what readers are told of every key, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from leaderboard.entries.submission import SubmissionManifest
from leaderboard.legible import ONE_LINE
from leaderboard.rendering.described import constants, record_keys
from leaderboard.runs.record import Run
from nb301.records import DescribedRecord


@dataclass(frozen=True, slots=True)
class Inner:
    """What is within.

    Of this line nothing is told.
    """

    a: int = 1
    """The first,
    over two lines."""
    b: float = 2.0


class Outer(DescribedRecord):
    """What is without."""

    kind: Literal["one", "two"]
    share: Annotated[float, Field(gt=0, lt=1)] | None
    """A fraction."""
    line: Annotated[str, Field(max_length=1200, pattern=ONE_LINE)]
    word: Annotated[str, Field(pattern="^a+$")] = "a"
    inner: Inner = Inner()
    many: Annotated[list[int], Field(min_length=1)]
    named: dict[str, bool]


def test_records_are_told_in_words():
    """Types, bounds and defaults; a key means what its docstring says, or what the record in it is."""
    outer, inner = record_keys(Outer)

    assert (outer.name, outer.about, outer.path) == ("Outer", "What is without.", "")
    assert (inner.name, inner.about, inner.path) == ("Inner", "What is within.", "inner")
    assert [(key.name, key.allowed, key.default, key.meaning) for key in outer.keys] == [
        ("kind", "one of one, two", "", ""),
        ("share", "number, above 0, below 1 or null", "", "A fraction."),
        ("line", "text, at most 1,200 characters, in one line", "", ""),
        ("word", "text, that matches ^a+$", '"a"', ""),
        ("inner", "a record", "its defaults", "What is within."),
        ("many", "list of: whole number, at least 1 of them", "", ""),
        ("named", "names with: true or false", "", ""),
    ]
    assert [(key.name, key.default, key.meaning) for key in inner.keys] == [
        ("a", "1", "The first, over two lines."),
        ("b", "2.0", ""),
    ]


def test_every_key_of_the_manifest_is_explained():
    """Each has a meaning, and bounds where its type has some."""
    keys = {key.name: key for record in record_keys(SubmissionManifest) for key in record.keys}

    assert [name for name, key in keys.items() if not key.meaning] == []
    assert keys["memory_mb"].allowed == "whole number, at least 64, at most 4,096"
    assert keys["memory_mb"].default == "1024"
    assert keys["name"].default == ""
    assert "one of none, xgboost" in keys["families"].allowed
    assert set(SubmissionManifest.model_fields) <= set(keys)


def test_records_of_a_run_are_found_where_they_stand():
    """Also those of fields that may be null, and dataclasses within records."""
    paths = {record.path: record.name for record in record_keys(Run)}

    assert list(paths) == [
        *("", "cell", "cell.limits", "entry", "release", "incumbents"),
        *("recommendation", "support", "usage", "origin"),
    ]
    assert (paths["cell.limits"], paths["recommendation"]) == ("Limits", "Recommendation")


def test_constants_on_following_lines_share_a_comment():
    """A blank line ends what a comment explains; tuples and dicts are taken apart."""
    source = "# Both. Assumed.\nA, B = 1, 2\nC = {x: 3}\n\nD = 4\n# Other\nE = 5\n"

    assert [(c.comment, c.values) for c in constants(source)] == [
        ("Both. Assumed.", (("A", "1"), ("B", "2"), ("C[x]", "3"))),
        ("Other", (("E", "5"),)),
    ]
