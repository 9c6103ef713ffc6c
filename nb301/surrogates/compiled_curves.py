"""Draws of learning curves as machine code, see `members.loops`: `noise`, `exact`, `curves` in one pass."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nb301 import exact, noise
from nb301.surrogates.members.loops import machine_code

Array = NDArray[np.float64]

_GOLDEN, _TWICE_GOLDEN = np.uint64(noise.GOLDEN), np.uint64(2 * noise.GOLDEN % 2**64)
_11 = np.uint64(11)
_LN2_HIGH, _LN2_LOW, _SQRT_HALF = exact.LN2_HIGH, exact.LN2_LOW, exact.SQRT_HALF
_ARTANH, _SIN = np.array(exact.ARTANH), np.array(exact.SIN)
_TURN = 2 * math.pi


_mix: Any = machine_code(noise.mix)


@machine_code
def _series(coefficients: Array, x: float) -> float:
    value: float = coefficients[-1]
    for k in range(len(coefficients) - 2, -1, -1):
        value = value * x + coefficients[k]
    return value


@machine_code
def _log(x: float) -> float:
    """See `exact.log`."""
    fraction, power = math.frexp(x)
    is_small = 1.0 if fraction < _SQRT_HALF else 0.0
    beyond = fraction * (1.0 + is_small) - 1.0
    powers = power - is_small
    s = beyond / (2.0 + beyond)
    rest = s * (beyond - s * s * _series(_ARTANH, s * s))
    return powers * _LN2_HIGH + (beyond - (rest - powers * _LN2_LOW))


@machine_code
def _normal(mixed: Any) -> float:
    """A standard normal number of 64 mixed bits; see `noise.keyed_normal`."""
    first = ((_mix(mixed + _GOLDEN) >> _11) + 0.5) * 2.0**-53
    second = ((_mix(mixed + _TWICE_GOLDEN) >> _11) + 0.5) * 2.0**-53
    angle = _TURN * (0.25 - abs(second - 0.5))
    square = angle * angle
    normal: float = math.sqrt(-2 * _log(first)) * -(angle + angle * (square * _series(_SIN, square)))
    return normal


@machine_code
def draw(
    codes: NDArray[np.uint8],
    keys: NDArray[np.uint64],
    seeds: NDArray[np.uint64],
    streams: NDArray[np.uint64],
    first_edges: NDArray[np.intp],
    weights: Array,
    behind: Array,
    components: Array,
    parts: Array,
    innovations: Array,
    noise_std: Array,
    out: Array,
) -> None:
    """What `CurveModel.draw` gives.

    Args:
        codes: Shape (n, 32).
        keys: Shape (n,).
        seeds: Shape (n,).
        streams: Of each epoch, shape (epochs,).
        first_edges: Numbers of the edges from source 0, by edge of both cells, shape (16,).
        weights: Of draws 1, 2, 4 and so on epochs back.
        behind: A model's arrays, as the others; see `curves`.
        components: Shape (k, epochs).
        parts: Shape (parts, k).
        innovations: Shape (epochs,).
        noise_std: Shape (epochs,).
        out: Shape (n, epochs).
    """
    epochs, draws = len(behind), np.empty(len(behind))
    for i in range(len(codes)):
        code, to = codes[i], out[i]
        mixed = _mix(_mix(keys[i] + _GOLDEN) ^ _mix(seeds[i] + _TWICE_GOLDEN))
        for epoch in range(epochs):
            draws[epoch] = _normal(_mix(mixed ^ (_GOLDEN * streams[epoch]))) * innovations[epoch]
            to[epoch] = behind[epoch]
        back = 1
        for weight in weights:
            for epoch in range(epochs - 1, back - 1, -1):
                draws[epoch] = draws[epoch] + weight * draws[epoch - back]
            back *= 2
        for k in range(len(components)):
            coefficient = parts[(first_edges[0] + code[0]) * 7 + code[1], k]
            for edge in range(1, 16):
                coefficient += parts[(first_edges[edge] + code[2 * edge]) * 7 + code[2 * edge + 1], k]
            for epoch in range(epochs):
                to[epoch] = to[epoch] + coefficient * components[k, epoch]
        least = np.inf
        for epoch in range(epochs):
            expected = max(to[epoch], 0.0)
            to[epoch] = expected + noise_std[epoch] * draws[epoch]
            least = min(least, to[epoch])
        for epoch in range(epochs):
            to[epoch] -= least
