"""Learning curves as objects."""

import numpy as np
import pytest

from nb301.learning_curves import LearningCurve, LearningCurves


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


@pytest.fixture
def curves(curve):
    """Three trainings of three epochs."""
    accuracies = curve.val_accuracy - np.array([[0.0], [0.1], [0.2]])
    return LearningCurves(accuracies, np.tile(curve.runtime, (3, 1)))


def test_many_are_rows(curves, curve):
    """One by a number, many by whatever tells rows of arrays."""
    assert curves[0] == next(iter(curves)) == curve
    assert [row.best for row in curves] == curves.best.tolist() == pytest.approx([0.9, 0.8, 0.7])
    for rows in ([0, 2], (0, 2), np.array([True, False, True]), slice(0, 3, 2)):
        assert curves[rows] == LearningCurves(curves.val_accuracy[[0, 2]], curves.runtime[[0, 2]])
    assert len(curves[[]]) == 0
    with pytest.raises(IndexError):
        curves[3]


def test_many_say_what_they_are(curves):
    """How many, how long, and what they reach."""
    assert repr(curves) == "<LearningCurves of 3 trainings, 3 epochs, best 0.7000 to 0.9000>"
    assert repr(curves[[]]) == "<LearningCurves of 0 trainings, 3 epochs>"


def test_draws_itself(curve, curves):
    """In notebooks: one line each, below what it is."""
    assert curve._repr_html_().count('class="curve-line"') == 1
    assert curves._repr_html_().count('class="curve-line"') == 3
    assert "<p>LearningCurves of 3 trainings, 3 epochs, best 0.7000 to 0.9000</p>" in curves._repr_html_()


def test_is_a_frame_of_epochs(curve, curves):
    """From 1 on; of many with the number of the training."""
    one, many = curve.to_pandas(), curves.to_pandas()

    assert one.to_dict("list") == {
        "epoch": [1, 2, 3],
        "val_accuracy": [0.5, 0.9, 0.8],
        "runtime": [10.0, 20.0, 30.0],
    }
    assert many["training"].tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    for number, rows in many.groupby("training"):
        assert rows["epoch"].tolist() == [1, 2, 3]
        assert rows["val_accuracy"].tolist() == curves[number].val_accuracy.tolist()
