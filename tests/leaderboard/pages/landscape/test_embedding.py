"""Maps of tables: what is near each other, and what is committed."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from scipy.spatial.distance import pdist, squareform

from leaderboard.errors import BoardError
from leaderboard.pages.landscape.embedding import (
    PER_SOURCE,
    edge_ops,
    embed,
    read_embedding,
    write_embedding,
)
from leaderboard.pages.landscape.pages import landscape_page
from nb301.errors import MissingExtra
from nb301.sources import FITTED
from nb301.space import Op
from nb301.tables import load, names

NAME = "emulated-v2.0"


def test_committed_embedding_is_of_the_embedded_table(table):
    """A table that changed would be shown on another one's map."""
    embedding = read_embedding(NAME, table)

    assert embedding.content_hash == table.content_hash
    sources = table.rows["optimizer"].iloc[embedding.rows].value_counts()
    assert {source for source, n in sources.items() if n} == {*FITTED}
    assert sources.max() == PER_SOURCE


def test_stale_embedding_is_an_error(small):
    """The error names both contents, and how to embed anew."""
    with pytest.raises(
        BoardError, match=rf"{small.content_hash}.*python -m leaderboard.pages.landscape.embedding"
    ):
        landscape_page(NAME, small)


def test_missing_embedding_is_an_error(small):
    """A table without a map says how to make one."""
    with pytest.raises(BoardError, match=r"nothing-v1\.0\.json: not an embedding"):
        read_embedding("nothing-v1.0", small)


def test_committed_embedding_keeps_neighbours_together(table):
    """Nearest neighbours on the map share more edges than architectures drawn at random."""
    embedding = read_embedding(NAME, table)
    ops = edge_ops(table.codes[embedding.rows])
    differ = squareform(pdist(ops, "hamming"))
    apart = squareform(pdist(embedding.places))
    np.fill_diagonal(apart, np.inf)

    nearest = differ[np.arange(len(ops)), apart.argmin(axis=1)]
    assert nearest.mean() < 0.7 * differ.mean()


def test_edge_ops_are_those_of_the_canonical_cells(table):
    """Each edge's op is at its number, and edges that are not there have a number of their own."""
    genotypes = table.genotypes[:20]
    for row, genotype in zip(edge_ops(table.codes[:20]), genotypes, strict=True):
        canonical = genotype.canonical()
        for cell, ops in zip((canonical.normal, canonical.reduce), row.reshape(2, 14), strict=True):
            assert {n: op for n, op in enumerate(ops) if op < len(Op)} == {
                edge.number: edge.op for edge in cell.edges
            }


def test_embedding_follows_from_its_seed(small, tmp_path):
    """Equal tables and seeds give equal files."""
    pytest.importorskip("sklearn")
    for name in ("one", "two"):
        write_embedding(embed(small, seed=1, per_source=40), tmp_path / name)

    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_every_embedded_table_has_an_embedding():
    """The site's build has a page for each."""
    for name in names():
        read_embedding(name, load(name))


def test_embedding_needs_an_extra(small, monkeypatch):
    """The error says how to install it."""
    monkeypatch.setitem(sys.modules, "sklearn", None)

    with pytest.raises(MissingExtra, match=r"pip install 'nb301\[torch\]'"):
        embed(small, seed=1)
