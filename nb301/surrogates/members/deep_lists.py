"""Lists of rows through large trees: a bit a row, so that a node sends 64 rows on at once.

Trees share their tests, so a word for each test holds which of 64 rows it sends right. A node's word has the
rows that come to it; its right child's is the conjunction with its test's, its left child's is the rest. A
level of many trees is evaluated at once. At the end each row is in one leaf of each tree. The rows that come
to a leaf behind a tree's k-th are an exclusive or of words, and each bit of Gray's code of a leaf's number
is an exclusive or of few of those, as it changes in few places. An exchange of bits makes a byte for each
row of eight such planes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nb301.surrogates.members.deep_file import TEST_BITS, TEST_MASK, Member

#: Rows that are evaluated together; those of a block but the last fill words.
_ROWS = 256
#: Nodes that are evaluated together: enough to amortise the calls, few enough to stay near the processor.
_NODES = 100_000
_WORD = np.dtype("<u8")
#: Of the exchange of bits: which of two words' bits change places, by the distance between the words.
_EXCHANGED = {
    4: np.uint64(0x0F0F0F0F0F0F0F0F),
    2: np.uint64(0x3333333333333333),
    1: np.uint64(0x5555555555555555),
}


def predict_list(member: Member, right: NDArray[np.bool_], first: np.floating) -> NDArray[np.floating]:
    """Sum the leaves of each row from `first` on, tree by tree.

    Args:
        member: The trees.
        right: Which tests send a row right, shape (n, 1 + tests).
        first: In the type of the leaves.

    Returns:
        Shape (n,).
    """
    blocks = []
    for begin in range(0, len(right), _ROWS):
        blocks.append(_rows_as_bits(right[begin : begin + _ROWS]))
    sums = [np.full(masks.shape[1] * 64, first) for masks in blocks]
    for trees in _chunks(member):
        for number, masks in enumerate(blocks):
            sums[number] = _added(sums[number], trees, masks)
    return np.concatenate(sums)[: len(right)]


def _added(sums: NDArray[np.floating], trees: _Trees, masks: NDArray[np.uint64]) -> NDArray[np.floating]:
    """Sums of rows, and their leaves of some trees, tree by tree."""
    leaves = np.empty((1 + len(trees.first), len(sums)), dtype=sums.dtype)
    leaves[0] = sums
    trees.values.take(_leaf_numbers(trees, masks), out=leaves[1:], mode="clip")
    # one row of leaves after the other: numpy adds pairwise along the innermost axis alone
    added: NDArray[np.floating] = np.add.reduce(leaves, axis=0)
    return added


def _rows_as_bits(right: NDArray[np.bool_]) -> NDArray[np.uint64]:
    """The rows that each test sends right, as bits, shape (1 + tests, words).

    Row (i, word, k) of 8 * words * 8 stands in bit i of byte k of a word, so that `_leaf_numbers`, which
    exchanges bits within bytes, gives the rows in their order.
    """
    n, tests = right.shape
    words = -(-n // 64)
    padded = np.zeros((tests, words * 64), dtype=np.bool_)
    padded[:, :n] = right.T
    bits = padded.reshape(tests, 8, words, 8).transpose(0, 2, 3, 1)
    return np.packbits(bits, axis=-1, bitorder="little").reshape(tests, -1).view(_WORD)


@dataclass(frozen=True, slots=True)
class _Level:
    """A level of some trees: places of inner nodes and leaves in it, and the inner nodes' tests."""

    inner: NDArray[np.intp]
    leaves: NDArray[np.intp]
    tests: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Plane:
    """Those leaves behind which a certain bit of Gray's code changes."""

    #: By their place among all leaves, tree by tree.
    leaves: NDArray[np.intp]
    #: Trees that have such leaves, and where these begin.
    trees: NDArray[np.intp]
    begins: NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class _Trees:
    """Some trees that follow each other."""

    levels: list[_Level]
    #: The leaves, which come level by level, tree by tree.
    order: NDArray[np.intp]
    #: What leaves add, tree by tree; and where each tree's begin.
    values: NDArray[np.floating]
    first: NDArray[np.intp]
    planes: list[_Plane]


