"""Tests of `validation.measures.base`: what measures share."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError

from nb301.errors import TableError
from nb301.space import Op, sample_many
from validation.fits import FirstRows, Without
from validation.intervals import Interval
from validation.measures import Measured, NotApplicable
from validation.measures.base import (
    STATISTICS,
    Refit,
    compare,
    exact,
    observed,
    predicted,
    predictor_of,
    refitted,
    rows_of,
    skips,
    trained_repeatedly,
)

NAN = float("nan")


@pytest.mark.parametrize("value", [0.0, 0.69, 0.91, float("inf"), float("-inf")])
def test_no_value_is_beside_its_interval(value):
    """An estimate and an interval of another statistic are an error, not a row of a report."""
    with pytest.raises(ValueError, match="outside its own interval"):
        Measured(value, Interval(0.7, 0.9), 5)
    Measured(0.7, Interval(0.7, 0.7), 5)
    Measured(value, Interval(NAN, NAN), 5)
    Measured(NAN, Interval(0.7, 0.9), 5)


def test_exact_statistics_are_their_interval():
    """They have no sampling error."""
    assert exact(np.float64(0.5), 3, spare=1.0) == Measured(0.5, Interval(0.5, 0.5), 3, also={"spare": 1.0})


def test_other_statistics_stand_beside(subject):
    """A comparison has one statistic with an interval, and the others without."""
    rows = subject.split.test
    truth = observed(subject, rows)
    measured = compare(subject, "spearman", rows, truth)
    assert (measured.value, *measured.interval) == pytest.approx((1, 1, 1))
    assert set(measured.also) == set(STATISTICS) - {"spearman"}
    assert measured.ceiling < 1


def test_rows_that_are_not_there(subject):
    """Models of rows that a table does not have are refused; claims about them do not apply."""
    for rows in (Without("darts"), FirstRows(500)):
        with pytest.raises(TableError, match="table tiny has"):
            subject.refit(rows)
        with pytest.raises(NotApplicable, match="table tiny has"):
            refitted(subject, rows)
    with pytest.raises(NotApplicable, match="table tiny has no rows of darts, gdas"):
        rows_of(subject, "darts", "gdas")


def test_nobody_knows_how_others_are_fitted(oracle):
    """A foreign surrogate is asked as it is."""
    assert predictor_of(oracle, None) is oracle.predictor
    with pytest.raises(NotApplicable, match="oracle does not say how it is fitted"):
        refitted(oracle, Without("re"))


def test_a_subject_is_asked_once(oracle):
    """Equal rows give the same arrays."""
    rows = oracle.split.test[:5]
    assert predicted(oracle, rows)[0] is predicted(oracle, rows.copy())[0]


def test_architectures_with_five_seeds(oracle, subject):
    """A hundred of differential evolution's in the embedded table, and none in the tiny one."""
    genotypes, runs = trained_repeatedly(oracle)
    assert runs.shape == (len(genotypes), 5) == (500, 5)
    assert runs.dtype == np.float64
    with pytest.raises(NotApplicable, match="table tiny has no architectures with five seeds"):
        trained_repeatedly(subject)


def test_counts_of_an_op():
    """They are those of the normal cell."""
    genotypes = sample_many(np.random.default_rng(0), 50)
    counts = [genotype.normal.count(Op.skip_connect) for genotype in genotypes]
    assert skips(genotypes, Op.skip_connect).tolist() == counts


def test_names_of_row_sets():
    """A claim may name those that there are, or none."""
    known = TypeAdapter(Refit)
    for name in ("", "stratified", "without_darts"):
        assert known.validate_python(name) == name
    with pytest.raises(ValidationError, match="'without_nobody' is not one of stratified, random_only, "):
        known.validate_python("without_nobody")
