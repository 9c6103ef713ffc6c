"""Tests of `validation.measures.base`: what measures share."""

from __future__ import annotations

from dataclasses import replace

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
    over_rows,
    over_searches,
    predicted,
    predictor_of,
    refitted,
    resampled,
    rows_of,
    skips,
    slope_of,
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


def test_searches_are_resampled_whole(oracle):
    """Rows of one search that are all alike are one; those of black-box optimizers are rows."""
    rows = rows_of(oracle, "drnas")
    of_search = oracle.table.rows["run"].to_numpy()[rows] % 2
    measured = over_searches(oracle, rows, lambda r: float(of_search[r].mean()))
    assert measured.n == len(rows)
    assert measured.also["searches"] == len({*oracle.table.rows["run"].to_numpy()[rows]}) == 19
    by_rows = over_rows(lambda r: float(of_search[r].mean()), len(rows))
    assert np.ptp(measured.interval) > 4 * np.ptp(by_rows.interval)
    assert measured.value == by_rows.value
    mixed = np.concatenate([rows, rows_of(oracle, "re")[:1]])
    assert "searches" not in over_searches(oracle, mixed, lambda r: float(len(r))).also


def test_searches_that_no_table_tells_apart(oracle):
    """Where all rows say the same run they are resampled one by one."""
    table = replace(oracle.table, rows=oracle.table.rows.assign(run=np.int32(0)))
    subject = replace(oracle, table=table)
    rows = rows_of(subject, "drnas")
    accuracy = observed(subject, rows)
    measured = over_searches(subject, rows, lambda r: float(accuracy[r].mean()))
    assert measured == over_rows(lambda r: float(accuracy[r].mean()), len(rows))


def test_slopes():
    """Of a line it is the line's, and of what does not vary none."""
    x = np.array([0.0, 1.0, 2.0])
    assert slope_of(3 - 2 * x, x) == pytest.approx(-2)
    assert np.isnan(slope_of(x, x * 0))


@pytest.mark.parametrize("name", STATISTICS)
def test_resamples_score_as_their_rows_do(name):
    """To the last bit, with ties on both sides, and where one side is constant."""
    rng = np.random.default_rng(0)
    truth = rng.normal(0.93, 0.01, 300).round(3)
    predicted = truth + rng.normal(0, 0.003, 300)
    score = resampled(name, truth, predicted)
    for _ in range(20):
        rows = rng.integers(300, size=300)
        assert score(rows) == STATISTICS[name](truth[rows], predicted[rows])
    same = np.zeros(300, dtype=np.intp)
    np.testing.assert_equal(score(same), STATISTICS[name](truth[same], predicted[same]))
