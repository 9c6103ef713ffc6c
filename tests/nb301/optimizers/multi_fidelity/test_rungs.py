"""Rungs and sizes of brackets, as published."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nb301.optimizers.multi_fidelity.rungs import Ladder


def test_published_brackets():
    """Table 1 of Li et al. (2018): R = 81 and eta = 3."""
    ladder = Ladder(epochs=81)
    assert ladder.rungs == [1, 3, 9, 27, 81]
    assert [ladder.sizes(start) for start in range(5)] == [
        [81, 27, 9, 3, 1],
        [34, 11, 3, 1],
        [15, 5, 1],
        [8, 2],
        [5],
    ]


@pytest.mark.parametrize("wrong", [{"eta": 2.5}, {"eta": "3"}, {"epochs": 97.5}, {"least": True}])
def test_settings_are_integers(wrong):
    """Half an epoch is none."""
    with pytest.raises(ValueError, match="expected integers"):
        Ladder(**wrong).check()


def test_default_rungs():
    """Of 98 epochs, whole ones that are nearest to thirds."""
    assert Ladder().rungs == [1, 4, 11, 33, 98]


@given(st.integers(1, 300), st.integers(1, 300), st.integers(2, 5))
def test_rungs_ascend_to_whole_trainings(epochs, least, eta):
    """From `least` or longer to all epochs, each once; sizes fall, and every rung has a training."""
    if least > epochs:
        with pytest.raises(ValueError, match="1 <= least <= epochs"):
            Ladder(epochs, least, eta).check()
        return
    ladder = Ladder(epochs, least, eta).check()
    assert ladder.rungs[-1] == epochs
    assert ladder.rungs[0] >= least
    assert ladder.rungs == sorted({*ladder.rungs})
    for start in range(len(ladder.rungs)):
        sizes = ladder.sizes(start)
        assert len(sizes) == len(ladder.rungs) - start
        assert sizes == sorted(sizes, reverse=True)
        assert sizes[-1] >= 1
