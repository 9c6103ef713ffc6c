"""Environments: named by what decides a run's result, and a change of one names whose runs become stale.

After a change that is meant, from the repository's root:

    python tests/leaderboard/entries/test_environment.py > tests/golden/environment.json
"""

from __future__ import annotations

import ast
import json
import sys
from pathlib import Path

import pytest

from leaderboard.entries import environment
from leaderboard.entries.environment import own_parts
from leaderboard.entries.submission import Submission
from leaderboard.entries.syntax import syntax_hash
from leaderboard.places import ROOT

GOLDEN = ROOT / "tests" / "golden" / "environment.json"
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


def stale(changed):
    """Slugs of the submissions that see one of some files."""
    found = []
    for path in sorted((ROOT / "leaderboard" / "submissions").glob("*/submission.toml")):
        submission = Submission(path.parent)
        if changed & own_parts(library=submission.uses_library, adapter=submission.uses_adapter).keys():
            found.append(submission.slug)
    return found


def test_what_becomes_stale_is_known():
    """Published runs of an entry are stale once a file that it sees changes: nobody does that unawares."""
    golden, now = json.loads(GOLDEN.read_text()), own_parts(library=True, adapter=True)
    changed = {path for path in golden.keys() | now.keys() if golden.get(path) != now.get(path)}

    if changed:
        pytest.fail(
            f"{', '.join(sorted(changed))} changed, which the sandbox mounts: published runs of "
            f"{', '.join(stale(changed))} become stale, and the next `python -m leaderboard run` makes them "
            f"anew. If that is meant: python {Path(__file__).relative_to(ROOT)} > {GOLDEN.relative_to(ROOT)}"
        )


def test_every_file_is_somebody_s():
    """What makes stale runs of entries that need it leaves those alone that do not."""
    assert "bananas" in stale({"nb301/space/cells.py"})
    assert len(stale({"leaderboard/inside/shim.py"})) > len(stale({"nb301/space/cells.py"})) > 0
    assert set(stale({"leaderboard/inside/library.py"})) <= set(stale({"nb301/space/cells.py"}))
    assert stale({"leaderboard/inside/canary.py"}) == []


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


def test_environment_does_not_change_with_a_docstring(monkeypatch, tmp_path):
    """But with a statement; and files of one name in two folders are two."""
    for name in ("nb301/space.py", "leaderboard/inside/space.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f'"""{name}."""\nx = 1\n')
    monkeypatch.setattr(environment, "ROOT", tmp_path)
    monkeypatch.setattr(environment, "own_files", lambda **_: sorted(tmp_path.rglob("*.py")))
    before = environment.environment_hash("", library=True)

    (tmp_path / "nb301/space.py").write_text('"""Other words."""\n\n# more\nx = 1\n')
    assert environment.environment_hash("", library=True) == before
    (tmp_path / "nb301/space.py").write_text("x = 2\n")
    changed = environment.environment_hash("", library=True)
    assert changed != before
    (tmp_path / "nb301/space.py").write_text("x = 1\n")
    (tmp_path / "leaderboard/inside/space.py").write_text("x = 2\n")
    assert environment.environment_hash("", library=True) not in {before, changed}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(own_parts(library=True, adapter=True), indent=1) + "\n")
