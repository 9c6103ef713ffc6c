"""Normal draws that depend on (key, seed, stream) alone: same in any order, batch or process.

A generator with a state gives an architecture another draw whenever the order of queries changes,
and seeding one for each query costs ten times the query. Here every draw is a pure function: the
three numbers are mixed by the finalizer of SplitMix64 (Steele et al., 2014) into two uniform
numbers, which the Box-Muller transform makes normal. Draws are equal to the last bit on every processor.
"""

from __future__ import annotations

import math
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nb301 import exact
from nb301.errors import SeedError, shown

GOLDEN = 0x9E3779B97F4A7C15


class Stream(IntEnum):
    """Independent streams of draws for the same keys and seeds; published numbers hang on these numbers."""

    #: The noise that a benchmark adds to its mean.
    BENCHMARK = 0
    #: Of the emulated ground truth: what a training run has of its own.
    RUN = 2
    VALIDATION = 3
    TEST = 4
    TRAIN = 5
    RUNTIME = 6
    #: Of the emulated ground truth, after the first epoch; each further one has the next number.
    EPOCHS = 1000
    #: Of a benchmark's learning curves, in the same way; tables keep up to 2,000 epochs.
    CURVE = 10_000


def seeds_shape(seeds: ArrayLike) -> tuple[int, ...]:
    """Shape of seeds, () of one.

    Raises:
        SeedError: They are lists of different lengths, or masked: what is masked is no seed.
    """
    try:
        shape = np.shape(seeds)
    except ValueError:
        raise _not_unsigned(seeds, "seed") from None
    if np.ma.isMaskedArray(seeds):
        raise _not_unsigned(seeds, "seed")
    return shape


def keyed_normal(
    keys: ArrayLike, seeds: ArrayLike, stream: int | NDArray[np.integer[Any]]
) -> NDArray[np.float64]:
    """Draw standard normal numbers, one for each (key, seed) of a stream.

    Args:
        keys: What is drawn for, such as `Genotype.key`: integers 0..2^64-1, shape (n,).
        seeds: Integers 0..2^64-1, shape (n,), or one for all.
        stream: A `Stream`, or another one's number; or m numbers, shape (m,), for a draw of each.

    Returns:
        Shape (n,), or (n, m); equal arguments give equal numbers everywhere.

    Raises:
        SeedError: A key or seed is negative, too large or no integer.
    """
    mixed = mix(unsigned(keys, "key") + _golden(1))
    mixed = mix(mixed ^ mix(unsigned(seeds, "seed") + _golden(2)))
    if isinstance(stream, np.ndarray):
        mixed = mixed[:, None]
    mixed = mix(mixed ^ _golden(stream))
    first, second = (_uniform(mix(mixed + _golden(i)) >> np.uint64(11)) for i in (1, 2))
    normal: NDArray[np.float64] = np.sqrt(-2 * exact.log(first)) * exact.cos_of_turns(second)
    return normal


def keyed_normal_of_one(key: int, seed: int, stream: int) -> float:
    """Draw what `keyed_normal` draws for one key and seed, to the last bit, in a tenth of its time.

    Raises:
        SeedError: As `keyed_normal`.
    """
    for value, name in ((key, "key"), (seed, "seed")):
        if not _is_unsigned(value):
            raise _not_unsigned(value, name)
    mixed = _mix_one(int(key) + GOLDEN)
    mixed = _mix_one(mixed ^ _mix_one(int(seed) + 2 * GOLDEN))
    mixed = _mix_one(mixed ^ GOLDEN * stream % 2**64)
    first, second = (_uniform(_mix_one(mixed + i * GOLDEN) >> 11) for i in (1, 2))
    normal: float = math.sqrt(-2 * exact.log(first)) * exact.cos_of_turns(second)
    return normal


def _uniform(bits: Any) -> Any:
    """53 bits k as (k + 1/2) / 2^53, which is never 0 or 1: its logarithm is finite."""
    return (bits + 0.5) * 2.0**-53


def _golden(multiple: int | NDArray[np.integer[Any]]) -> np.uint64 | NDArray[np.uint64]:
    if isinstance(multiple, np.ndarray):  # products of arrays wrap around
        return np.uint64(GOLDEN) * multiple.astype(np.uint64)
    return np.uint64(GOLDEN * multiple % 2**64)


def unsigned(values: ArrayLike, name: str) -> NDArray[np.uint64]:
    """Integers of 64 bits, shape (n,), or (1,) of one.

    Raises:
        SeedError: One is negative, too large or no integer.
    """
    # a list goes through objects: numpy makes floats of a list with integers above and below 2^63
    array = np.atleast_1d(values if isinstance(values, np.ndarray) else np.array(values, dtype=object))
    if array.dtype.kind == "O":
        valid = all(map(_is_unsigned, array.flat))
    else:
        valid = array.dtype.kind in "iu" and not (array.dtype.kind == "i" and bool((array < 0).any()))
    if not valid:
        raise _not_unsigned(values, name)
    return array.astype(np.uint64)


def _is_unsigned(value: Any) -> bool:
    """Whether a value is an integer of 64 bits; True is equal to one, but means none."""
    is_integer = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    return is_integer and 0 <= value < 2**64


def _not_unsigned(value: object, name: str) -> SeedError:
    return SeedError(f"a {name} is an integer from 0 to 2^64-1, got {shown(value)}")


def mix(x: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Mix the bits of words; of one word, too, where it is machine code."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: NDArray[np.uint64] = x ^ (x >> np.uint64(31))
    return mixed


def _mix_one(x: int) -> int:
    x %= 2**64
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
    x = (x ^ (x >> 27)) * 0x94D049BB133111EB % 2**64
    return x ^ (x >> 31)
