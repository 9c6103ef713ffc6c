"""Boosted trees on the vector encoding and counts of ops, see `trees`.

What an intermediate node of a cell sets in the vector takes at most 490 forms, so eight words, one for each
node, tell an architecture's leaf in a tree. Trees that see counts of ops, too, need a word more for each op
of each cell.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from nb301.encodings import (
    UNSET,
    VECTOR_RANGE,
    VECTOR_SLOTS,
    configuration_numbers,
    configuration_vectors,
    configurations,
    vector,
)
from nb301.errors import ReleaseError
from nb301.op_counts import count_numbers, count_offsets, count_vectors, count_weights
from nb301.surrogates.members.loops import answered
from nb301.surrogates.members.trees import FEATURES, BoostedTrees, Trees, most_trees, row_bytes

#: Largest table of node configurations, bytes. Models beyond it are evaluated slot by slot, by a table a
#: fifth as large with four times the reads.
_LARGEST_TABLE = 128 * 2**20
#: Largest table of slots: as large as half of that, or so many bytes for each node there is. Fitted trees
#: need a tenth; only few trees beside a member of very many need more.
_BYTES_A_NODE = 256
_NO_COUNTS = np.empty(0, dtype=np.intp)


class VectorTrees:
    """Members of boosted trees on `encodings.vector`, and on `op_counts` where one of them tests a count.

    Args:
        members: The trees of each member.
        bases: What each member starts from, shape (members,).
        dtype: What the library sums in; summed in its order, results are equal to the last digit.

    Raises:
        ValueError: A tree has more than 64 leaves, or a member has no tree.
        ReleaseError: Tables of these members would take far more memory than their files.
    """

    def __init__(self, members: Sequence[Trees], bases: Sequence[float], dtype: DTypeLike) -> None:
        self._counts = any((member.feature >= len(VECTOR_SLOTS)).any() for member in members)
        by_node, by_slot = configuration_vectors(), _slot_vectors()
        if self._counts:
            by_node, by_slot = _with_counts(by_node), _with_counts(by_slot)
        width = row_bytes(members)
        self._by_node = width * len(by_node) <= _LARGEST_TABLE
        nodes = sum(len(member.left) for member in members)
        if width * len(by_slot) > max(_LARGEST_TABLE // 2, nodes * _BYTES_A_NODE):
            raise ReleaseError(
                f"a member has {most_trees(members)} trees, beside {len(members)} members of {nodes} nodes "
                "in all"
            )
        chosen = by_node if self._by_node else by_slot
        #: Where the configurations of counts begin.
        self._first_count = len(chosen) - len(count_vectors())
        self._first_counts = self._first_count + count_offsets() if self._counts else _NO_COUNTS
        self._trees = BoostedTrees(members, bases, chosen, dtype)

    def predict(self, codes: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Predict every member.

        Args:
            codes: Canonical genotypes as `space.to_codes` packs them, shape (n, 2, 8, 2).

        Returns:
            Shape (members, n), in the unit that they were fitted to.
        """
        return answered("members.compiled", len(codes), lambda loops: self._predict(codes, loops))

    def _predict(self, codes: NDArray[np.uint8], loops: Any) -> NDArray[np.float64]:
        if loops is not None and self._by_node:
            return self._trees.predict(self._numbers(codes, loops), loops)
        numbers = configurations(codes) if self._by_node else _slot_configurations(codes)
        if self._counts:
            numbers = np.hstack([numbers, self._first_count + count_numbers(codes)])
        return self._trees.predict(numbers, loops)

    def _numbers(self, codes: NDArray[np.uint8], loops: Any) -> NDArray[np.intp]:
        """The configurations of nodes, and of counts, by a compiled loop."""
        numbers, weights, first = configuration_numbers()
        counts = self._first_counts
        made = np.empty((len(codes), len(first) + len(counts)), dtype=np.intp)
        rows = np.ascontiguousarray(codes).reshape(len(codes), 4 * len(first))
        loops.configuration_numbers(rows, numbers, weights, first, count_weights(), counts, made)
        return made


def _with_counts(vectors: NDArray[np.int8]) -> NDArray[np.int8]:
    """Configurations of the vector's slots, then those of counts: both set nothing of the other's."""
    counts = count_vectors()
    both = np.full((len(vectors) + len(counts), FEATURES), UNSET, dtype=np.int8)
    both[: len(vectors), : len(VECTOR_SLOTS)] = vectors
    both[len(vectors) :, len(VECTOR_SLOTS) :] = counts
    return both


def _slot_vectors() -> NDArray[np.int8]:
    """Every value of every slot as a configuration of its own, shape (34 * 11, 34)."""
    values = np.arange(VECTOR_RANGE[0], VECTOR_RANGE[1] + 1, dtype=np.int8)
    vectors = np.full((len(VECTOR_SLOTS), len(values), len(VECTOR_SLOTS)), UNSET, dtype=np.int8)
    slots = np.arange(len(VECTOR_SLOTS))
    vectors[slots, :, slots] = values
    return vectors.reshape(-1, len(VECTOR_SLOTS))


def _slot_configurations(codes: NDArray[np.uint8]) -> NDArray[np.intp]:
    smallest, largest = VECTOR_RANGE
    return vector(codes) - smallest + np.arange(len(VECTOR_SLOTS)) * (largest - smallest + 1)
