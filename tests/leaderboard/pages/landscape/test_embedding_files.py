"""Embeddings: maps of tables, read or refused."""

from __future__ import annotations

import pytest

from leaderboard.pages.landscape import embedding
from tests.crafting import BROKEN_JSON, refusal


@pytest.mark.parametrize(
    "text",
    [
        *BROKEN_JSON,
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
