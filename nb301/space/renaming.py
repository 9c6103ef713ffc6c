"""The canonical form of a cell: the smallest of all that equal it up to the names of intermediate nodes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import permutations

from nb301.space.edges import CELL_BYTES, NODES


@lru_cache(maxsize=2**13)  # an edit of a genotype leaves one of its cells as it is
def canonical_code(code: bytes) -> bytes:
    """The smallest code among all valid orders of the intermediate nodes."""
    renamings = _renamings(code[::2])
    if len(renamings) == 1:
        return code
    table = code + _NUMBERS
    return min([positions.translate(table) for positions in renamings])


#: Behind a cell's code, so that a renaming finds new sources by position as it finds ops; as many as
#: `bytes.translate` wants.
_NUMBERS = bytes(range(256 - CELL_BYTES))


@cache
def _renamings(sources: bytes) -> list[bytes]:
    """All ways to rename intermediate nodes that keep inputs before nodes; 1 to 24, 4.4 on average.

    Args:
        sources: Of the cell's eight edges.

    Returns:
        The renamed cell's code by positions in the cell's code with `_NUMBERS` behind it.
    """
    return [bytes(positions) for positions in renaming_positions(sources)]


def renaming_positions(sources: Sequence[int]) -> list[list[int]]:
    """For each valid order of the intermediate nodes, where the renamed cell's code is read from.

    Args:
        sources: Of a cell's eight edges.

    Returns:
        Lists of 16 positions: those below 16 in the cell's code, where ops stay in the place of their
        edge, and `16 + k` for the new source k.
    """
    valid = []
    for order in permutations(NODES):
        new_names = [0, 1, *(NODES[order.index(node)] for node in NODES)]
        positions: list[int] = []
        for node in order:
            edges = sorted((new_names[sources[edge]], edge) for edge in (2 * node - 4, 2 * node - 3))
            if edges[-1][0] >= new_names[node]:
                break
            for source, edge in edges:
                positions += [CELL_BYTES + source, 2 * edge + 1]
        else:
            valid.append(positions)
    return valid
