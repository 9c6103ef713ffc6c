"""Learning curves as objects."""

import numpy as np
import pytest

from nb301.learning_curves import LearningCurve


@pytest.fixture
def curve():
    """Three epochs, of which the second is best."""
    return LearningCurve(np.array([0.5, 0.9, 0.8]), np.array([10.0, 20.0, 30.0]))


def test_says_what_it_is(curve):
    """Epochs, the last accuracy and time, and the best accuracy."""
    assert len(curve) == 3
    assert curve.best == 0.9
    assert repr(curve) == "<LearningCurve of 3 epochs: val_accuracy 0.8000 after 30 s, best 0.9000>"


def test_is_equal_by_value_and_read_only(curve):
    """As all columns are."""
    assert curve == LearningCurve(curve.val_accuracy, curve.runtime)
    assert curve != LearningCurve(curve.val_accuracy[::-1], curve.runtime)
    with pytest.raises(ValueError, match="read-only"):
        curve.val_accuracy[0] = 1.0