def _chunks(member: Member) -> Iterator[_Trees]:
    """All trees, few enough at a time."""
    begin, usual = 0, max(1, _NODES * member.trees // len(member.words))
    while begin < member.trees:
        count = min(usual, member.trees - begin)
        while (trees := _read(member, begin, count)) is None:
            count = -(-count // 4)
        yield trees
        begin += count


def _read(member: Member, begin: int, count: int) -> _Trees | None:
    """Trees as they are evaluated; None if they are several and have far more nodes than others."""
    levels, of_trees, values = [], [], []
    at = np.arange(begin, begin + count)
    tree = np.arange(count, dtype=np.min_scalar_type(count))  # the fewer bytes, the faster they are sorted
    nodes = 0
    while len(at):
        nodes += len(at)
        if nodes > 4 * _NODES and count > 1:
            return None
        words = member.words.take(at, mode="clip")
        test = words & TEST_MASK
        is_leaf = test == 0
        inner, leaves = np.flatnonzero(~is_leaf), np.flatnonzero(is_leaf)
        levels.append(_Level(inner, leaves, test[inner]))
        of_trees.append(tree[leaves])
        values.append(member.values.take(at[leaves], mode="clip"))
        left = words[inner] >> TEST_BITS
        at, tree = np.concatenate([left, left + 1]), np.tile(tree[inner], 2)
    of_tree = np.concatenate(of_trees)
    order = np.argsort(of_tree, kind="stable")
    leaves_of = np.bincount(of_tree, minlength=count)
    first = np.cumsum(leaves_of) - leaves_of
    # Gray's code changes behind the k-th leaf, counted from 1, in the lowest bit that k has
    counted = (np.arange(1, len(order) + 1) - np.repeat(first, leaves_of)).astype(np.int32)
    changes = counted & -counted
    bits = range(int(leaves_of.max() - 1).bit_length())
    planes = [_plane(changes, leaves_of, 1 << bit) for bit in bits]
    return _Trees(levels, order, np.concatenate(values)[order], first, planes)


def _plane(changes: NDArray[np.int32], leaves_of: NDArray[np.intp], bit: int) -> _Plane:
    """Where a bit changes, of each tree's number of leaves."""
    has = (leaves_of + bit) // (2 * bit)
    trees = np.flatnonzero(has)
    return _Plane(np.flatnonzero(changes == bit), trees, np.cumsum(has[trees]) - has[trees])


def _leaf_numbers(trees: _Trees, masks: NDArray[np.uint64]) -> NDArray[np.int64]:
    """The leaf that each row comes to, as its place in `values`, shape (trees, 64 * words)."""
    planes = _planes(trees, masks)
    place = np.repeat(trees.first[:, None], 64 * masks.shape[1], axis=1)
    for begin in range(0, len(planes), 8):
        byte = planes[begin : begin + 8]
        _exchange_bits(byte)
        numbers = np.ascontiguousarray(byte.transpose(2, 0, 1)).view(np.uint8).reshape(place.shape)
        place += numbers if begin == 0 else numbers.astype(np.int64) << begin
    return place


def _planes(trees: _Trees, masks: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The bits of all rows' leaf numbers, shape (bits, words, trees), the bits filled up to whole bytes."""
    rows = _rows_of_leaves(trees, masks).take(trees.order, axis=0, mode="clip")
    # with a tree's first leaf turned round, what is exclusive or of all leaves up to one has the rows that
    # come to a later one; of the last leaf that is none, with which the next tree begins
    rows[trees.first] = ~rows[trees.first]
    # a word's leaves side by side, as numpy goes along them
    later = np.ascontiguousarray(rows.T)
    np.bitwise_xor.accumulate(later, axis=1, out=later)
    bits = max(1, -(-len(trees.planes) // 8)) * 8
    planes = np.zeros((bits, masks.shape[1], len(trees.first)), dtype=_WORD)
    for of_bit, plane in zip(planes, trees.planes, strict=False):
        changes = later.take(plane.leaves, axis=1, mode="clip")
        of_bit[:, plane.trees] = np.bitwise_xor.reduceat(changes, plane.begins, axis=1)
    # from Gray's code, in which a bit changes once from a leaf to the next, to numbers
    for bit in reversed(range(len(trees.planes) - 1)):
        planes[bit] ^= planes[bit + 1]
    return planes


def _rows_of_leaves(trees: _Trees, masks: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The rows that come to each leaf, level by level, as bits, shape (leaves, words)."""
    words = masks.shape[1]
    reached = np.full((len(trees.first), words), ~np.uint64(0), dtype=_WORD)
    of_leaves = np.empty((len(trees.values), words), dtype=_WORD)
    known = 0
    for level in trees.levels:
        end = known + len(level.leaves)
        reached.take(level.leaves, axis=0, out=of_leaves[known:end], mode="clip")
        known = end
        parents = reached.take(level.inner, axis=0, mode="clip")
        reached = np.empty((2 * len(parents), words), dtype=_WORD)
        left, right = reached[: len(parents)], reached[len(parents) :]
        masks.take(level.tests, axis=0, out=right, mode="clip")
        right &= parents
        np.bitwise_xor(parents, right, out=left)
    return of_leaves


def _exchange_bits(planes: NDArray[np.uint64]) -> None:
    """Exchange, in each byte of eight words, bit i of word k and bit k of word i, in place."""
    for distance, kept in _EXCHANGED.items():
        shift = np.uint64(distance)
        for low in range(8):
            if low & distance:
                continue
            high = low + distance
            moved = ((planes[low] >> shift) ^ planes[high]) & kept
            planes[high] ^= moved
            planes[low] ^= moved << shift
