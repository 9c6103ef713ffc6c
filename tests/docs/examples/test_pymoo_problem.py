"""Two objectives as a pymoo problem."""

import numpy as np
import pytest

pytest.importorskip("pymoo")
import nb301
from docs.examples.pymoo_problem import ErrorAndCost, main
from nb301.optimizers.choices import SIZES, from_choices


def test_asks_the_release():
    """Objectives are those of the architecture that 22 numbers are."""
    benchmark = nb301.load("emulated-xgb-v2.0")
    x = np.random.default_rng(0).integers(SIZES, size=(3, len(SIZES)))
    answers = benchmark.query(from_choices(x), seed=7)
    asked = ErrorAndCost(benchmark, seed=7).evaluate(x)
    assert asked.tolist() == np.column_stack([1 - answers.val_accuracy, answers.multiply_adds]).tolist()


def test_front(capsys):
    """Of a front none is better than another in both, and some are small, some good."""
    front = main(4).F
    assert len(front) > 2
    by_cost = front[np.argsort(front[:, 1])]
    assert (np.diff(by_cost[:, 0]) < 0).all()
    assert f"{len(front)} of 200" in capsys.readouterr().out
