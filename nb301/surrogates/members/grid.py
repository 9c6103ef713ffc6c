"""Linear maps whose sums are exact, and so equal on every processor, in any order and batch.

A float holds all integers up to its capacity. Values are integers of at most a limit, in units; what a map
adds up is integers times a power of two for each column of weights, of sizes that sum up to at most capacity
/ limit. So no partial sum ever rounds: in any order, in products of any shape, with fused operations or
without, the sums of every library are equal. What does round is done number by number, where IEEE 754
leaves no choice.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nb301 import exact

#: Weights are multiples of 2^-40 at least, so that no product is subnormal.
_FINEST = 2.0**40


class Grid(NamedTuple):
    """What values are rounded to: integers of at most `limit`, in units."""

    dtype: type[np.float32 | np.float64]
    #: Up to which the type holds all integers: 2^24 or 2^53.
    capacity: float
    limit: float
    #: A power of two.
    unit: float
    #: How many numbers a weight is split into, each of them what the ones before it leave over, rounded: more
    #: take as much longer, and lose less where the limit leaves few steps to a column.
    parts: int = 1

    def finer(self, by: float) -> Grid:
        """The grid with units that are smaller by a power of two, and a smaller range."""
        return self._replace(unit=self.unit * by)

    def units(self, values: NDArray[np.float64]) -> NDArray[Any]:
        """Values in units, rounded and kept within the limit."""
        return to_integers(values / self.unit, -self.limit, self.limit).astype(self.dtype)

    def map(self, weight: NDArray[np.float64], bias: NDArray[np.float64], unit: float) -> Map:
        """The map onto this grid from values in units of another; its weights are rounded.

        Args:
            weight: Shape (members, in, out).
            bias: Shape (members, out).
            unit: Of the values that it is applied to.
        """
        left = weight * (unit / self.unit)
        parts = []
        for _ in range(self.parts):
            parts.append(rounded_columns(left, self.capacity / self.limit))
            left = left - parts[-1]
        weights = np.ascontiguousarray(np.concatenate(parts, axis=-1), dtype=self.dtype)
        return Map(weights, np.ascontiguousarray(bias / self.unit, dtype=self.dtype), self.limit)


class Map(NamedTuple):
    """A linear map of each member, and the ReLU that follows."""

    weight: NDArray[Any]  # (members, in, parts * out), a part of all columns after the other
    bias: NDArray[Any]  # in units, (members, out)
    limit: float

    def __call__(self, x: NDArray[Any], out: NDArray[Any]) -> NDArray[Any]:
        """Apply to units, shape (rows, members, in) to (rows, members, out); each member its own map."""
        width = out.shape[-1]
        if self.weight.shape[-1] == width:
            np.matmul(x.swapaxes(0, 1), self.weight, out=out.swapaxes(0, 1))
        else:
            products = np.empty((len(self.weight), len(x), self.weight.shape[-1]), out.dtype)
            np.matmul(x.swapaxes(0, 1), self.weight, out=products)
            # sums of a part are exact; that of the parts rounds, number by number
            out[...] = products[..., :width].swapaxes(0, 1)
            for start in range(width, products.shape[-1], width):
                out += products[..., start : start + width].swapaxes(0, 1)
        out += self.bias
        return to_integers(out, 0.0, self.limit)


def to_integers(x: NDArray[Any], low: float, high: float) -> NDArray[Any]:
    """Round to integers within bounds, in place."""
    np.rint(x, out=x)
    # the method; `np.clip` takes twice as long to begin, `np.maximum` of a number twice as long to run
    return x.clip(low, high, out=x)


def rounded_columns(weight: NDArray[np.float64], most: float) -> NDArray[np.float64]:
    """Weights (..., in, out) as integers times a power of two for each column.

    The sizes of a column's integers sum up to `most` at most.
    """
    size = exact.total(np.abs(weight), axis=-2)
    room = most - weight.shape[-2] / 2  # any may be rounded up, by a half
    _, power = np.frexp(np.minimum(room / np.maximum(size, 1 / _FINEST), _FINEST))
    scale = np.ldexp(1.0, power - 1)[..., None, :]
    rounded: NDArray[np.float64] = (weight * scale).round() / scale
    return rounded
