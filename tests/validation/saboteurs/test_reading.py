"""Tests of `validation.saboteurs.reading`: architectures as they are seen."""

from __future__ import annotations

import numpy as np
import pytest

from nb301.space import Op
from validation.saboteurs import reading


def seen(fault, genotypes):
    """What is passed on to the surrogate that is spoiled."""
    passed_on = []

    class Listens:
        def predict(self, genotypes):
            passed_on.extend(genotypes)
            return np.zeros(len(genotypes)), np.zeros(len(genotypes))

    fault(Listens(), None).predict(genotypes)
    return passed_on


@pytest.mark.parametrize(
    ("fault", "cell", "ops"),
    [
        (reading.IgnoresSkips, "normal", {Op.skip_connect}),
        (reading.IgnoresPools, "normal", {Op.max_pool_3x3, Op.avg_pool_3x3}),
        (reading.ReadsReductionSkips, "reduce", {Op.skip_connect}),
    ],
)
def test_ops_that_are_not_seen(fault, cell, ops, genotypes):
    """They are gone from one cell, and the other stays as it is."""
    other = {"normal": "reduce", "reduce": "normal"}[cell]
    for genotype, read in zip(genotypes, seen(fault, genotypes), strict=True):
        assert not ops & {edge.op for edge in getattr(read, cell).edges}
        assert getattr(read, other) == getattr(genotype, other)


@pytest.mark.parametrize(
    ("fault", "is_of_both", "first", "second"),
    [
        (reading.ConfusesSeparable, False, Op.sep_conv_3x3, Op.sep_conv_5x5),
        (reading.ConfusesSeparableOfBoth, True, Op.sep_conv_3x3, Op.sep_conv_5x5),
        (reading.ConfusesDilated, False, Op.dil_conv_3x3, Op.dil_conv_5x5),
        (reading.ConfusesDilatedOfBoth, True, Op.dil_conv_3x3, Op.dil_conv_5x5),
    ],
)
def test_convolutions_are_confused(fault, is_of_both, first, second, genotypes):
    """As many of one as there were of the other."""
    for genotype, read in zip(genotypes, seen(fault, genotypes), strict=True):
        assert read.normal.count(first) == genotype.normal.count(second)
        assert read.normal.count(second) == genotype.normal.count(first)
        assert read.reduce.count(first) == genotype.reduce.count(second if is_of_both else first)


@pytest.mark.parametrize(
    "fault",
    [
        reading.SwapsCells,
        reading.ConfusesEdges,
        reading.ConfusesInputs,
        reading.ConfusesSeparable,
        reading.ConfusesDilatedOfBoth,
    ],
)
def test_readings_undo_themselves(fault, genotypes):
    """What is confused twice is right again, and something is confused."""
    once = seen(fault, genotypes)
    assert seen(fault, once) == genotypes
    assert once != genotypes


def test_cells_are_swapped(genotypes):
    """The normal cell is taken for the reduction cell."""
    (read,) = seen(reading.SwapsCells, genotypes[:1])
    assert (read.normal, read.reduce) == (genotypes[0].reduce, genotypes[0].normal)


def test_names_of_nodes_are_told_apart(spoiled, genotypes):
    """As the official encoding does; and seldom."""
    renamed = [genotype for genotype in genotypes if genotype != genotype.canonical()] * 10
    canonical = [genotype.canonical() for genotype in renamed]
    for fault, is_always in ((reading.NotCanonical, True), (reading.SeldomCanonical, False)):
        differs = spoiled(fault).predict(renamed)[0] != spoiled(fault).predict(canonical)[0]
        assert differs.mean() > 0.2 if is_always else differs.mean() < 0.05
