"""Columns: arrays side by side that nobody can change, equal by value."""

from __future__ import annotations

import copy
import pickle
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from nb301.columns import Columns, read_only


@dataclass(frozen=True, slots=True, eq=False)
class Runs(Columns):
    """Some columns."""

    accuracy: NDArray[np.float64]
    seed: NDArray[np.int64]
    name: str


def runs(accuracy=(0.5, np.nan), name="x"):
    return Runs(np.array(accuracy), np.arange(len(accuracy)), name)


def pickled(value):
    return pickle.loads(pickle.dumps(value))  # noqa: S301 - its own


def test_an_array_that_is_read_only_stays_so():
    """It is the very array, and cannot be changed any more."""
    array = np.zeros(3)
    assert read_only(array) is array
    with pytest.raises(ValueError, match="read-only"):
        array[0] = 1


def test_columns_share_nothing_with_anybody():
    """Who gave an array may change it afterwards; who gets one may not."""
    mine = np.zeros(2)
    columns = Runs(mine, mine, "x")
    mine[0] = 1

    assert columns.accuracy.tolist() == columns.seed.tolist() == [0, 0]
    with pytest.raises(ValueError, match="read-only"):
        columns.accuracy[0] = 1
    with pytest.raises(ValueError, match="WRITEABLE"):
        columns.accuracy.flags.writeable = True


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, pickled])
def test_copies_are_equal_and_as_protected(copied):
    """Copies and pickles are built anew."""
    other = copied(runs())
    assert other == runs()
    with pytest.raises(ValueError, match="read-only"):
        other.seed[0] = 1


def test_equality_is_by_value():
    """NaN is equal to itself here; another value, name, length or type is not."""
    assert runs() == runs()
    assert hash(runs()) == hash(runs())
    for other in (runs((0.5, 0.5)), runs(name="y"), runs((0.5,)), (0.5, np.nan), None):
        assert runs() != other
