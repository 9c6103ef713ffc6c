"""The library's optimizers as submissions: the same proposals as outside."""

from __future__ import annotations

import numpy as np
import pytest

from leaderboard.inside.library import Library
from leaderboard.inside.shim import Budget, Result
from leaderboard.inside.space import Space
from nb301.optimizers import OPTIMIZERS, Observation

BUDGET = Budget(None, 10, 1, None, 10)


@pytest.mark.parametrize("name", ["rs", "re"])
def test_proposals_are_those_of_the_optimizer(name):
    """Of a seed; it is told accuracy, where submissions are told error."""
    submitted = Library(Space(), 3, BUDGET, optimizer=name)
    optimizer = OPTIMIZERS[name](np.random.default_rng(3))

    for number in range(30):
        genotype = submitted.ask()
        assert genotype == optimizer.ask()
        error = 0.05 + (number % 7) / 100
        submitted.tell(genotype, Result(error, 900.0))
        optimizer.tell(genotype, Observation(1 - error, 900.0))


def test_settings_are_the_optimizer_s():
    """What it does not know is an error, as outside."""
    with pytest.raises(TypeError, match="no_such_setting"):
        Library(Space(), 3, BUDGET, optimizer="re", no_such_setting=1)
