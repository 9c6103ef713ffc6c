"""Blind runs: names stand for something else in each seed, and for the same for all entries."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.runs.blind import Labels
from leaderboard.runs.campaign import Campaign
from nb301.space import CELL_NAMES, Genotype, Op

GENOTYPES = st.from_type(Genotype)
SALT = Campaign(salt="5a" * 32)


@given(GENOTYPES, st.integers(0, 1000))
def test_names_are_exchanged_and_nothing_else(genotype, seed):
    """Different architectures stay different, isomorphic ones isomorphic."""
    labels = Labels.of(SALT, seed)
    named = labels.named(genotype)

    back = Labels(
        ops={meant: name for name, meant in labels.ops.items()}, inputs=labels.inputs, cells=labels.cells
    )
    assert back.named(named) == genotype
    assert labels.named(genotype.canonical()).hash == named.hash
    ops = Counter(edge.op for cell in (genotype.normal, genotype.reduce) for edge in cell.edges)
    meant = Counter(edge.op for cell in (named.normal, named.reduce) for edge in cell.edges)
    assert {labels.ops[op]: count for op, count in ops.items()} == meant


def test_names_follow_from_salt_and_seed():
    """Equal for equal ones, so that entries are paired; others for others."""
    assert Labels.of(SALT, 3) == Labels.of(SALT, 3)
    assert Labels.of(SALT, 3) != Labels.of(SALT, 4)
    assert Labels.of(SALT, 3) != Labels.of(Campaign(salt="00" * 32), 3)


def test_every_order_is_as_likely():
    """Each op has each name in a seventh of the seeds, each input and each cell in half of them."""
    n = 3000
    drawn = [Labels.of(SALT, seed) for seed in range(n)]
    for op in Op:
        counts = Counter(labels.ops[op] for labels in drawn)
        assert {*counts} == {*Op}
        assert max(abs(count - n / 7) for count in counts.values()) < 5 * (n * 6 / 49) ** 0.5
    for exchanged in (
        sum(labels.inputs == (1, 0) for labels in drawn),
        sum(labels.cells == CELL_NAMES[::-1] for labels in drawn),
    ):
        assert exchanged == pytest.approx(n / 2, abs=5 * (n / 4) ** 0.5)
