"""A column of genotype texts as one array: what `Genotype.parse` reads, for whole tables at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import permutations, product
from operator import getitem

import numpy as np
from numpy.typing import NDArray

from nb301.errors import GenotypeError
from nb301.space import INPUT_PAIRS, NODES, Genotype, Op

_BETWEEN_CELLS = ",reduce:"
_BEFORE_CELLS = "normal:"


def to_codes(texts: Iterable[object]) -> NDArray[np.uint8]:
    """Read canonical genotype texts, about 3 us each.

    Args:
        texts: What `str(genotype.canonical())` wrote.

    Returns:
        Shape (n, 2, 8, 2), as `space.to_codes` packs genotypes.

    Raises:
        GenotypeError: One is no such text; names the first of them by its number.
    """
    texts = list(texts)
    packed = bytearray()
    for row, text in enumerate(texts):
        code = _packed(text)
        if code is None:
            raise GenotypeError(f"row {row}: {_what_is_wrong(text)}")
        packed += code
    codes = np.frombuffer(bytes(packed), dtype=np.uint8).reshape(-1, 2, 8, 2)
    canonical = are_canonical(codes)
    if not canonical.all():
        row = int(np.argmin(canonical))
        raise GenotypeError(f"row {row}: {texts[row]} is not in canonical form")
    return codes


def are_canonical(codes: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Tell which genotypes equal their canonical form.

    A cell is canonical if no valid order of its intermediate nodes gives a smaller code
    (`space.Cell.canonical`).

    Args:
        codes: Shape (n, 2, 8, 2), as `space.to_codes` packs genotypes.

    Returns:
        Shape (n,).
    """
    # the cells last: NumPy is fast along long last axes
    sources, ops = np.ascontiguousarray(codes.reshape(-1, 4, 2, 2).transpose(3, 1, 2, 0))
    own = _order_numbers(sources, ops)
    smallest = np.ones(len(own), dtype=bool)
    for order in permutations(range(4)):
        # order[k] is the old place of the node that comes k-th
        new_names = np.concatenate([[0, 1], np.argsort(order, kind="stable") + 2]).astype(np.uint8)
        renamed = new_names[sources[order, :]]
        valid = np.flatnonzero((renamed < np.array(NODES, dtype=np.uint8)[:, None, None]).all(axis=(0, 1)))
        reordered = _order_numbers(renamed[..., valid], ops[order, :][..., valid])
        smallest[valid] &= reordered >= own[valid]
    return smallest[0::2] & smallest[1::2]


def _order_numbers(sources: NDArray[np.uint8], ops: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Number cells so that they sort as their codes do; a node's two edges may be swapped.

    Args:
        sources: Shape (4, 2, m): node, edge, cell.
        ops: Shape (4, 2, m).

    Returns:
        Shape (m,), below 2^48.
    """
    edges = sources * 8 + ops  # below 64; the two sources of a node differ, so that ops break no tie
    first, second = edges[:, 0], edges[:, 1]
    nodes = np.minimum(first, second) * np.int64(64) + np.maximum(first, second)
    numbers: NDArray[np.int64] = 4096 ** np.arange(3, -1, -1) @ nodes
    return numbers


def _packed(text: object) -> bytes | None:
    """The 32 code bytes of a text; None where it is not one that `str(genotype)` writes."""
    if not isinstance(text, str) or not text.startswith(_BEFORE_CELLS):
        return None
    nodes = text[len(_BEFORE_CELLS) :].replace(_BETWEEN_CELLS, "/", 1).split("/")
    # a ',reduce:' at another place would go unseen
    if len(nodes) != 2 * len(NODES) or not text.endswith(_BETWEEN_CELLS + "/".join(nodes[len(NODES) :])):
        return None
    try:
        return b"".join(map(getitem, _node_codes(), nodes))
    except KeyError:
        return None


@lru_cache(maxsize=1)
def _node_codes() -> Sequence[Mapping[str, bytes]]:
    """The four bytes of every text of a node, for the nodes 2-5 of both cells."""
    cell = []
    for node in NODES:
        codes = {}
        for (first, second), first_op, second_op in product(INPUT_PAIRS[node], Op, Op):
            text = f"{first_op.name}@{first}+{second_op.name}@{second}"
            codes[text] = bytes([first, first_op, second, second_op])
        cell.append(codes)
    return cell + cell


def _what_is_wrong(text: object) -> str:
    if not isinstance(text, str):
        return f"{text!r} is no text"
    try:
        Genotype.parse(text)
    except GenotypeError as error:
        return str(error)
    return f"{text} is not in canonical form"
