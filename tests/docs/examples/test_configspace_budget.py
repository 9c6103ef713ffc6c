"""A ConfigSpace configuration with a budget."""

import pytest

pytest.importorskip("ConfigSpace")
from docs.examples.configspace_budget import TRUTH, main, train
from nb301.formats import configuration_space, read


def test_budgets_are_epochs():
    """Any budget of a library is a number of epochs; more cost more, and end where a whole training does."""
    space = configuration_space()
    space.seed(1)
    config = space.sample_configuration()
    curve = TRUTH.curve(read(config), 5)
    after = list(zip(1 - curve.val_accuracy, ({"seconds": told} for told in curve.runtime), strict=True))
    assert train(config, 5, 10.9) == after[10]
    assert train(config, 5) == train(config, 5, 100.0) == after[-1]
    assert train(config, 5, 0.3) == after[0]


def test_halves(capsys):
    """27 trainings, then 9, 3 and one."""
    error, seconds = main()
    said = capsys.readouterr().out
    assert " 27 trainings" in said
    assert "  1 trainings" in said
    assert 0.05 < error < 0.08
    assert seconds < 10 * 4652
