"""Tests of `validation.fits`: which rows of a table models are fitted to."""

from __future__ import annotations

import numpy as np
import pytest

from nb301.errors import TableError
from nb301.sources import FITTED
from nb301.tables.splits import leave_one_out_split, stratified_split
from nb301.tables.statistics import seeds
from validation.fits import ROW_SETS, FirstRows, NamedRows, PlannedFit, Without

SEED = 301


def test_row_sets_by_name():
    """Claims name those of the paper, and all rows but an optimizer's."""
    assert ROW_SETS["stratified"] is NamedRows.stratified
    assert ROW_SETS["without_darts"] == Without("darts")
    assert len(ROW_SETS) == len(NamedRows) + len(FITTED)


def test_splits_are_those_of_tables(tiny_table):
    """A row set gives the split of its name."""
    for rows, split in (
        (NamedRows.stratified, stratified_split(tiny_table, SEED)),
        (Without("re"), leave_one_out_split(tiny_table, "re", SEED)),
    ):
        chosen = rows.split_of(tiny_table, SEED)
        for part in ("train", "val", "test"):
            np.testing.assert_array_equal(getattr(chosen, part), getattr(split, part))


@pytest.mark.parametrize("rows", NamedRows)
def test_parts_do_not_meet(tiny_table, rows):
    """No row is fitted and tested."""
    split = rows.split_of(tiny_table, SEED)
    parts = [*split.train, *split.val, *split.test]
    assert len(parts) == len(set(parts)) > 0


def test_first_rows_are_of_single_trainings(embedded_table):
    """Nine of ten are for training, the rest stops it; no architecture has five seeds."""
    split = FirstRows(500).split_of(embedded_table, SEED)
    rows = np.concatenate([split.train, split.val])
    assert (len(split.train), len(split.val), len(split.test)) == (450, 50, 0)
    assert len(np.unique(rows)) == 500
    chosen = embedded_table.rows.iloc[rows]
    assert not chosen["genotype"].isin(seeds(embedded_table).index).any()
    assert set(chosen["optimizer"]) <= set(FITTED)


def test_rows_that_are_not_there(tiny_table):
    """A table that has too few is named, with both numbers."""
    with pytest.raises(TableError, match="table tiny has 300 rows of single trainings, not 500"):
        FirstRows(500).split_of(tiny_table, SEED)
    with pytest.raises(TableError, match="table tiny has"):
        Without("darts").split_of(tiny_table, SEED)


def test_a_single_model_is_the_default():
    """Equal plans are one."""
    assert PlannedFit(Without("re")) == PlannedFit(Without("re"), 1)
    assert len({PlannedFit(Without("re")), PlannedFit(Without("re"), 1), PlannedFit(FirstRows(2))}) == 2
