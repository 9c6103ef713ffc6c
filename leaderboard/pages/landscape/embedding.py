"""A map of a table's architectures: t-SNE, computed once and committed, since it is slow.

`python -m leaderboard.pages.landscape.embedding emulated-v2.0` computes it anew, with scikit-learn.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray

from leaderboard.errors import BoardError
from leaderboard.places import EMBEDDINGS
from nb301.encodings import canonical
from nb301.errors import one_line
from nb301.extras import require
from nb301.files import write_text
from nb301.parsing import parse_object, read_bytes
from nb301.sources import FITTED
from nb301.space import FIRST_EDGE, Op
from nb301.tables import load
from nb301.tables.schema import EvaluationTable

#: At most as many architectures of each source, so that no optimizer hides the others.
PER_SOURCE = 220
_SEED, _PERPLEXITY = 301, 30.0
_EDGES = 14
#: Bytes of a file, 20 for each architecture.
_MOST_BYTES = 2**24


@dataclass(frozen=True, slots=True)
class Embedding:
    """Rows of a table with their places on the map."""

    #: Of the table that they are rows of.
    content_hash: str
    rows: NDArray[np.intp]
    #: Shape (rows, 2), in units that mean nothing.
    places: NDArray[np.float64]


def embed(table: EvaluationTable, seed: int, per_source: int = PER_SOURCE) -> Embedding:
    """Embed a sample of a table's architectures.

    Architectures are near where their cells, in canonical form, have the same ops on the same edges.

    Args:
        table: What to embed; of its rows that models are fitted on.
        seed: Of the sample and of t-SNE.
        per_source: At most as many different architectures of each source.

    Raises:
        MissingExtra: scikit-learn is not installed.
    """
    require("sklearn", "torch")
    from sklearn.manifold import TSNE

    rows = _sample(table, np.random.default_rng(seed), per_source)
    tsne = TSNE(metric="hamming", perplexity=_PERPLEXITY, init="random", random_state=seed, n_jobs=1)
    places = tsne.fit_transform(edge_ops(table.codes[rows])).astype(np.float64)
    return Embedding(table.content_hash, rows, np.round(places, 2))


def edge_ops(codes: NDArray[np.uint8]) -> NDArray[np.int64]:
    """The op on each possible edge of both cells in canonical form.

    Args:
        codes: Genotypes as `space.to_codes` packs them, shape (n, 2, 8, 2).

    Returns:
        Op numbers, `len(Op)` where there is no edge, shape (n, 28): normal cell, then reduction cell.
    """
    codes = canonical(codes).astype(np.int64)
    first = np.repeat([FIRST_EDGE[node] for node in sorted(FIRST_EDGE)], 2)
    edges = first + codes[..., 0]
    ops = np.full((*codes.shape[:2], _EDGES), len(Op))
    np.put_along_axis(ops, edges, codes[..., 1], axis=-1)
    return ops.reshape(len(codes), -1)


def write_embedding(embedding: Embedding, path: Path) -> None:
    """Write an embedding as JSON, whole or not at all."""
    entries = {
        "content_hash": embedding.content_hash,
        "rows": embedding.rows.tolist(),
        "x": embedding.places[:, 0].tolist(),
        "y": embedding.places[:, 1].tolist(),
    }
    write_text(path, json.dumps(entries, separators=(",", ":")) + "\n")


def read_embedding(name: str, table: EvaluationTable) -> Embedding:
    """Read the committed embedding of an embedded table.

    Args:
        name: Of the table, such as `emulated-v2.0`.
        table: The table.

    Raises:
        BoardError: There is none, it is damaged, or it is of another table of that name.
    """
    path = EMBEDDINGS / f"{name}.json"
    again = f"write it with `python -m leaderboard.pages.landscape.embedding {name}`"
    try:
        entries = parse_object(read_bytes(path, _MOST_BYTES))
        rows = np.array(entries["rows"], dtype=np.intp)
        places = np.array([entries["x"], entries["y"]], dtype=np.float64).T
        content_hash = str(entries["content_hash"])
    except (OSError, ValueError, KeyError, TypeError, OverflowError) as error:
        raise BoardError(f"{path}: not an embedding ({one_line(str(error))}): {again}") from None
    if content_hash != table.content_hash:
        raise BoardError(
            f"{path}: of a table with content {content_hash}, but {name} has {table.content_hash}: {again}"
        )
    fit = rows.ndim == 1 and places.shape == (len(rows), 2) and np.isfinite(places).all()
    if not fit or not np.all((rows >= 0) & (rows < len(table))):
        raise BoardError(f"{path}: not an embedding (places or rows of {name} that are not there): {again}")
    return Embedding(content_hash, rows, places)


def _sample(table: EvaluationTable, rng: np.random.Generator, per_source: int) -> NDArray[np.intp]:
    """Row numbers, ascending: different architectures of each source, drawn without replacement."""
    optimizers = table.rows["optimizer"].to_numpy()
    first = ~table.rows.duplicated(["optimizer", "genotype"]).to_numpy()
    drawn: list[NDArray[np.intp]] = []
    for source in FITTED:
        rows = np.flatnonzero(first & (optimizers == source))
        drawn.append(rng.permutation(rows)[:per_source])
    return np.sort(np.concatenate(drawn))


def main(name: Annotated[str, typer.Argument(help="An embedded table.")]) -> None:
    """Embed a table and write what the site's build reads."""
    path = EMBEDDINGS / f"{name}.json"
    write_embedding(embed(load(name), _SEED), path)
    typer.echo(f"wrote {path}")


if __name__ == "__main__":
    typer.run(main)
