"""Keyed normal noise: a pure function, independent over keys, seeds and streams."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kstest

from nb301.noise import Stream, keyed_normal, keyed_normal_of_one

WORDS = st.integers(0, 2**64 - 1)
N = 20_000


def reference(key, seed, stream):
    """The same draw in exact integers: SplitMix64's finalizer, then Box and Muller."""
    golden, mask = 0x9E3779B97F4A7C15, 2**64 - 1

    def mix(x):
        x &= mask
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9 & mask
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB & mask
        return x ^ (x >> 31)

    mixed = mix(mix(key + golden) ^ mix(seed + 2 * golden))
    mixed = mix(mixed ^ (golden * stream & mask))
    first, second = ((((mix(mixed + golden * i)) >> 11) + 0.5) / 2**53 for i in (1, 2))
    return np.sqrt(-2 * np.log(first)) * np.cos(2 * np.pi * second)


@given(WORDS, WORDS, st.integers(0, 9))
def test_is_the_documented_function(key, seed, stream):
    """Draws are those of the documented construction in exact integers."""
    drawn = keyed_normal([key], [seed], stream)[0]
    assert drawn == pytest.approx(reference(key, seed, stream), abs=1e-12)
    assert keyed_normal_of_one(key, seed, stream) == drawn


@pytest.mark.parametrize(
    ("key", "seed", "stream", "golden"),
    [
        (0, 0, 0, -0.16360748283824428),
        (1, 7, 0, -0.4184277194433635),
        (2**64 - 1, 2**64 - 1, 0, 0.6112093910487616),
        (12345, 1, 3, -0.38853061555076623),
    ],
)
def test_golden(key, seed, stream, golden):
    """Draws are the same on every processor and in every version: results of all releases hang on them."""
    assert keyed_normal([key], seed, stream)[0] == golden


@given(st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=20), st.randoms(use_true_random=False))
def test_does_not_depend_on_order_or_batch(pairs, random):
    """A draw is the same alone, in a batch, and in any order of the batch, as lists and as arrays."""
    alone = {pair: keyed_normal([pair[0]], [pair[1]], 0)[0] for pair in pairs}
    shuffled = random.sample(pairs, len(pairs))
    keys, seeds = zip(*shuffled, strict=True)
    expected = [alone[pair] for pair in shuffled]
    assert keyed_normal(keys, seeds, 0).tolist() == expected
    assert keyed_normal(np.array(keys, np.uint64), np.array(seeds, np.uint64), 0).tolist() == expected


@pytest.mark.parametrize(
    "draw",
    [
        pytest.param(lambda: keyed_normal(np.arange(N), 0, 0), id="keys"),
        pytest.param(lambda: keyed_normal(np.full(N, 7), np.arange(N), 0), id="seeds"),
        pytest.param(lambda: keyed_normal(np.arange(N) << 44, 1, 0), id="high bits"),
        pytest.param(lambda: np.array([keyed_normal([5], 5, s)[0] for s in range(2000)]), id="streams"),
    ],
)
def test_is_standard_normal(draw):
    """Draws over neighbouring keys, seeds or streams are standard normal and follow no sequence."""
    draws = draw()
    assert kstest(draws, "norm").pvalue > 1e-3
    assert abs(np.corrcoef(draws[:-1], draws[1:])[0, 1]) < 4 / np.sqrt(len(draws))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param((np.arange(N), 0, 0), (np.arange(N), 0, 1), id="streams"),
        pytest.param((np.arange(N), 0, 0), (np.arange(N), 1, 0), id="seeds"),
        pytest.param((np.arange(N), 0, 0), (np.arange(1, N + 1), 0, 0), id="keys"),
        pytest.param((np.arange(N), 9, 0), (np.full(N, 9), np.arange(N), 0), id="key and seed exchanged"),
        pytest.param((np.arange(N), 1, 2), (np.arange(N), 2, 1), id="seed and stream exchanged"),
    ],
)
def test_is_uncorrelated(one, other):
    """Other streams, seeds or keys give unrelated draws, in value and in size."""
    a, b = keyed_normal(*one), keyed_normal(*other)
    assert abs(np.corrcoef(a, b)[0, 1]) < 4 / np.sqrt(N)
    assert abs(np.corrcoef(a**2, b**2)[0, 1]) < 4 / np.sqrt(N)


@pytest.mark.parametrize(
    "bad", [-1, 2**64, 1.0, True, [True, 1], "1", None, [0, -1], np.array([-1]), np.array([0.5]), np.nan]
)
@pytest.mark.parametrize("name", ["key", "seed"])
def test_refuses_what_is_no_word(name, bad):
    """Keys and seeds are integers from 0 to 2^64-1; the error names which is not."""
    arguments = {"key": [1, 2], "seed": [1, 2], name: bad}
    with pytest.raises(ValueError, match=rf"a {name} is an integer from 0 to 2\^64-1"):
        keyed_normal(arguments["key"], arguments["seed"], 0)


def test_many_streams_at_once_are_single_ones():
    """A row for each key, a column for each stream."""
    keys, seeds, streams = np.array([3, 2**64 - 1], np.uint64), np.array([5, 7]), np.arange(990, 1100)
    many = keyed_normal(keys, seeds, streams)
    assert many.shape == (2, 110)
    for column, stream in zip(many.T, streams.tolist(), strict=True):
        assert column.tolist() == keyed_normal(keys, seeds, stream).tolist()


def test_touches_no_global_state():
    """Drawing noise leaves numpy's global generator alone."""
    before = np.random.get_state()  # noqa: NPY002 - that it is left alone is the point
    keyed_normal(np.arange(10), 0, 0)
    assert repr(before) == repr(np.random.get_state())  # noqa: NPY002


def test_streams_keep_their_numbers():
    """Published numbers hang on them."""
    assert {stream.name: int(stream) for stream in Stream} == {
        "BENCHMARK": 0,
        "RUN": 2,
        "VALIDATION": 3,
        "TEST": 4,
        "TRAIN": 5,
        "RUNTIME": 6,
        "EPOCHS": 1000,
        "CURVE": 10_000,
    }
