"""The GIN's loops as machine code, see `members.loops`: what is not a product of matrices, in fewer passes.

Values lie as in `numpy_net`, of all members side by side: shape (nodes, n, members * d).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nb301.surrogates.members.loops import machine_code


@machine_code
def begin(
    codes: NDArray[np.uint8],
    start: NDArray[Any],
    degrees: NDArray[np.intp],
    sources: NDArray[np.intp],
    ops: NDArray[np.intp],
    x: NDArray[Any],
) -> None:
    """What `encodings.graph` says of genotypes, and the nodes' first values.

    Args:
        codes: Shape (n, 32).
        start: By node and degree, shape (14 * degrees, width).
        degrees: Of nodes without the op edges that leave them, shape (14,).
        sources: Of the op edges, shape (n, 16).
        ops: Of these, 1..7, shape (n, 16).
        x: Values of all nodes, shape (14, n, width).
    """
    degree, most = np.empty_like(degrees), len(start) // len(degrees)
    for i in range(len(codes)):
        degree[:] = degrees
        for edge in range(16):
            source = codes[i, 2 * edge] + (7 if edge >= 8 else 0)
            sources[i, edge], ops[i, edge] = source, codes[i, 2 * edge + 1] + 1
            degree[source] += 1
        for node in range(len(degrees)):
            x[node, i, :] = start[node * most + degree[node]]


@machine_code
def pass_messages(
    x: NDArray[Any],
    sources: NDArray[np.intp],
    ops: NDArray[np.intp],
    by_op: NDArray[Any],
    scale: NDArray[Any],
    limit: Any,
    out: NDArray[Any],
) -> None:
    """Values times 1 + eps plus the messages ReLU(source + op), rounded; see `numpy_net._receive`.

    Args:
        x: Values of all nodes, shape (14, n, width).
        sources: Of the op edges, shape (n, 16).
        ops: Of these, shape (n, 16).
        by_op: What each op adds, the identity first, shape (8, width).
        scale: Shape (width,).
        limit: Largest size of a result, of the values' type.
        out: Shape of `x`.
    """
    zero, identity, width = limit - limit, by_op[0], x.shape[2]
    for i in range(x.shape[1]):
        for edge in range(0, 16, 2):
            node = 2 + edge // 2 + (3 if edge >= 8 else 0)
            own, to = x[node, i], out[node, i]
            one, other = x[sources[i, edge], i], x[sources[i, edge + 1], i]
            one_op, other_op = by_op[ops[i, edge]], by_op[ops[i, edge + 1]]
            for c in range(width):
                received = max(one[c] + one_op[c], zero) + max(other[c] + other_op[c], zero)
                to[c] = min(max(np.rint(own[c] * scale[c] + received), -limit), limit)
        for cell in (0, 7):
            output = x[6 if cell else 13, i]  # the other cell's
            for node in range(cell, cell + 2):
                own, to = x[node, i], out[node, i]
                for c in range(width):
                    received = max(output[c] + identity[c], zero)
                    to[c] = min(max(np.rint(own[c] * scale[c] + received), -limit), limit)
            a, b, d, e = x[cell + 2, i], x[cell + 3, i], x[cell + 4, i], x[cell + 5, i]
            own, to = x[cell + 6, i], out[cell + 6, i]
            itself = zero if cell else limit / limit  # the normal cell's output reads itself
            for c in range(width):
                received = max(a[c] + identity[c], zero) + max(b[c] + identity[c], zero)
                received += max(d[c] + identity[c], zero) + max(e[c] + identity[c], zero)
                received += itself * max(own[c] + identity[c], zero)
                to[c] = min(max(np.rint(own[c] * scale[c] + received), -limit), limit)


@machine_code
def finish(x: NDArray[Any], bias: NDArray[Any], limit: Any) -> None:
    """Add the bias, round and cut off, shapes (rows, width) and (width,); in place."""
    zero = limit - limit
    for i in range(len(x)):
        row = x[i]
        for c in range(len(bias)):
            row[c] = min(max(np.rint(row[c] + bias[c]), zero), limit)


@machine_code
def finish_with_virtual(x: NDArray[Any], bias: NDArray[Any], virtual: NDArray[Any], limit: Any) -> None:
    """The same of all nodes, (14, n, width), to which the virtual node's values are added, (n, width)."""
    zero = limit - limit
    for node in range(len(x)):
        for i in range(x.shape[1]):
            row, added = x[node, i], virtual[i]
            for c in range(len(bias)):
                row[c] = min(max(np.rint(row[c] + bias[c]), zero), limit) + added[c]


@machine_code
def finish_and_sum(x: NDArray[Any], bias: NDArray[Any], limit: Any, out: NDArray[Any]) -> None:
    """The same, summed over nodes, shape (n, width)."""
    zero = limit - limit
    for i in range(x.shape[1]):
        total = out[i]
        total[:] = zero
        for node in range(len(x)):
            row = x[node, i]
            for c in range(len(bias)):
                total[c] += min(max(np.rint(row[c] + bias[c]), zero), limit)


@machine_code
def move_virtual(
    x: NDArray[Any],
    virtual: NDArray[Any],
    first: NDArray[Any],
    first_bias: NDArray[Any],
    second: NDArray[Any],
    second_bias: NDArray[Any],
    limit: Any,
) -> None:
    """Apply a layer's MLP to the virtual node's values and the sum of all nodes', (n, width); in place.

    Args:
        x: Values of all nodes, shape (14, n, width).
        virtual: Shape (n, width).
        first: Weights of the first map, shape (members, d, 2 * d).
        first_bias: Shape (members, 2 * d).
        second: Weights of the second, shape (members, 2 * d, d).
        second_bias: Shape (members, d).
        limit: As in `pass_messages`.
    """
    members, d, wide = first.shape
    zero, hidden = limit - limit, np.empty(wide, x.dtype)
    for i in range(len(virtual)):
        values = virtual[i]
        for node in range(len(x)):
            row = x[node, i]
            for c in range(len(values)):
                values[c] += row[c]
        for m in range(members):
            hidden[:] = zero
            for k in range(d):
                value, weights = min(max(values[m * d + k], -limit), limit), first[m, k]
                for c in range(wide):
                    hidden[c] += value * weights[c]
            moved = values[m * d : (m + 1) * d]
            moved[:] = zero
            for k in range(wide):
                value, weights = min(max(np.rint(hidden[k] + first_bias[m, k]), zero), limit), second[m, k]
                for c in range(d):
                    moved[c] += value * weights[c]
            for c in range(d):
                moved[c] = min(max(np.rint(moved[c] + second_bias[m, c]), zero), limit)
