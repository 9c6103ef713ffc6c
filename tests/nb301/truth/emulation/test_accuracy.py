"""Sums over terms, against sums term by term."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nb301.space import Genotype, sample_many, to_codes
from nb301.truth.emulation.accuracy import additive_accuracy, median_seconds
from nb301.truth.emulation.terms import beyond_free, edge_terms, terms
from nb301.truth.emulation.weights import weights

CODES = to_codes(sample_many(np.random.default_rng(0), 300))


@given(st.from_type(Genotype))
def test_is_the_sum_of_the_weights(genotype):
    """Accuracy and runtime are intercepts plus the weights of all terms, in any order."""
    codes, fitted = to_codes([genotype]), weights()
    accuracy = fitted.intercept + sum(
        int(weight) * int(count)
        for weight, count in zip(fitted.beyond_free, beyond_free(codes)[0], strict=True)
    )
    for kind, numbers in terms(codes).items():
        accuracy += sum(int(fitted.terms[kind][number]) for number in numbers[0] if number >= 0)
    assert additive_accuracy(codes).tolist() == [accuracy / 10_000]
    seconds = fitted.runtime + sum(int(fitted.runtime_edges[number]) for number in edge_terms(codes)[0])
    assert median_seconds(codes).tolist() == [seconds / 100]


def test_is_equal_for_isomorphic_genotypes_and_in_any_batch():
    """The order of edges and of architectures does not matter, to the last bit."""
    renamed = to_codes([genotype.canonical() for genotype in sample_many(np.random.default_rng(0), 300)])
    alone = [additive_accuracy(codes[None])[0] for codes in CODES]
    assert additive_accuracy(CODES).tolist() == alone == additive_accuracy(renamed).tolist()


def test_runtimes_are_those_of_the_official_model():
    """A training takes 4,652 s on average, std 627 (official_facts F43)."""
    seconds = median_seconds(CODES)
    assert seconds.mean() == pytest.approx(4652, rel=0.02)
    assert seconds.std() == pytest.approx(627, rel=0.1)
