"""Loops over trees as machine code, see `loops`."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nb301.surrogates.members.loops import machine_code

#: Members whose sums are kept in registers together.
_TOGETHER = 10


@machine_code
def configuration_numbers(
    codes: NDArray[np.uint8],
    numbers: NDArray[np.intp],
    weights: NDArray[np.intp],
    first: NDArray[np.intp],
    count_weights: NDArray[np.intp],
    first_counts: NDArray[np.intp],
    out: NDArray[np.intp],
) -> None:
    """`encodings.configurations` beside `op_counts.count_numbers`.

    Args:
        codes: Shape (n, 32).
        numbers: See `encodings.configuration_numbers`, as the next two.
        weights: Shape (4,).
        first: Shape (nodes,).
        count_weights: What an edge adds to its op's number, by source, shape (5,).
        first_counts: By cell and op, shape (14,), or none where counts are not asked for.
        out: Shape (n, nodes), or (n, nodes + 14).
    """
    nodes, counts = len(first), len(first_counts)
    for i in range(len(codes)):
        code, to = codes[i], out[i]
        for node in range(nodes):
            place = first[node]
            for k in range(4):
                place += code[4 * node + k] * weights[k]
            to[node] = numbers[place]
        for k in range(counts):
            to[nodes + k] = first_counts[k]
        if counts:
            for edge in range(16):
                op = code[2 * edge + 1] + (counts // 2 if edge >= 8 else 0)
                to[nodes + op] += count_weights[code[2 * edge]]


@machine_code
def sum_of_leaves(
    reachable: NDArray[Any],
    masks: NDArray[Any],
    leaves: NDArray[Any],
    numbers: NDArray[np.intp],
    out: NDArray[Any],
) -> None:
    """Members' predictions: one leaf of each tree, added tree by tree.

    Args:
        reachable: Leaves within reach by (configuration, tree), as bits; tree r of member m is number
            r * members + m.
        masks: Of a word, the bits whose place has bit k in its number, shape (levels,).
        leaves: What a leaf adds, by tree, shape (trees * most leaves,).
        numbers: The configurations that each row is put together from, 8 or more, shape (n, parts).
        out: Shape (n, members).
    """
    trees, members = reachable.shape[1], out.shape[1]
    most = len(leaves) // trees
    reached, leaf = np.empty(trees, reachable.dtype), np.empty(trees, np.uint8)
    for i in range(len(numbers)):
        row, to = numbers[i], out[i]
        _reach(reachable, row, reached)
        # one bit is left, whose place is the leaf's number
        leaf[:] = 0
        for level in range(len(masks)):
            mask, bit = masks[level], np.uint8(1 << level)
            for t in range(trees):
                leaf[t] |= bit * np.uint8((reached[t] & mask) != 0)
        for m in range(0, members - _TOGETHER + 1, _TOGETHER):
            _sum_ten(leaf, leaves, most, members, m, to)
        for m in range(members - members % _TOGETHER, members):
            _sum_one(leaf, leaves, most, members, m, to)


@machine_code
def _reach(reachable: NDArray[Any], row: NDArray[np.intp], reached: NDArray[Any]) -> None:
    """The leaves that all of a row's configurations reach; eight at a time are written once."""
    trees, parts = len(reached), len(row)
    for part in range(0, parts - 7, 8):
        a, b, c, d = (
            reachable[row[part]],
            reachable[row[part + 1]],
            reachable[row[part + 2]],
            reachable[row[part + 3]],
        )
        e, f, g, h = (
            reachable[row[part + 4]],
            reachable[row[part + 5]],
            reachable[row[part + 6]],
            reachable[row[part + 7]],
        )
        if part == 0:
            for t in range(trees):
                reached[t] = a[t] & b[t] & c[t] & d[t] & e[t] & f[t] & g[t] & h[t]
        else:
            for t in range(trees):
                reached[t] &= a[t] & b[t] & c[t] & d[t] & e[t] & f[t] & g[t] & h[t]
    for part in range(parts - parts % 8, parts):
        a = reachable[row[part]]
        for t in range(trees):
            reached[t] &= a[t]


@machine_code
def _sum_one(
    leaf: NDArray[np.uint8], leaves: NDArray[Any], most: int, members: int, first: int, to: NDArray[Any]
) -> None:
    """A member's sum."""
    total = leaves[first * most + leaf[first]]
    for t in range(first + members, len(leaf), members):
        total += leaves[t * most + leaf[t]]
    to[first] = total


@machine_code
def _sum_ten(
    leaf: NDArray[np.uint8], leaves: NDArray[Any], most: int, members: int, first: int, to: NDArray[Any]
) -> None:
    """Sums of ten members side by side: each waits for its own last addition alone."""
    k, n = first, most
    a, b = leaves[k * n + leaf[k]], leaves[(k + 1) * n + leaf[k + 1]]
    c, d = leaves[(k + 2) * n + leaf[k + 2]], leaves[(k + 3) * n + leaf[k + 3]]
    e, f = leaves[(k + 4) * n + leaf[k + 4]], leaves[(k + 5) * n + leaf[k + 5]]
    g, h = leaves[(k + 6) * n + leaf[k + 6]], leaves[(k + 7) * n + leaf[k + 7]]
    i, j = leaves[(k + 8) * n + leaf[k + 8]], leaves[(k + 9) * n + leaf[k + 9]]
    for k in range(first + members, len(leaf), members):
        a += leaves[k * n + leaf[k]]
        b += leaves[(k + 1) * n + leaf[k + 1]]
        c += leaves[(k + 2) * n + leaf[k + 2]]
        d += leaves[(k + 3) * n + leaf[k + 3]]
        e += leaves[(k + 4) * n + leaf[k + 4]]
        f += leaves[(k + 5) * n + leaf[k + 5]]
        g += leaves[(k + 6) * n + leaf[k + 6]]
        h += leaves[(k + 7) * n + leaf[k + 7]]
        i += leaves[(k + 8) * n + leaf[k + 8]]
        j += leaves[(k + 9) * n + leaf[k + 9]]
    to[first], to[first + 1], to[first + 2], to[first + 3], to[first + 4] = a, b, c, d, e
    to[first + 5], to[first + 6], to[first + 7], to[first + 8], to[first + 9] = f, g, h, i, j
