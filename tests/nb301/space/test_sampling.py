"""Sampling: uniform, reproducible, from generators alone."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from scipy.stats import chisquare

from nb301.errors import GeneratorError
from nb301.formats import read
from nb301.space import (
    mutate,
    sample,
    sample_in_turn,
    sample_many,
    to_codes,
)


def test_samples_uniformly():
    """Topologies and ops of sampled genotypes are uniform in both cells, and independent of each other."""
    codes = to_codes(sample_many(np.random.default_rng(0), 20_000))
    topologies = [c.tobytes() for c in np.ascontiguousarray(codes[..., 0]).reshape(-1, 8)]
    for cell in range(2):
        counts = Counter(topologies[cell::2])
        assert len(counts) == 180
        assert chisquare([*counts.values()]).pvalue > 1e-3
        for edge in range(8):
            assert chisquare(np.bincount(codes[:, cell, edge, 1], minlength=7)).pvalue > 1e-4
    pairs = np.bincount(codes[:, 0, 7, 1] * 7 + codes[:, 1, 7, 1], minlength=49)
    assert chisquare(pairs).pvalue > 1e-3


def test_sampling_is_reproducible():
    """Equal generators give equal genotypes, and the generator moves on."""
    one, other = np.random.default_rng(5), np.random.default_rng(5)
    drawn = [sample(one) for _ in range(20)]
    assert drawn == [sample(other) for _ in range(20)]
    assert len(set(drawn)) == 20
    assert sample_many(one, 0) == []


@pytest.mark.parametrize("n", [1, 2, 17])
def test_sampling_in_turn_is_sampling(n):
    """Genotypes drawn together are those drawn one after the other, and leave the generator alike."""
    one, other = np.random.default_rng(5), np.random.default_rng(5)
    assert sample_in_turn(one, n) == [sample(other) for _ in range(n)]
    assert one.bit_generator.state == other.bit_generator.state


@pytest.mark.parametrize("rng", [0, 7, None, "0", True, np.random.RandomState(0)])
def test_says_what_generator_is_needed(rng):
    """A seed in place of a generator is refused, with what would be right."""
    seed = 7 if rng == 7 else 0
    genotype = read("DARTS_V2")
    for draw in (sample, lambda rng: sample_many(rng, 2), lambda rng: mutate(genotype, rng)):
        with pytest.raises(GeneratorError, match=rf"such as np.random.default_rng\({seed}\), got"):
            draw(rng)
