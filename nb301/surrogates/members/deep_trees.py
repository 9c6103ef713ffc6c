"""Members with many large trees, such as the 20,000 trees and 4 million nodes of an official XGBoost member.

They have too many leaves for the words of `trees`. A row first decides all distinct tests of a member once.
Then all its trees are walked together, a level a step: `words[at]` holds a node's left child and the number
of its test, whose decision, 0 or 1, is added. What bounds this is memory, as for any walk: nearly every
node below the first levels is in a cache line of its own. Lists are routed many rows at a time instead
(`deep_lists`). Answers are those of the library that fitted the trees, bit by bit: sums of float32 in
XGBoost's order, of float64 in LightGBM's.
"""

from __future__ import annotations

from collections.abc import Sequence
from mmap import mmap
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nb301.surrogates.members.deep_file import TEST_BITS, TEST_MASK, Member, open_member
from nb301.surrogates.members.deep_lists import predict_list

#: Levels in front of which trees that have come to their end are set aside; before the others that costs
#: more than walking in place.
_SET_ASIDE = (6, 9, 12, 16, 20, 28)
#: Rows of a list that are faster walked one by one: routing reads all nodes first.
_ROUTING = 72
#: Decisions of rows on tests that are made together, and most rows.
_DECISIONS, _MOST_ROWS = 2**24, 8192
#: Nodes of a tree, of which a walk sees a dozen and routing all, where a row costs as much by either.
_LARGE_TREES = 2000


class DeepTrees:
    """Members of boosted trees, each in a file that is mapped into memory and shared between processes.

    Args:
        files: The members' files, as `deep_pack.pack` wrote them: paths that are mapped here, or contents.
        features: Features that rows have.

    Raises:
        OSError: A file cannot be read.
        ReleaseError: A file is not one of trees on these features; says what is wrong with it.
    """

    def __init__(self, files: Sequence[Path | bytes | mmap], features: int) -> None:
        self._members = [open_member(file, features) for file in files]

    def predict(self, rows: NDArray[np.floating]) -> NDArray[np.float64]:
        """Predict every member.

        Args:
            rows: Features of each row, NaN where one is missing, shape (n, features).

        Returns:
            Shape (members, n), in the unit that they were fitted to; equal for a row alone and in any list.
        """
        predicted = np.empty((len(self._members), len(rows)))
        for of_member, member in zip(predicted, self._members, strict=True):
            at_once = min(_MOST_ROWS, _DECISIONS // (1 + len(member.tests.feature)))
            for begin in range(0, len(rows), at_once):
                part = slice(begin, begin + at_once)
                of_member[part] = _predict(member, rows[part])
        return predicted


def _predict(member: Member, rows: NDArray[np.floating]) -> NDArray[np.floating]:
    """Predict some rows of one member, shape (n,)."""
    right = member.tests.go_right(rows, or_equal=member.start.library == "lightgbm")
    size = len(member.words) / member.trees
    base = member.values.dtype.type(member.start.base)
    first = base if member.start.base_first else member.values.dtype.type(0)
    if len(rows) > _ROUTING and size < _LARGE_TREES:
        sums = predict_list(member, right, first)
    else:
        sums = np.array([_summed(member, decided, first) for decided in right])
    return sums if member.start.base_first else sums + base


def _summed(member: Member, right: NDArray[np.bool_], first: np.floating) -> np.floating:
    """The sum of a row's leaves from `first` on, tree by tree."""
    leaves = np.empty(member.trees + 1, dtype=member.values.dtype)
    leaves[0] = first
    member.values.take(_reached(member, right.astype(np.int64)), out=leaves[1:], mode="clip")
    # sums one after the other, where `sum` adds pairwise
    summed: np.floating = np.add.accumulate(leaves)[-1]
    return summed


def _reached(member: Member, right: NDArray[np.int64]) -> NDArray[np.int64]:
    """The leaf of each tree that a row comes to, shape (trees,)."""
    words = member.words
    at = np.arange(member.trees)
    ended, open_ = at, None
    for level in range(len(member.levels) - 2):
        # numbers have been checked; that mode is the one that writes into `out` at once
        word = words.take(at, mode="clip")
        test = word & TEST_MASK
        if level in _SET_ASIDE:
            going = np.flatnonzero(test)
            if open_ is None:
                ended, open_ = at, going
            else:
                ended[open_] = at
                open_ = open_.take(going, mode="clip")
            word, test = word.take(going, mode="clip"), test.take(going, mode="clip")
        word >>= TEST_BITS
        at = right.take(test, mode="clip")
        at += word
    if open_ is None:
        return at
    ended[open_] = at
    return ended
