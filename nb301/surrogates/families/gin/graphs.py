"""Which edges of its graph a genotype's ops are on: their own, or those of the official code."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from nb301.encodings import GRAPH_NODES, OP_TARGETS, Graphs, graph
from nb301.surrogates.families.gin.file import Edges


def official_graph(codes: NDArray[np.uint8]) -> Graphs:
    """Encode as `encodings.graph` does, but with ops on the edges that the official code puts them on (F9).

    It lists a cell's ops by the targets of their edges, and its edges by their sources, and joins the lists:
    on average 5.2 of 8 ops are then on the edge of another one. Weights that were fitted so need it.

    Args:
        codes: Genotypes as `space.to_codes` packs them, shape (n, 2, 8, 2). Those that differ in the names of
            their nodes alone may have different graphs.
    """
    encoded = graph(codes)
    # all sources of the normal cell come before those of the reduction cell
    by_source = np.argsort(encoded.sources * GRAPH_NODES + OP_TARGETS, axis=1, kind="stable")
    ops = np.empty_like(encoded.ops)
    np.put_along_axis(ops, by_source, encoded.ops, axis=1)
    return encoded._replace(ops=ops)


#: Encodings of genotypes as `space.to_codes` packs them.
GRAPHS: Mapping[Edges, Callable[[NDArray[np.uint8]], Graphs]] = {
    Edges.own: graph,
    Edges.official: official_graph,
}
