"""Files that the site is built from: read, or one line that names the file and what is wrong with it."""

from __future__ import annotations

import os
import sys

import pytest

from leaderboard.pages.landscape import embedding
from leaderboard.ranking.references import read_references
from leaderboard.rendering.content import read_report
from nb301.errors import Nb301Error
from tests.crafting import nested

JSON = [
    "",
    "[]",
    nested(100_000),
    '{"a":' * 200 + "1" + "}" * 200,
    "1" * 5000,
    '{"format": 1' + "0" * 999 + "}",
]
JSON += ["\udcff", '{"format": 2, "releases": NaN}', '{"a\\n": "\\u202e"}']
TOML = [
    "a = ",
    "a = " + "[" * 5000,
    "a = 0x" + "f" * 4000,
    "a = " + "1" * 5000,
    ".".join("a" * 9000) + " = 1",
]
TOML += ["\udcff", "a = 1", "[a]\nb\u202e = 1"]
READERS = {"report": (read_report, JSON), "references": (read_references, TOML)}


@pytest.fixture(params=[(name, text) for name, (_, texts) in READERS.items() for text in texts])
def broken(request, tmp_path):
    """A reader, and a file that is not what it reads."""
    name, text = request.param
    path = tmp_path / "file"
    path.write_text(text, encoding="utf-8", errors="surrogateescape")
    return READERS[name][0], path


def refusal(read, path):
    with pytest.raises(Nb301Error) as caught:
        read(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert str(caught.value).isprintable()


def test_what_is_none_is_refused(broken):
    """No text ends in anything but one line."""
    refusal(*broken)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
@pytest.mark.parametrize("name", READERS)
def test_only_regular_files_are_read(name, tmp_path):
    """Pipes and devices are refused without being read."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "device").symlink_to("/dev/zero")
    for each in ("pipe", "device", ".", "nothing"):
        refusal(READERS[name][0], tmp_path / each)


@pytest.mark.parametrize(
    "text",
    [
        *JSON,
        '{"content_hash": "HASH", "rows": [1e999], "x": [0], "y": [0]}',
        '{"content_hash": "HASH", "rows": [-1], "x": [0], "y": [0]}',
        '{"content_hash": "HASH", "rows": [300], "x": [0], "y": [0]}',
        '{"content_hash": "HASH", "rows": [0, 1], "x": [0], "y": [0]}',
        '{"content_hash": "HASH", "rows": [[0]], "x": [0], "y": [0]}',
        '{"content_hash": "HASH", "rows": [0], "x": [NaN], "y": [0]}',
    ],
)
def test_embeddings_are_of_rows_that_are_there(tmp_path, monkeypatch, tiny_table, text):
    """A map holds finite places of rows of its table, or is refused."""
    monkeypatch.setattr(embedding, "EMBEDDINGS", tmp_path)
    text = text.replace("HASH", tiny_table.content_hash)
    (tmp_path / "tiny.json").write_text(text, encoding="utf-8", errors="surrogateescape")
    refusal(lambda _: embedding.read_embedding("tiny", tiny_table), tmp_path / "tiny.json")
