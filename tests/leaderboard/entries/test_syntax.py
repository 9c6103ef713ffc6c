"""Hashes of source code: equal for equal meaning, and for nothing else."""

from __future__ import annotations

import ast

import pytest

from leaderboard.entries.syntax import syntax_hash

SOURCE = '''
"""A module."""
import numpy as np  # with a comment

class Search[T]:
    """A class."""

    limit: int = 10

    async def ask(self, /, x: float = 1e-3, *rest, **options) -> "Genotype":
        """A method,
        of two lines."""
        match x:
            case {"a": [1, *_], **others} if (y := len(rest)) > 0b11: return f"{x!r:>{y}} {y=}" u"é"
        yield lambda: (await self.ask(),) + (..., None, -1j, b"\\x00", "\\N{FULLWIDTH LATIN SMALL LETTER A}")
'''.replace("[T]", "")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"""A module."""', ""),
        ('"""A module."""', "# A module."),
        ("# with a comment", "# with another"),
        ('"""A class."""', '"Another."'),
        ('of two lines."""', 'of\n        three."""'),
        ("import numpy", "\n\n\nimport numpy"),
        ("x: float = 1e-3", "x: float = .001"),
        ("0b11", "3"),
        ('u"é"', "'é'"),
    ],
)
def test_words_and_layout_change_no_hash(old, new):
    """Docstrings, comments, spaces and how a literal is written decide nothing."""
    assert old in SOURCE
    assert syntax_hash(SOURCE.replace(old, new, 1).encode()) == syntax_hash(SOURCE.encode())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("limit: int = 10", "limit: int = 11"),
        ("limit: int = 10", "limit: int = 10.0"),
        ('"é"', '"e"'),
        ('b"', '"'),
        ("!r:", "!s:"),
        ("> 0b11", ">= 0b11"),
        ("/, x", "x"),
        ("async def", "def"),
        ('"""A method,', 'x = """A method,'),
        ("import numpy as np", "import numpy"),
        ("yield lambda", "yield from lambda"),
        ("class Search", "class Searched"),
    ],
)
def test_everything_else_changes_the_hash(old, new):
    """One constant, operator, name or argument more or less."""
    assert old in SOURCE
    changed = SOURCE.replace(old, new, 1).replace("await ", "" if old == "async def" else "await ")
    ast.parse(changed)

    assert syntax_hash(changed.encode()) != syntax_hash(SOURCE.encode())


def test_hashes_are_the_same_on_every_python():
    """Syntax trees have other fields in other versions; tried on 3.11, 3.12 and 3.13."""
    assert syntax_hash(SOURCE.encode()) == "b6d59b2b3dcc11f56ee8b3d6d2882b9186575b9787594b32e6dc993fbe7a101b"
