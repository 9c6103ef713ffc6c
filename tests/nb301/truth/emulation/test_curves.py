"""The shapes of learning curves."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from nb301.space import Op, from_codes, sample_many, to_codes
from nb301.truth.emulation.curves import EPOCHS, points_behind
from nb301.truth.emulation.weights import weights

CODES = to_codes(sample_many(np.random.default_rng(0), 2000))


def test_the_mean_curve_is_yahpos():
    """Accuracy is 54.6 % at epoch 1, 79 at 20, 86 at 40, 90.6 at 60 where the last one's is 92.4 (F45)."""
    behind = points_behind(CODES)
    assert behind.shape == (2000, EPOCHS)
    for epoch, accuracy in ((1, 54.6), (20, 79), (40, 86), (60, 89)):
        assert behind[:, epoch - 1].mean() == pytest.approx(92.3 - accuracy, abs=0.7)


def test_curves_differ_between_architectures_and_end_together():
    """Architectures are ahead or behind early on; none is behind at the last epoch, none below it before."""
    behind = points_behind(CODES)
    assert behind[:, 0].std() > 1
    assert (behind >= 0).all()
    assert (behind[:, -1] == 0).all()


def test_is_fitted_at_some_epochs_and_straight_between():
    """Between two fitted epochs a curve is a straight line."""
    behind, epochs = points_behind(CODES[:50]), weights().epochs
    for start, end in itertools.pairwise(epochs):
        line = np.linspace(behind[:, start - 1], behind[:, end - 1], end - start + 1, axis=1)
        assert behind[:, start - 1 : end] == pytest.approx(line, abs=1e-9)


@pytest.mark.parametrize("op", Op)
def test_cells_of_one_op_have_curves(op):
    """Far from what was fitted, too, an epoch is at most 60 points behind the last one."""
    codes = CODES[:100].copy()
    codes[..., 1] = op
    assert points_behind(to_codes(from_codes(codes))).max() < 60
