"""Learning curves of a table: packed, checked, hashed, written and read."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nb301.errors import TableError
from nb301.tables import read_table
from nb301.tables.curves import STEP, UNKNOWN, packed, steps_of, unpacked
from nb301.tables.schema import write_table
from nb301.truth.emulated import EmulatedTruth

CURVES = arrays(np.float64, st.tuples(st.integers(1, 5), st.integers(1, 9)), elements=st.floats(0, 1))


@given(CURVES)
def test_nothing_but_rounding_is_lost(curves):
    """Packed and unpacked, an accuracy is within half a step, and the best one is what it was."""
    best = curves.max(axis=1)
    again = unpacked(packed(curves, best), best)
    assert np.abs(again - curves).max() <= STEP / 2 + 1e-12
    assert again.max(axis=1).tolist() == best.tolist()


def test_unknown_curves_stay_unknown():
    """A row that is not known, or not throughout, is NaN throughout."""
    curves = np.array([[0.5, 0.6], [np.nan, 0.7], [np.nan, np.nan]])
    best = np.array([0.6, 0.7, 0.8])
    assert packed(curves, best).tolist() == [[100, 0], [UNKNOWN, UNKNOWN], [UNKNOWN, UNKNOWN]]
    again = unpacked(packed(curves, best), best)
    assert np.array_equal(np.isnan(again), [[False] * 2, [True] * 2, [True] * 2])


def test_the_best_epoch_may_be_one_that_is_not_kept():
    """The row's label is above all of its curve, which stays where it is."""
    curves, best = np.array([[0.5, 0.9]]), np.array([0.91])
    assert packed(curves, best).tolist() == [[410, 10]]
    np.testing.assert_allclose(unpacked(packed(curves, best), best), curves)


@pytest.mark.parametrize("wrong", [[0.5, 0.92], [-0.1, 0.9], [0.5, np.inf]])
def test_what_is_no_accuracy_is_not_packed(wrong):
    """Nor what is above the best epoch: it would come back as something else."""
    with pytest.raises(
        TableError, match=r"curve of row 1: epoch [12] has .*, expected an accuracy from 0 to"
    ):
        packed(np.array([[np.nan, 0.9], wrong]), np.array([0.9, 0.9]))


def test_curves_of_several_lengths():
    """Those of most are kept, of equally many the longer ones; of none there is nothing."""
    best = np.array([0.9, 0.8, 0.7])
    steps = steps_of([(0.5, 0.9), (0.7, 0.75, 0.8), (0.6, 0.7)], best)
    assert steps.tolist() == [[400, 0], [UNKNOWN] * 2, [100, 0]]
    assert steps_of([(0.9,), (0.7, 0.8), ()], best).tolist() == [[UNKNOWN] * 2, [100, 0], [UNKNOWN] * 2]
    assert steps_of([(), (), ()], best) is None


def test_collected_tables_keep_them(tiny_table):
    """Of every row of the emulated truth, that of its training."""
    curves = tiny_table.curves()
    truth = EmulatedTruth()
    assert curves.shape == (len(tiny_table), truth.epochs)
    for row in (0, 50, 299):
        seed = int(tiny_table.rows["seed"][row])
        curve = truth.curve(tiny_table.genotypes[row], seed).val_accuracy
        assert np.abs(curves[row] - curve).max() <= STEP / 2 + 1e-12
        assert curves[row].max() == tiny_table.rows["val_accuracy"][row]


def test_they_are_written_read_and_hashed(tiny_table, tmp_path):
    """A file has all of them; another curve is another table, and so is one without."""
    write_table(tiny_table, tmp_path / "tiny.parquet")
    again = read_table(tmp_path / "tiny.parquet")
    assert np.array_equal(again.steps, tiny_table.steps)
    assert again.content_hash == tiny_table.content_hash
    other = tiny_table.steps.copy()
    other[3, 0] += 1
    hashes = {replace(tiny_table, steps=steps).content_hash for steps in (tiny_table.steps, other, None)}
    assert len(hashes) == 3


def test_a_table_without_is_what_it_was(tiny_table, tmp_path):
    """It has format 1, which older versions read, and says that it keeps none."""
    bare = replace(tiny_table, steps=None)
    write_table(bare, tmp_path / "bare.parquet")
    assert b'"format": 1' in pq.read_schema(tmp_path / "bare.parquet").metadata[b"nb301"]
    again = read_table(tmp_path / "bare.parquet")
    assert again.content_hash == bare.content_hash
    with pytest.raises(TableError, match=r"table tiny-v1.0 keeps no learning curves"):
        again.curves()


def test_rows_take_theirs_along(tiny_table):
    """Selected rows, by a mask, by their numbers or by their optimizer."""
    numbers = np.array([5, 250, 7])
    assert np.array_equal(tiny_table.select(numbers).steps, tiny_table.steps[numbers])
    some = tiny_table.of("re")
    assert len(some.steps) == len(some) == 100
    assert some.curves().max(axis=1).tolist() == some.rows["val_accuracy"].tolist()


def wrong(change):
    """Steps of two rows, of which something is changed."""
    steps = np.array([[3, 2, 0], [0, 1, 5]], dtype=np.uint16)
    return change(steps)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda steps: steps.astype(np.int64), "expected 16-bit steps"),
        (lambda steps: steps[:1], r"shape \(1, 3\), expected 2 rows"),
        (lambda steps: steps[:, :0], r"shape \(2, 0\), expected 2 rows of 1 to 2000 epochs"),
        (lambda steps: np.where(steps == 5, 1001, steps).astype(np.uint16), "curve of row 1"),
        (lambda steps: np.where(steps == 5, UNKNOWN, steps).astype(np.uint16), "curve of row 1"),
    ],
)
def test_what_are_no_curves_is_refused(change, said, tiny_table):
    """Other types and shapes, more than all accuracy, half unknown."""
    with pytest.raises(TableError, match=said):
        replace(tiny_table.select(np.array([0, 1])), steps=wrong(change))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda data: data.drop_columns(["epoch_2"]), "are not epoch_1 to epoch_97"),
        (
            lambda data: data.set_column(
                data.column_names.index("epoch_1"), "epoch_1", pa.array(np.zeros(len(data)))
            ),
            "column epoch_1 is of 'double'",
        ),
    ],
)
def test_columns_that_are_no_curves_are_refused(change, said, tiny_table, tmp_path):
    """An epoch that is missing, one that is no number of steps."""
    path = tmp_path / "tiny.parquet"
    write_table(tiny_table, path)
    pq.write_table(change(pq.read_table(path)), path)
    with pytest.raises(TableError, match=said):
        read_table(path)
