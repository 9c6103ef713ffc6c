"""Tests of `validation.measures.relabelling`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nb301.space import Genotype, Op, from_codes, sample_many, to_codes
from nb301.tables.schema import EvaluationTable
from validation.measures import NotApplicable, relabelling
from validation.measures.relabelling import READINGS

GENOTYPES = sample_many(np.random.default_rng(0), 40)
CODES = to_codes(GENOTYPES)


def test_readings_are_genotypes_again():
    """88 of them; each but for the edges' names undoes itself, and all are genotypes of the space."""
    readings = [read for make in READINGS.values() for read in make()]
    assert len(readings) == 63 + 30 + 3 + 1
    for read in readings:
        other = read(CODES)
        np.testing.assert_array_equal(to_codes(from_codes(other)), other)
        np.testing.assert_array_equal(np.sort(read(other), axis=None), np.sort(CODES, axis=None))
    np.testing.assert_array_equal(CODES, to_codes(GENOTYPES))


def test_what_readings_confuse():
    """Ops, inputs and cells, as genotypes have them."""
    genotype = GENOTYPES[0]
    code = to_codes([genotype])
    assert from_codes(next(iter(READINGS["cells"]()))(code)) == [Genotype(genotype.reduce, genotype.normal)]
    pools = next(iter(READINGS["ops"]()))(code)  # the first two ops, in the normal cell
    confused = {Op.max_pool_3x3: Op.avg_pool_3x3, Op.avg_pool_3x3: Op.max_pool_3x3}
    expected = [(edge.source, edge.target, confused.get(edge.op, edge.op)) for edge in genotype.normal.edges]
    assert from_codes(pools) == [Genotype.from_edges(expected, genotype.reduce.edges)]
    inputs = list(READINGS["inputs"]())[1](code)  # in the reduction cell
    exchanged = {0: 1, 1: 0}
    expected = [(exchanged.get(source, source), target, op) for source, target, op in genotype.reduce.edges]
    assert from_codes(inputs) == [Genotype.from_edges(genotype.normal.edges, expected)]


@pytest.mark.parametrize("what", READINGS)
def test_the_truth_reads_right(real, what):
    """No other reading fits better, nor does chance make one look so; edges side by side are much alike."""
    measured = relabelling.gain(real, what)
    assert measured.value < 0
    assert measured.interval.high < 0.006  # what the claim allows


@pytest.mark.parametrize(("what", "number"), [("ops", 15), ("edges", 0), ("inputs", 2), ("cells", 0)])
def test_another_reading_is_found(real, what, number):
    """Who reads genotypes in one of these ways fits better where that is undone."""
    read = list(READINGS[what]())[number]

    class Misread:
        def predict(self, genotypes):
            return real.predictor.predict(from_codes(read(to_codes(genotypes))))

    measured = relabelling.gain(replace(real, predictor=Misread()), what)
    assert measured.interval.low > 0.006


def test_of_equals_no_reading_is_better(real):
    """Where all rows are alike nothing can be said."""
    rows = real.table.rows.assign(val_accuracy=0.9)
    alike = replace(real, table=EvaluationTable("alike", "1.0", real.table.truth, rows))
    with pytest.raises(NotApplicable, match="all test rows are alike"):
        relabelling.gain(alike, "cells")


def test_where_the_truth_can_be_asked_fewer_rows_say_as_much(oracle):
    """It has no noise; who reads ops wrongly is found by 500 of 5,000 rows."""
    assert relabelling.gain(oracle, "ops").n == 500
    read = list(READINGS["ops"]())[2]

    class Misread:
        def predict(self, genotypes):
            return oracle.predictor.predict(from_codes(read(to_codes(genotypes))))

    assert relabelling.gain(replace(oracle, predictor=Misread()), "ops").interval.low > 0.005
